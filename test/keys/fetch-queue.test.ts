import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FetchQueue } from '../../src/keys/fetch-queue.ts';

/** Work that ends when the test says so. */
function slow(): { readonly work: () => Promise<void>; readonly end: () => void; begun: boolean } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const one = {
    begun: false,
    work: () => {
      one.begun = true;
      return promise;
    },
    end: resolve,
  };
  return one;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const NEVER = 2 ** 30;

describe('fetches are spread by origin', () => {
  test('those of one that hangs take no more than its places', async () => {
    const queue = new FetchQueue({ all: 4, ofOrigin: 2, hold: NEVER });
    const hanging = Array.from({ length: 6 }, slow);
    const runs = hanging.map(({ work }) => queue.run('https://hangs.example', work));
    const healthy = slow();
    runs.push(queue.run('https://healthy.example', healthy.work));
    await turn();
    assert.deepEqual(
      hanging.map(({ begun }) => begun),
      [true, true, false, false, false, false],
    );
    assert.equal(healthy.begun, true);
    for (const one of [...hanging, healthy]) one.end();
    await Promise.all(runs);
    assert.ok(hanging.every(({ begun }) => begun));
  });

  test('one that keeps its place for too long gives it away and goes on', async () => {
    const queue = new FetchQueue({ all: 2, ofOrigin: 2, hold: 1 });
    const hanging = Array.from({ length: 5 }, slow);
    const runs = hanging.map(({ work }, n) => queue.run(`https://hangs-${n}.example`, work));
    const ended = await queue.run('https://healthy.example', () => Promise.resolve('healthy'));
    assert.equal(ended, 'healthy');
    assert.ok(hanging.every(({ begun }) => begun));
    for (const one of hanging) one.end();
    await Promise.all(runs);
  });

  test('no more than the places run at once, and a failure gives its place back', async () => {
    const queue = new FetchQueue({ all: 2, ofOrigin: 2, hold: NEVER });
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      throw new Error('it fails');
    };
    const runs = Array.from({ length: 9 }, (_, n) => queue.run(`https://${n % 4}.example`, work));
    const settled = await Promise.allSettled(runs);
    assert.ok(settled.every(({ status }) => status === 'rejected'));
    assert.equal(most, 2);
  });
});
