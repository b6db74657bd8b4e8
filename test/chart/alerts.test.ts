import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CHART, only, render, template } from './render.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const RUNBOOKS = 'https://wiki.example.com/watchword/RUNBOOKS.md';
const objects = await render({
  monitoring: { prometheusRule: { enabled: true, runbookUrl: RUNBOOKS } },
});
const { spec } = only(objects, 'PrometheusRule', 'watchword');
const rules = (spec as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

describe('the alerts', () => {
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
});

describe('the dashboard', () => {
  const RUNBOOK = /runbooks\.md#watchwordreloadfailed|RUNBOOKS/i;

  test('leads to the runbooks where somebody has said where they are', async () => {
    const monitoring = {
      dashboard: { enabled: true },
      prometheusRule: { runbookUrl: RUNBOOKS },
    };
    assert.match(await template({ monitoring }), RUNBOOK);
  });

  test('has no link where nobody has', async () => {
    const text = await template({ monitoring: { dashboard: { enabled: true } } });
    assert.match(text, /"title": "Is all well\?"/);
    assert.doesNotMatch(text, RUNBOOK);
  });
});
