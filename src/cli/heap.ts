import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Two semi-spaces of 2 MB: what a batch of calls in flight takes, so that most of it is not moved to the old generation. */
const YOUNG_BYTES = 4 * 1024 * 1024;
/** Objects by which it has grown so far on every V8 that was tried, many times over. */
const MOST_OBJECTS = 400_000;

/**
 * Keeps the heap small, by flags of V8 that take effect while it runs; each is left to whoever started the program where the options of Node,
 * on the command line or in `NODE_OPTIONS`, say something of it. `--max-semi-space-size` itself is read only when a process starts.
 *
 * - The young generation grows to 2 MB, twice, and no further. It would grow to 16, though next to nothing of a decision lives
 *   as long as a collection.
 * - The old generation is collected when it has doubled, not quadrupled: what it grows by under load is streams that have ended and that
 *   the tables of `node:http2` still hold.
 */
export function keepHeapSmall(options: readonly string[]): void {
  const said = options.join(' ').replaceAll('_', '-');
  if (!said.includes('semi-space')) {
    growYoungGeneration();
    setFlagsFromString('--semi-space-growth-factor=1');
  }
  if (!said.includes('heap-growing-percent')) setFlagsFromString('--heap-growing-percent=100');
}

/** V8 lets it grow where much outlives a collection. */
function growYoungGeneration(): void {
  const kept: object[] = [];
  while (youngBytes() < YOUNG_BYTES && kept.length < MOST_OBJECTS) {
    for (let n = 0; n < 2_000; n += 1) kept.push({ n, list: [n] });
  }
}

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return young?.space_size ?? YOUNG_BYTES;
}
