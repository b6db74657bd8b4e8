import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { beside, type CandidateEvents } from '../../src/candidate/beside.ts';
import type { Check } from '../../src/check/check.ts';
import { refuse } from '../../src/check/decision.ts';
import type { Request } from '../../src/request/request.ts';

const REQUEST: Request = {
  method: 'GET',
  host: 'orders.example.com',
  path: '/',
  authorization: null,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: null,
  id: '1',
};

function counted(): CandidateEvents & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    same: () => void seen.push('same'),
    different: (_, { live, candidate }, differences) =>
      void seen.push(`${live.reason} ${candidate.reason} ${differences.join()}`),
    dropped: () => void seen.push('dropped'),
    failed: () => void seen.push('failed'),
  };
}

const live: Check = () => refuse('pipeline_missing');

/** Waits until as many checks of the candidate have come to an end. */
async function seen(events: { readonly seen: readonly string[] }, count: number): Promise<void> {
  while (events.seen.length < count) await turn();
}

describe('a candidate beside the live check', () => {
  test('is asked after the answer was given, and its decision is compared', async () => {
    const events = counted();
    let asked = 0;
    const candidate: Check = () => {
      asked += 1;
      return refuse('token_missing');
    };
    const check = beside(() => candidate, events)(live);
    const decision = await check(REQUEST, 100);
    assert.equal(decision.reason, 'pipeline_missing');
    const { promise, resolve } = Promise.withResolvers<number>();
    const again = check(REQUEST, 100);
    resolve(asked);
    assert.ok(!(again instanceof Promise), 'no promise is made for it');
    assert.ok((await promise) <= 1, 'the candidate is not asked before the answer');
    await seen(events, 2);
    assert.deepEqual(new Set(events.seen), new Set(['pipeline_missing token_missing reason']));
  });

  test('the same decision is no difference', async () => {
    const events = counted();
    await beside(() => live, events)(live)(REQUEST, 100);
    await seen(events, 1);
    assert.deepEqual(events.seen, ['same']);
  });

  for (const [how, candidate] of [
    [
      'throws',
      () => {
        throw new Error('defect');
      },
    ],
    ['rejects', () => Promise.reject(new Error('defect'))],
  ] as readonly (readonly [string, Check])[]) {
    test(`one that ${how} is told, and the answer is that of the live check`, async () => {
      const events = counted();
      const decision = await beside(() => candidate, events)(live)(REQUEST, 100);
      assert.equal(decision.reason, 'pipeline_missing');
      await seen(events, 1);
      assert.deepEqual(events.seen, ['failed']);
    });
  }

  test('beyond the limit requests are dropped and counted, also while the candidate waits', async () => {
    const events = counted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const candidate: Check = () => promise.then(() => refuse('pipeline_missing'));
    const check = beside(() => candidate, events, 2)(live);
    for (let count = 0; count < 3; count += 1) await check(REQUEST, 100);
    assert.deepEqual(events.seen, ['dropped']);
    await turn();
    await turn();
    await check(REQUEST, 100);
    assert.deepEqual(events.seen, ['dropped', 'dropped'], 'two are still being judged');
    resolve();
    await seen(events, 4);
    assert.deepEqual(events.seen.slice(2), ['same', 'same']);
    await check(REQUEST, 100);
    await seen(events, 5);
    assert.equal(events.seen[4], 'same', 'there is room again');
  });

  test('nothing is kept while there is no candidate, nor of what could not be read', async () => {
    const events = counted();
    await beside(() => null, events, 0)(live)(REQUEST, 100);
    await beside(() => live, events, 0)(live)(null, 100);
    await turn();
    assert.deepEqual(events.seen, []);
  });
});
