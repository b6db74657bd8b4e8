import { findEnvoy } from '../../deploy/demo/find-envoy.ts';
import { findProgram } from '../../deploy/gateways/programs.ts';
import { findPromtool } from './promtool.ts';

/**
 * Brings what the tests need besides npm's packages, once a machine: Envoy, promtool and the gateways that ask over HTTP.
 * Throws with the command to run where one cannot be had.
 */
export async function setUp(print: (line: string) => void): Promise<void> {
  for (const [name, find] of [
    ['envoy', findEnvoy],
    ['promtool', findPromtool],
    ['nginx', gateway('nginx')],
    ['haproxy', gateway('haproxy')],
    ['caddy', gateway('caddy')],
    ['traefik', gateway('traefik')],
  ] as const) {
    print(`${name.padEnd(10)}${await find()}`);
  }
}

const gateway = (name: Parameters<typeof findProgram>[0]) => async () =>
  (await findProgram(name)).command;
