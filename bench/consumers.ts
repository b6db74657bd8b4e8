import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import { readConsumers } from '../src/config/consumer-files.ts';
import type { Consumers } from '../src/policy/consumer.ts';

/**
 * `node --expose-gc bench/consumers.ts [CONSUMERS]`: what a list of consumers costs (100,000 unless said): memory for each of
 * them, the time to read the list, the longest that a decision waits meanwhile, and a look-up.
 */

const LOOKUPS = 2_000_000;

/** Attributes that a few plans share, and attributes of each consumer's own. */
const KINDS = {
  'plans alike': (_: number) => ({ plan: 'gold' }),
  'each its own': (index: number) => ({ plan: 'gold', customer: `c-${index}` }),
} as const;

const idOf = (index: number): string => `auth0|5f7c8ec7c33c6c004bbafe${index.toString(16)}`;

function listOf(count: number, attributes: (index: number) => object): string {
  return Array.from({ length: count }, (_, index) => {
    const entry = { id: idOf(index), pipelines: ['orders'], attributes: attributes(index) };
    return `- ${JSON.stringify(entry)}\n`;
  }).join('');
}

/** The longest time in which nothing else had its turn while something was done, in milliseconds. */
async function longestWait(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await work;
  clearInterval(timer);
  return longest;
}

/** Nanoseconds of a look-up, the best of five rounds. */
function lookUpCost(consumers: Consumers, count: number): number {
  const ids = Array.from({ length: 4_096 }, (_, at) => idOf(Math.floor((at * count) / 4_096)));
  const round = (): number => {
    const began = performance.now();
    for (let at = 0; at < LOOKUPS; at += 1)
      if (consumers.get(ids[at & 4_095] ?? '') === undefined) throw new Error('not found');
    return ((performance.now() - began) * 1e6) / LOOKUPS;
  };
  return Math.min(...Array.from({ length: 5 }, round));
}

async function measure(
  count: number,
  kind: keyof typeof KINDS,
  folder: string,
): Promise<readonly string[]> {
  const file = join(folder, 'consumers.yaml');
  await writeFile(file, listOf(count, KINDS[kind]));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const reading = readConsumers(file);
  const waited = await longestWait(reading);
  const took = performance.now() - began;
  const read = await reading;
  if (!read.ok) throw new Error('the list was refused');
  const { consumers } = read.list;
  globalThis.gc?.();
  const bytes = (process.memoryUsage().heapUsed - before) / consumers.size;
  const cost = lookUpCost(consumers, count);
  return [
    String(consumers.size),
    kind,
    globalThis.gc === undefined ? '-' : `${Math.round(bytes)} bytes`,
    `${(took / 1000).toFixed(1)} s`,
    `${Math.round(waited)} ms`,
    `${Math.round(cost)} ns`,
  ];
}

const count = Number(process.argv[2] ?? 100_000);
await using folder = await temporaryFolder('watchword-consumers-');
console.log('| consumers | attributes | memory of each | read in | longest wait | look-up |');
console.log('|---|---|---|---|---|---|');
for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[])
  console.log(`| ${(await measure(count, kind, folder.path)).join(' | ')} |`);
