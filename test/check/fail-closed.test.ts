import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check } from '../../src/check/check.ts';
import { refuse } from '../../src/check/decision.ts';
import { failClosed } from '../../src/check/fail-closed.ts';
import { sampleRequest } from '../policy/samples.ts';

const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

async function afterDefect(next: Check): Promise<{ decision: unknown; defects: unknown[] }> {
  const defects: unknown[] = [];
  const closed = failClosed((error) => defects.push(error))(next);
  return { decision: await closed(sampleRequest(), 100), defects };
}

describe('a defect is the reason internal, and is told', () => {
  const error = new TypeError(`cannot read ${secret}`);
  for (const [title, next, detail] of [
    [
      'thrown',
      () => {
        throw error;
      },
      'TypeError',
    ],
    ['rejected', () => Promise.reject(error), 'TypeError'],
    ['that is no Error', () => Promise.reject('x'), 'not an Error'],
  ] satisfies readonly (readonly [string, Check, string])[]) {
    test(title, async () => {
      const { decision, defects } = await afterDefect(next);
      assert.deepEqual(decision, refuse('internal', { detail }));
      assert.equal(defects.length, 1);
      assert.ok(!JSON.stringify(decision).includes(secret), 'its message is not a detail');
    });
  }
});

describe('a decision goes through as it is', () => {
  const decision = refuse('token_missing');

  test('at once, where it is there at once', () => {
    const closed = failClosed(() => assert.fail('no defect'))(() => decision);
    assert.equal(closed(sampleRequest(), 100), decision);
  });

  test('later, where it comes later', async () => {
    const { decision: seen, defects } = await afterDefect(() => Promise.resolve(decision));
    assert.equal(seen, decision);
    assert.deepEqual(defects, []);
  });

  test('asked with the same request and budget', async () => {
    const request = sampleRequest({ path: '/x' });
    const closed = failClosed(() => undefined)((...asked) => {
      assert.deepEqual(asked, [request, 42]);
      return decision;
    });
    assert.equal(await closed(request, 42), decision);
  });
});
