import { setFlagsFromString } from 'node:v8';

/**
 * Flags of V8 that take effect while it runs, each with the setting of Node that says the same and is left to whoever started the program.
 * `--max-semi-space-size` itself is read only when a process starts.
 *
 * - The young generation stays at the megabyte that it begins with. It would grow to 16, twice, though next to nothing of a decision
 *   lives as long as a collection.
 * - The old generation is collected when it has doubled, not quadrupled: what it grows by under load is streams that have ended and that
 *   the tables of `node:http2` still hold.
 */
const FLAGS = [
  { flag: '--semi-space-growth-factor=1', unless: 'semi-space' },
  { flag: '--heap-growing-percent=100', unless: 'heap-growing-percent' },
] as const;

/** Keeps the heap small, but for what the options of Node say of it: command line and `NODE_OPTIONS`. */
export function keepHeapSmall(options: readonly string[]): void {
  const said = options.join(' ').replaceAll('_', '-');
  for (const { flag, unless } of FLAGS) if (!said.includes(unless)) setFlagsFromString(flag);
}
