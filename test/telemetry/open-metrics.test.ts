import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refuse } from '../../src/check/decision.ts';
import { decisionCounters } from '../../src/telemetry/counted.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { openMetrics, prefersOpenMetrics } from '../../src/telemetry/open-metrics.ts';
import { sampleRequest } from '../policy/samples.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** The metrics after one refusal of a request with this `traceparent`. */
function counted(traceparent?: string): Metrics {
  const metrics = new Metrics();
  const check = decisionCounters(metrics).counted(() => refuse('token_missing'));
  void check({ ...sampleRequest(), ...(traceparent === undefined ? {} : { traceparent }) }, 0);
  return metrics;
}

describe('OpenMetrics', () => {
  test('ends with EOF, has no empty line, and keeps the names of samples', async () => {
    const text = await openMetrics(counted().registry);
    assert.ok(text.endsWith('\n# EOF\n'));
    assert.doesNotMatch(text, /\n\n/);
    assert.match(text, /^# TYPE watchword_decisions counter$/m);
    assert.match(text, /^watchword_decisions_total\{.*reason="token_missing".*\} 1$/m);
  });

  test('has the trace of a sampled request as an exemplar, on its count and its bucket', async () => {
    const text = await openMetrics(counted(`00-${TRACE}-b7ad6b7169203331-01`).registry);
    const exemplar = `# \\{trace_id="${TRACE}"\\} [\\d.e-]+ \\d+\\.\\d+$`;
    assert.match(text, new RegExp(`^watchword_decisions_total\\{.*\\} 1 ${exemplar}`, 'm'));
    assert.match(
      text,
      new RegExp(`^watchword_decision_duration_seconds_bucket.* ${exemplar}`, 'm'),
    );
  });

  for (const [title, traceparent] of [
    ['is not sampled', `00-${TRACE}-b7ad6b7169203331-00`],
    ['is none', 'a"} 1\n'],
    ['has only zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['is of a version that is forbidden', `ff-${TRACE}-b7ad6b7169203331-01`],
    ['has more than version 00 has', `00-${TRACE}-b7ad6b7169203331-01-more`],
  ] as const) {
    test(`has no exemplar where the traceparent ${title}`, async () => {
      assert.doesNotMatch(await openMetrics(counted(traceparent).registry), /trace_id/);
    });
  }

  test('writing it changes nothing of the Prometheus text format, which has no exemplars', async () => {
    const { registry } = counted(`00-${TRACE}-b7ad6b7169203331-01`);
    await openMetrics(registry);
    const text = await registry.metrics();
    assert.match(text, /^# TYPE watchword_decisions_total counter$/m);
    assert.doesNotMatch(text, /trace_id|# EOF/);
  });
});

describe('what a scraper prefers', () => {
  for (const [accept, wanted] of [
    [undefined, false],
    ['*/*', false],
    ['text/plain;version=0.0.4', false],
    ['text/html,application/xhtml+xml,*/*;q=0.8', false],
    ['application/openmetrics-text', true],
    // What Prometheus 2.42 sends.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      true,
    ],
    ['application/openmetrics-text;q=0', false],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.5', false],
  ] as const) {
    test(`${accept} is ${wanted ? '' : 'not '}OpenMetrics`, () =>
      assert.equal(prefersOpenMetrics(accept), wanted));
  }
});
