import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly notes: readonly string[];
}

/** Runs the program; every line of stderr is a note. */
export function watchword(...args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
  });
  return { status, out: stdout, notes: stderr.split('\n').filter((line) => line !== '') };
}

/** Gives a temporary folder and removes it after. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-migrate-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
