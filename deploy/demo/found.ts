import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The path of an executable file of that name in a folder of PATH. */
export function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `${XDG_CACHE_HOME:-~/.cache}/watchword`: what is fetched once for all checkouts. */
export function cacheFolder(): string {
  // An empty or relative value counts as unset (XDG Base Directory Specification).
  const xdg = process.env['XDG_CACHE_HOME'] ?? '';
  return join(xdg.startsWith('/') ? xdg : join(homedir(), '.cache'), 'watchword');
}

/**
 * The folder of that name in the cache, made by `fill` where it is missing. It appears at once and complete: processes
 * that fill it at the same time do not disturb each other, and one that is interrupted leaves no half of it.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const draft = await mkdtemp(join(cacheFolder(), `.${name}-`));
  try {
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
