import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ThreadPool } from '../../src/check/thread-pool.ts';

/** A pool, what of its work has begun, and a way to end the oldest of that. */
function pool(limit: number) {
  const threads = new ThreadPool(limit);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (issuer: string, name = issuer): Promise<string | null> =>
    threads.run(issuer, async () => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.push(resolve);
      await promise;
      return name;
    });
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await turn();
  };
  return { ask, begun, endOne };
}

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describe('work for other threads', () => {
  test('is begun two at a time, in the order in which it came', async () => {
    const { ask, begun, endOne } = pool(100);
    const asked = times(5).map((n) => ask('a', `a${n}`));
    assert.deepEqual(begun, ['a0', 'a1']);
    await endOne();
    assert.deepEqual(begun, ['a0', 'a1', 'a2']);
    for (const _ of asked) await endOne();
    assert.deepEqual(await Promise.all(asked), ['a0', 'a1', 'a2', 'a3', 'a4']);
  });

  test('of another issuer has the next turn but one, however many of the first wait', async () => {
    const { ask, begun, endOne } = pool(1_000);
    for (const n of times(500)) void ask('flood', `flood ${n}`);
    void ask('calm');
    void ask('calm', 'calm again');
    for (const _ of times(5)) await endOne();
    assert.deepEqual(begun.slice(2), ['flood 2', 'calm', 'flood 3', 'calm again', 'flood 4']);
  });

  test('that fails frees its thread, and its asker hears of it', async () => {
    const threads = new ThreadPool(1);
    for (const _ of times(3)) {
      await assert.rejects(
        threads.run('a', () => Promise.reject(new Error('a defect'))),
        { message: 'a defect' },
      );
    }
    assert.equal(await threads.run('a', async () => 'done'), 'done');
  });
});

describe('where more waits than may', () => {
  test('one more of the same issuer is refused, and those before it are not hurt', async () => {
    const { ask, endOne } = pool(3);
    const asked = times(4).map((n) => ask('a', `a${n}`));
    assert.equal(await asked[3], null);
    for (const _ of asked) await endOne();
    assert.deepEqual(await Promise.all(asked), ['a0', 'a1', 'a2', null]);
  });

  test('the newest of the longest line makes place for another issuer', async () => {
    const { ask, begun, endOne } = pool(6);
    const flood = times(6).map((n) => ask('flood', `flood ${n}`));
    const calm = ask('calm');
    assert.equal(await flood[5], null);
    for (const _ of times(6)) await endOne();
    assert.equal(await calm, 'calm');
    assert.deepEqual(begun, ['flood 0', 'flood 1', 'flood 2', 'calm', 'flood 3', 'flood 4']);
  });

  test('lines that are as long take no place from each other', async () => {
    const { ask } = pool(4);
    for (const n of times(3)) void ask('a', `a${n}`);
    void ask('b');
    assert.equal(await ask('b'), null);
    assert.equal(await ask('a'), null);
  });

  test('and where none may wait, none is begun', async () => {
    const { ask, begun } = pool(0);
    assert.equal(await ask('a'), null);
    assert.deepEqual(begun, []);
  });
});
