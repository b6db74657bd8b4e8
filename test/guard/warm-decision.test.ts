import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../cli/program.ts';
import type { Work } from './work.ts';

const SCRIPT = fileURLToPath(new URL('warm-decisions.ts', import.meta.url));

/** Room for everything that is measured, so that nothing is collected meanwhile, in MiB. */
const YOUNG_GENERATION = 128;

/**
 * What a warm decision may leave for the garbage collector, in bytes: about 4,450 on the heap with Node 24.21 (the strings
 * of the request, the digest of the token, decision and answer, labels of three metrics), and about 730 in buffers
 * (the answer, and what it is cut from). A second reading of a token of this size would be 1,500 more.
 */
const MAX_ON_THE_HEAP = 4_500;
const MAX_IN_BUFFERS = 900;

describe('a decision about a token that was seen before', () => {
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

  test('is measured by means that see what the first decision does', () => {
    const { promises, parsed, decoded, signatures } = work.cold;
    assert.ok(promises > 0, `${promises} promises`);
    // Header and claims, and header again by jose.
    assert.ok(parsed >= 3, `${parsed} times parsed`);
    assert.ok(decoded >= 3, `${decoded} times decoded`);
    assert.equal(signatures, 1);
  });

  test('makes no promise', () => assert.equal(work.warm.promises, 0));

  test('reads nothing of the token anew', () => {
    assert.equal(work.warm.parsed, 0);
    assert.equal(work.warm.decoded, 0);
  });

  test('verifies no signature', () => assert.equal(work.warm.signatures, 0));

  test('allocates no more than is stated', (t) => {
    const { heap, buffers, collections } = work.bytes;
    t.diagnostic(`${Math.round(heap)} bytes on the heap, ${Math.round(buffers)} in buffers`);
    assert.equal(collections, 0, 'nothing was collected, so the bytes are all there');
    assert.ok(heap > 0 && heap <= MAX_ON_THE_HEAP, `${heap} bytes on the heap`);
    assert.ok(buffers <= MAX_IN_BUFFERS, `${buffers} bytes in buffers`);
  });
});
