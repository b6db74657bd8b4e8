import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { REASON_NAMES } from '../../src/decision/reason.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { findPromtool } from '../support/promtool.ts';
import { ALERT_CASES } from './alert-cases.ts';
import { CHART, only, render, template } from './render.ts';

const run = promisify(execFile);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Metrics of the routes, which are written before the program has them. */
const LATER = ['watchword_routes', 'watchword_routes_last_sync_timestamp_seconds'];

const RUNBOOKS = 'https://wiki.example.com/watchword/RUNBOOKS.md';
const objects = await render({
  monitoring: { prometheusRule: { enabled: true, runbookUrl: RUNBOOKS } },
});
const { spec } = only(objects, 'PrometheusRule', 'watchword');
const rules = (spec as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const folder = mkdtempSync(join(tmpdir(), 'watchword-alerts-'));
after(() => rmSync(folder, { recursive: true }));
const ruleFile = join(folder, 'rules.json');
writeFileSync(ruleFile, JSON.stringify(spec));

describe('the alerts', () => {
  test('are rules that promtool accepts', async () => {
    await run(await findPromtool(), ['check', 'rules', '--lint=all', '--lint-fatal', ruleFile]);
  });

  test('have a case each', () => {
    assert.deepEqual(
      ALERT_CASES.map(({ alert }) => alert),
      rules.map(({ alert }) => alert),
    );
  });

  test('say what is wrong and lead to a section of RUNBOOKS.md', () => {
    const runbooks = readFileSync(join(CHART, 'RUNBOOKS.md'), 'utf8');
    for (const { alert, annotations, labels } of rules) {
      assert.ok(annotations['summary'] && annotations['description'], alert);
      assert.match(labels['severity'] ?? '', /^(critical|warning)$/);
      assert.equal(annotations['runbook_url'], `${RUNBOOKS}#${alert.toLowerCase()}`);
      const section = runbooks.split(`\n## ${alert}\n`)[1]?.split('\n## ')[0]?.trim();
      assert.ok(section);
      assert.equal(annotations['runbook'], section);
      // Prometheus would take it for a template.
      assert.doesNotMatch(section, /\{\{/);
    }
  });

  test('have no link where nobody has said where the runbooks are', async () => {
    const text = await template({ monitoring: { prometheusRule: { enabled: true } } });
    assert.match(text, /runbook: /);
    assert.doesNotMatch(text, /runbook_url|watchword\.dev\/runbooks/);
  });

  for (const { alert, at, fires, silent, labels } of ALERT_CASES) {
    const rule = rules.find((one) => one.alert === alert);
    const wanted = [{ exp_labels: { ...labels, severity: rule?.labels['severity'] } }];
    test(`${alert} fires when it should`, () => unitTest(alert, at, fires, wanted));
    test(`${alert} is silent when it should be`, () => unitTest(alert, at, silent, []));
  }
});

test('alerts and dashboard name only metrics and reasons that exist', () => {
  const dashboard = readFileSync(join(CHART, 'files/dashboard.json'), 'utf8');
  const text = `${rules.map(({ expr }) => expr).join('\n')}\n${dashboard}`;
  const known = [...Object.keys(METRICS), ...LATER];
  const named = new Set([...text.matchAll(/\bwatchword_[a-z_]+/g)].map(([name]) => name));
  assert.ok(named.size > 10);
  const unknown = [...named].filter(
    (name) => !known.includes(name.replace(/_(bucket|sum|count)$/, '')),
  );
  assert.deepEqual(unknown, []);
  const reasons = [...text.matchAll(/reason=~?"([a-z_|]+)"/g)].flatMap((match) =>
    (match[1] ?? '').split('|'),
  );
  assert.ok(reasons.length > 0);
  assert.deepEqual(
    reasons.filter((reason) => !(REASON_NAMES as readonly string[]).includes(reason)),
    [],
  );
});

test('the file of alerts is what a Prometheus without the operator takes', async () => {
  const file = join(CHART, 'files/alerts.yaml');
  assert.ok(parse(readFileSync(file, 'utf8')));
  await run(await findPromtool(), ['check', 'rules', file]);
});

/** Runs one of promtool's unit tests; its own message tells what was raised in place of what was wanted. */
async function unitTest(
  alert: string,
  at: string,
  series: Readonly<Record<string, string>>,
  wanted: readonly { readonly exp_labels: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  const annotations = rules.find((one) => one.alert === alert)?.annotations ?? {};
  assert.ok(annotations['summary']);
  const file = join(folder, `${alert}-${wanted.length}.json`);
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  // promtool compares annotations too; ALERTS has the labels alone.
  const labels = wanted.map(({ exp_labels }) =>
    Object.entries({ ...exp_labels, alertname: alert, alertstate: 'firing' }),
  );
  const samples = labels.map((pairs) => ({
    labels: `ALERTS{${pairs.map(([name, value]) => `${name}="${value}"`).join(',')}}`,
    value: 1,
  }));
  const expression = {
    expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
    eval_time: at,
    exp_samples: samples,
  };
  const tests = [{ interval: '1m', input_series: input, promql_expr_test: [expression] }];
  writeFileSync(file, JSON.stringify({ rule_files: [ruleFile], evaluation_interval: '1m', tests }));
  try {
    await run(await findPromtool(), ['test', 'rules', file]);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    assert.fail(`${stdout}${stderr}`);
  }
}
