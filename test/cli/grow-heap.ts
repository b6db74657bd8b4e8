import { getHeapSpaceStatistics } from 'node:v8';
import { keepHeapSmall } from '../../src/cli/heap.ts';

/** Prints the size of the young generation, in MiB, after objects were made that outlive some collections. */

keepHeapSmall(process.execArgv);
let kept: object[] = [];
for (let n = 0; n < 2_000_000; n += 1) {
  kept.push({ n, list: [n] });
  if (kept.length > 20_000) kept = [];
}
const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
process.stdout.write(String((young?.space_size ?? 0) / 1024 / 1024));
