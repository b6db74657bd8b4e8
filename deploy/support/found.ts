import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { retried } from './fetch.ts';

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

/** A download that failed: its name in the cache beside the message, which is one line. */
export class UnavailableError extends Error {
  readonly entry: string;

  constructor(entry: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.entry = entry;
  }
}

/**
 * The variable of the environment that tells child processes what could not be fetched (JSON, messages
 * by name in the cache): a run of many processes tries a download once, not once in each of them.
 */
export const UNAVAILABLE = 'WATCHWORD_UNAVAILABLE';

/**
 * The folder of that name in the cache, made by `fill` where it is missing; `fill` is tried again
 * where it fails. The folder appears at once and complete: processes that fill it at the same time
 * do not disturb each other, and one that is interrupted leaves no half of it.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
  waits?: readonly number[],
): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  const unavailable = JSON.parse(process.env[UNAVAILABLE] ?? '{}') as Record<string, string>;
  const known = unavailable[name];
  if (known !== undefined) throw new UnavailableError(name, known);
  await mkdir(cacheFolder(), { recursive: true });
  try {
    await retried(() => filled(name, folder, fill), waits);
    return folder;
  } catch (cause) {
    throw new UnavailableError(name, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

async function filled(
  name: string,
  folder: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
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
}
