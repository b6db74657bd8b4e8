import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { alertRules } from '../../deploy/monitoring/alerts.ts';
import { dashboard } from '../../deploy/monitoring/dashboard.ts';
import { SIGNALS } from '../../deploy/monitoring/signals.ts';
import { REASON_NAMES } from '../../src/decision/reason.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { findPromtool } from '../support/promtool.ts';
import { ALERT_CASES, type AlertCase } from './alert-cases.ts';

const run = promisify(execFile);
const CHART = fileURLToPath(new URL('../../helm/watchword/', import.meta.url));
const RULES = join(CHART, 'files/alerts.yaml');
/** How long the same goes on, when it is looked at again. */
const MUCH_LATER = '4h';

const folder = mkdtempSync(join(tmpdir(), 'watchword-alerts-'));
after(() => rmSync(folder, { recursive: true }));

describe('the alerts', () => {
  test('are the file that the chart installs', () =>
    assert.equal(readFileSync(RULES, 'utf8'), alertRules()));

  test('are rules that promtool accepts', async () => {
    await run(await findPromtool(), ['check', 'rules', '--lint=all', '--lint-fatal', RULES]);
  });

  test('have a case each', () => {
    const names = ALERT_CASES.map(({ alert }) => alert);
    assert.deepEqual(
      names,
      SIGNALS.map(({ alert }) => alert),
    );
  });

  test('have a section of RUNBOOKS.md each, and no section is of none', () => {
    const runbooks = readFileSync(join(CHART, 'RUNBOOKS.md'), 'utf8');
    const sections = [...runbooks.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      sections,
      SIGNALS.map(({ alert }) => alert),
    );
  });

  for (const one of ALERT_CASES) {
    test(`${one.alert} fires when it should, and stays while that lasts`, () => fires(one));
    test(`${one.alert} is silent when it should be`, () => isSilent(one));
  }
});

describe('every query of the alerts and of the dashboard', () => {
  const texts = [
    ...SIGNALS.map(({ alert, value, fires: when }) => [alert, `${value} ${when}`] as const),
    ...queries(dashboard()),
  ];

  for (const [name, query] of texts) {
    test(`${name} tells shadow decisions from real ones`, () => {
      for (const [, matchers = ''] of query.matchAll(/_decisions_total\{([^}]*)\}/g))
        assert.match(matchers, /mode="(enforce|shadow)"/);
    });
  }

  test('names only metrics and reasons that exist', () => {
    const text = texts.map(([, query]) => query).join('\n');
    const named = new Set([...text.matchAll(/\b(?:watchword|grpc_server)_[a-z_]+/g)].map(String));
    assert.ok(named.size > 20);
    const known = (name: string) => name.replace(/_(bucket|sum|count)$/, '') in METRICS;
    assert.deepEqual(
      [...named].filter((name) => !known(name)),
      [],
    );
    const reasons = [...text.matchAll(/reason=~?"([a-z_|]+)"/g)].flatMap(([, list = '']) =>
      list.split('|'),
    );
    assert.ok(reasons.length > 0);
    for (const reason of reasons) assert.ok((REASON_NAMES as readonly string[]).includes(reason));
  });
});

/** The queries of a dashboard, by the titles of their panels. */
function queries(made: object): readonly (readonly [title: string, query: string])[] {
  const { panels } = made as {
    panels: readonly { title: string; targets?: readonly { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );
}

function fires({ alert, at, fires: series, labels }: AlertCase): Promise<void> {
  const severity = SIGNALS.find((signal) => signal.alert === alert)?.severity ?? '';
  const pairs = Object.entries({ ...labels, severity, alertname: alert, alertstate: 'firing' });
  const sample = `ALERTS{${pairs.map(([name, value]) => `${name}="${value}"`).join(',')}}`;
  return unitTest(
    alert,
    series,
    [at, MUCH_LATER].map((time) => [time, [{ labels: sample, value: 1 }]]),
  );
}

function isSilent({ alert, at, silent }: AlertCase): Promise<void> {
  return unitTest(
    alert,
    silent,
    [at, MUCH_LATER].map((time) => [time, []]),
  );
}

/** Runs one of promtool's unit tests; its own message tells what was raised in place of what was wanted. */
async function unitTest(
  alert: string,
  series: Readonly<Record<string, string>>,
  wanted: readonly (readonly [at: string, samples: readonly object[]])[],
): Promise<void> {
  const file = join(folder, `${alert}-${wanted.flatMap(([, samples]) => samples).length}.json`);
  const expressions = wanted.map(([at, samples]) => ({
    expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
    eval_time: at,
    exp_samples: samples,
  }));
  const tests = [
    {
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: expressions,
    },
  ];
  writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '30s', tests }));
  try {
    await run(await findPromtool(), ['test', 'rules', file]);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    assert.fail(`${stdout}${stderr}`);
  }
}
