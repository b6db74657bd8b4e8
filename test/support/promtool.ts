import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unpackDebian } from '../../deploy/support/debian.ts';
import { cached, onPath } from '../../deploy/support/found.ts';

/**
 * The path of promtool: one on PATH, else the one in Debian's package `prometheus`, which is unpacked into the cache. It is
 * not installed, since its installation starts a Prometheus on 0.0.0.0:9090 where systemd runs. Throws an error of one
 * line that names the command to run where there is no apt or no network.
 */
export async function findPromtool(): Promise<string> {
  const folder = (): Promise<string> =>
    cached('debian-prometheus', (draft) => unpackDebian(['prometheus'], draft));
  return onPath('promtool') ?? join(await folder(), 'usr/bin/promtool');
}

/** What `promtool check metrics` finds wrong with a text of metrics, a line each; empty where it is clean. */
export async function checkMetrics(metrics: string): Promise<readonly string[]> {
  const promtool = spawn(await findPromtool(), ['check', 'metrics'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read everything.
  promtool.stdin.on('error', () => undefined);
  promtool.stdin.end(metrics);
  const ended = new Promise<number | null>((resolve) => promtool.once('close', resolve));
  const [out, err, code] = await Promise.all([text(promtool.stdout), text(promtool.stderr), ended]);
  const complaints = `${out}${err}`.split('\n').filter((line) => line !== '');
  return code !== 0 && complaints.length === 0 ? [`promtool ended with ${code}`] : complaints;
}
