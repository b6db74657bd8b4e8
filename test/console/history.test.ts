import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type DecisionCount,
  DecisionHistory,
  INTERVAL,
} from '../../src/console/decision-history.ts';

const START = 1_000 * INTERVAL;

function counted(value: number, pipeline = 'orders'): DecisionCount {
  return { labels: { pipeline, outcome: 'allow', reason: 'verified', mode: 'enforce' }, value };
}

/** The counts of the only series; the last is of the interval that has not ended. */
function recent(history: DecisionHistory): readonly number[] {
  return history.shown().series[0]?.recent ?? [];
}

describe('the decisions of the last hour', () => {
  test('are counted in the interval in which the counter grew', () => {
    const history = new DecisionHistory();
    history.take([counted(5)], START);
    history.take([counted(7)], START + INTERVAL - 1);
    history.take([counted(10)], START + INTERVAL);
    assert.equal(recent(history).length, 360);
    assert.deepEqual(recent(history).slice(-3), [0, 7, 3]);
  });

  test('add up to what the counter grew by in the hour', () => {
    const history = new DecisionHistory();
    for (let second = 0; second < 5_000; second += 4)
      history.take([counted(second)], START + second * 1_000);
    const counts = recent(history);
    const total = counts.reduce((sum, value) => sum + value, 0);
    assert.ok(total > 3_580 && total <= 3_600, String(total));
  });

  test('are forgotten after an hour, also where nobody looked meanwhile', () => {
    const history = new DecisionHistory();
    history.take([counted(50)], START);
    history.take([counted(50)], START + 400 * INTERVAL);
    assert.deepEqual(new Set(recent(history)), new Set([0]));
    history.take([counted(51)], START + 401 * INTERVAL);
    assert.deepEqual(recent(history).slice(-2), [0, 1]);
    assert.equal(history.shown().series[0]?.total, 51);
  });

  test('are kept for a bounded number of series, and the others are counted', () => {
    const history = new DecisionHistory();
    const many = Array.from({ length: 1_000 }, (_, index) => counted(1, `pipeline-${index}`));
    history.take(many, START);
    const { series, notKept } = history.shown();
    assert.deepEqual([series.length, notKept], [300, 700]);
  });
});
