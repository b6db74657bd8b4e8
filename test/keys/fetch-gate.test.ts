import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FetchGate } from '../../src/keys/fetch-gate.ts';

const LIMITS = { coolDown: 1_000, longestCoolDown: 60_000, budget: 3 };
const MIDDLE = () => 0.5;
const LEAST = () => 0;
const MOST = () => 1;

/** A gate after a fetch that a request caused, which began and ended at `now`. */
function after(now: number, succeeded: boolean, random = MIDDLE): FetchGate {
  const gate = new FetchGate(LIMITS, random);
  gate.beginOnDemand(now);
  gate.end(now, succeeded, true);
  return gate;
}

describe('the cool-down', () => {
  test('is not there before the first fetch', () => {
    assert.equal(new FetchGate(LIMITS, MIDDLE).suppresses(0), null);
  });

  test('follows a success', () => {
    const gate = after(10_000, true);
    assert.equal(gate.suppresses(10_999), 'cooldown');
    assert.equal(gate.suppresses(11_000), null);
  });

  test('is not there after a good fetch of the background, whatever was before', () => {
    const gate = after(10_000, false);
    gate.end(10_100, true, false);
    assert.equal(gate.suppresses(10_101), null);
  });

  test('follows a failure of the background too', () => {
    const gate = new FetchGate(LIMITS, MIDDLE);
    gate.end(10_000, false, false);
    assert.equal(gate.suppresses(11_999), 'cooldown');
  });

  test('follows a failure and is twice as long', () => {
    const gate = after(10_000, false);
    assert.equal(gate.suppresses(11_999), 'cooldown');
    assert.equal(gate.suppresses(12_000), null);
  });

  test('doubles with each failure, up to its longest, and a success takes it back', () => {
    const gate = new FetchGate(LIMITS, MIDDLE);
    const grown: number[] = [];
    for (let failures = 0; failures < 8; failures += 1) {
      grown.push(gate.backoff());
      gate.end(0, false, true);
    }
    assert.deepEqual(grown, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    gate.end(0, true, true);
    assert.equal(gate.backoff(), 1_000);
  });

  test('stays a number after a thousand failures', () => {
    const gate = new FetchGate({ ...LIMITS, longestCoolDown: Number.MAX_SAFE_INTEGER }, MIDDLE);
    for (let failures = 0; failures < 1_000; failures += 1) gate.end(0, false, true);
    assert.equal(gate.backoff(), 1_000 * 2 ** 16);
  });

  test('has a jitter of a quarter either way', () => {
    assert.equal(new FetchGate(LIMITS, LEAST).backoff(), 750);
    assert.equal(new FetchGate(LIMITS, MOST).backoff(), 1_250);
  });
});

describe('the budget', () => {
  /** A gate where so many fetches began at the time given, without a cool-down. */
  const spent = (count: number, at: number): FetchGate => {
    const gate = new FetchGate({ ...LIMITS, coolDown: 0 }, MIDDLE);
    for (let index = 0; index < count; index += 1) {
      gate.beginOnDemand(at);
      gate.end(at, true, true);
    }
    return gate;
  };

  test('is what requests may cause in a minute', () => {
    assert.equal(spent(2, 0).suppresses(1), null);
    assert.equal(spent(3, 0).suppresses(1), 'budget');
  });

  test('is not spent by fetches of the background', () => {
    const gate = spent(2, 0);
    for (let index = 0; index < 10; index += 1) gate.end(index, true, false);
    assert.equal(gate.suppresses(10), null);
  });

  test('comes back a minute after each fetch began', () => {
    const gate = spent(3, 1_000);
    assert.equal(gate.suppresses(60_999), 'budget');
    assert.equal(gate.suppresses(61_000), null);
  });

  test('is said before the cool-down', () => {
    const gate = new FetchGate({ ...LIMITS, budget: 1 }, MIDDLE);
    gate.beginOnDemand(0);
    gate.end(0, false, true);
    assert.equal(gate.suppresses(1), 'budget');
  });
});

test('whatever is asked and whenever: in no minute do requests cause more fetches than the budget', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.boolean()), {
    minLength: 50,
    maxLength: 300,
  });
  fc.assert(
    fc.property(steps, (asked) => {
      const gate = new FetchGate(LIMITS, LEAST);
      const begun: number[] = [];
      let now = 0;
      for (const [pause, succeeds] of asked) {
        now += pause;
        if (gate.suppresses(now) !== null) continue;
        gate.beginOnDemand(now);
        gate.end(now, succeeds, true);
        begun.push(now);
      }
      for (const start of begun) {
        const inMinute = begun.filter((at) => at >= start && at < start + 60_000);
        assert.ok(inMinute.length <= LIMITS.budget, `${inMinute.length} fetches`);
      }
    }),
  );
});
