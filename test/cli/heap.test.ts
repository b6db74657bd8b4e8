import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from './program.ts';

const SCRIPT = fileURLToPath(new URL('grow-heap.ts', import.meta.url));

/** MiB of the young generation after much was allocated that lives a while. */
async function youngGeneration(...options: readonly string[]): Promise<number> {
  const { code, stdout, stderr } = await runProgram([...options, SCRIPT], process.execPath);
  assert.equal(code, 0, stderr);
  return Number(stdout);
}

test('the young generation stays as small as it begins', async () => {
  const size = await youngGeneration();
  assert.ok(size <= 4, `${size} MiB`);
});

test('unless the options of Node say how large it may be', async () => {
  const size = await youngGeneration('--max-semi-space-size=8');
  assert.ok(size > 4, `${size} MiB`);
});
