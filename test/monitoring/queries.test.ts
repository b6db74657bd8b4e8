import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dashboard } from '../../deploy/monitoring/dashboard.ts';
import { expressionOf, select } from '../../deploy/monitoring/signal.ts';
import { SIGNALS } from '../../deploy/monitoring/signals.ts';
import { type Prometheus, prometheusWith } from './prometheus.ts';
import { scriptedHour } from './scripted-hour.ts';

interface DashboardPanel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = dashboard() as { readonly panels: readonly DashboardPanel[] };

/** What Grafana would put in place of its variables. */
function filledIn(query: string): string {
  const values = { namespace: '.*', pipeline: '.*', __rate_interval: '4m', __range: '1h' };
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`$${name}`, value),
    query,
  );
}

describe('after an hour of a real Watchword, a real Prometheus', { timeout: 120_000 }, () => {
  let prometheus: Prometheus;
  before(async () => {
    const hour = await scriptedHour();
    const gate = { namespace: 'gate', job: 'watchword', pod: 'a', instance: '10.0.0.1:9190' };
    const gone = { ...gate, job: 'gone', instance: '10.0.0.2:9190' };
    // A release that was taken away after twenty minutes.
    prometheus = await prometheusWith([
      [gate, hour],
      [gone, hour.filter(({ minute }) => minute < 20)],
    ]);
  });
  after(() => prometheus?.[Symbol.asyncDispose]());

  for (const { title, targets = [], description } of panels.filter(({ type }) => type !== 'row')) {
    test(`has data for each query of the panel "${title}", which says what it shows`, async () => {
      assert.ok((description ?? '').length > 20);
      assert.ok(targets.length > 0);
      for (const { expr } of targets) {
        const series = await prometheus.over(filledIn(expr));
        assert.ok(series.length > 0 && series.every(({ values }) => values.length > 0), expr);
      }
    });
  }

  for (const signal of SIGNALS) {
    test(`knows the value that ${signal.alert} looks at`, async () => {
      const series = await prometheus.over(select(signal.value, ''));
      assert.ok(series.length > 0, signal.value);
      await prometheus.at(expressionOf(signal));
    });
  }

  for (const [alert, minute, fires] of [
    ['WatchwordReloadFailed', 10, false],
    ['WatchwordReloadFailed', 35, true],
    ['WatchwordReloadFailed', 55, false],
    ['WatchwordAbsent', 19, false],
    ['WatchwordAbsent', 55, true],
    ['WatchwordKeysMissing', 10, true],
    ['WatchwordErrors', 30, true],
    // The scanner, on pipeline `-`.
    ['WatchwordRefusals', 49, false],
    ['WatchwordProbeFailed', 30, true],
    ['WatchwordRoutesInvalid', 30, true],
    ['WatchwordCertificateReloadFailed', 30, false],
    ['WatchwordNotReady', 30, false],
  ] as const) {
    test(`${fires ? 'raises' : 'does not raise'} ${alert} in minute ${minute}`, async () => {
      const signal = SIGNALS.find((one) => one.alert === alert) ?? assert.fail();
      const series = await prometheus.at(expressionOf(signal), minute);
      assert.equal(series.length > 0, fires);
    });
  }
});
