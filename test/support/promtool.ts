import { execFile, spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { cached, onPath } from '../../deploy/demo/found.ts';

const run = promisify(execFile);

/**
 * The path of promtool: one on PATH, else the one in Debian's package `prometheus`, which is unpacked into the cache. It is
 * not installed, since its installation starts a Prometheus on 0.0.0.0:9090 where systemd runs. Throws an error of one
 * line that names the command to run where there is no apt or no network.
 */
export async function findPromtool(): Promise<string> {
  return onPath('promtool') ?? join(await cached('prometheus', unpackPackage), 'usr/bin/promtool');
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

async function unpackPackage(folder: string): Promise<void> {
  try {
    await download(folder).catch(async () => {
      // The lists of packages are missing on a fresh machine, or name a version that is gone.
      await run('apt-get', ['update', '--quiet']);
      await download(folder);
    });
    const file = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (file === undefined) throw new Error('apt-get brought no package');
    await run('dpkg-deb', ['--extract', join(folder, file), folder]);
    await rm(join(folder, file));
  } catch (cause) {
    throw new Error(
      'promtool is neither on PATH nor to be had by apt-get; run: apt-get update && apt-get install -y --no-install-recommends prometheus',
      { cause },
    );
  }
}

function download(folder: string): Promise<unknown> {
  return run('apt-get', ['download', '--quiet', 'prometheus'], { cwd: folder });
}
