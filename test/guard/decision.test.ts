import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../cli/program.ts';
import type { Bytes, Work } from './work.ts';

const SCRIPT = fileURLToPath(new URL('decisions.ts', import.meta.url));

/** Room for everything that is measured, so that nothing is collected meanwhile, in MiB. */
const YOUNG_GENERATION = 128;

/**
 * What a decision may leave for the garbage collector, as a multiple of what the reading of its request leaves (the strings of the
 * request, the token above all): in bytes it would depend on how one build of Node lays out strings and objects. With Node 24.21 a
 * warm decision leaves 4.2 times as much, a cold one 14.6 times, with what is remembered of its token. A second
 * reading of a token would be 1.4 more.
 */
const MOST = { warm: 4.6, cold: 15.5 } as const;

/** The answer, and what it is cut from, in bytes; with a cold one the parts of the token. */
const MOST_IN_BUFFERS = { warm: 900, cold: 1_800 } as const;

let work: Work;
before(async () => {
  const sizes = ['min', 'max'].map((end) => `--${end}-semi-space-size=${YOUNG_GENERATION}`);
  const { code, stdout, stderr } = await runProgram(
    ['--expose-gc', ...sizes, SCRIPT],
    process.execPath,
  );
  assert.equal(code, 0, stderr);
  work = JSON.parse(stdout) as Work;
  assert.equal(work.reason, 'verified');
});

describe('a decision about a token that was seen before', () => {
  test('is measured by means that see promises', () => {
    const { promises } = work.control;
    assert.ok(promises > 0, `${promises} promises`);
  });

  test('makes no promise', () => assert.equal(work.warm.promises, 0));

  test('reads nothing of the token anew', () => {
    assert.equal(work.warm.parsed, 0);
    assert.equal(work.warm.decoded, 0);
  });

  test('verifies no signature', () => assert.equal(work.warm.signatures, 0));

  test('allocates no more than is stated', (t) => within(t, work.bytes, 'warm'));
});

describe('a decision about a token that was never seen, by a key that is at hand', () => {
  test('makes no promise', () => assert.equal(work.cold.promises, 0));

  test('reads header and claims once, and each part of the token once', () => {
    assert.equal(work.cold.parsed, 2);
    assert.equal(work.cold.decoded, 3);
  });

  test('verifies one signature', () => assert.equal(work.cold.signatures, 1));

  test('allocates no more than is stated', (t) => within(t, work.coldBytes, 'cold'));
});

function within(t: TestContext, bytes: Bytes, kind: keyof typeof MOST): void {
  const { heap, buffers, collections } = bytes;
  const reading = work.readingBytes;
  const times = heap / reading.heap;
  t.diagnostic(
    `${Math.round(heap)} bytes on the heap, ${times.toFixed(1)} times the reading, ${Math.round(buffers)} in buffers`,
  );
  assert.equal(
    collections + reading.collections,
    0,
    'nothing was collected: the bytes are all there',
  );
  assert.ok(reading.heap > 500, `${reading.heap} bytes for the reading of a request`);
  assert.ok(times > 1 && times <= MOST[kind], `${times} times the reading`);
  assert.ok(buffers <= MOST_IN_BUFFERS[kind], `${buffers} bytes in buffers`);
}
