import { findEnvoy } from '../../deploy/demo/find-envoy.ts';
import { findPromtool } from './promtool.ts';

/**
 * Brings what the tests need besides npm's packages, once a machine: Envoy and promtool. Throws with the command to run
 * where one cannot be had.
 */
export async function setUp(print: (line: string) => void): Promise<void> {
  for (const [name, find] of [
    ['envoy', findEnvoy],
    ['promtool', findPromtool],
  ] as const) {
    print(`${name.padEnd(10)}${await find()}`);
  }
}
