import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../src/check/decision.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { routeDecisions } from '../../src/telemetry/route-decisions.ts';
import { readSeries, samplesOf } from '../server/series.ts';

const NAME = 'watchword_route_decisions_total';

/** Counts one decision about each of so many routes. */
async function countsOf(routes: number): Promise<Readonly<Record<string, number>>> {
  const metrics = new Metrics();
  const wrap = routeDecisions(metrics);
  for (let n = 0; n < routes; n += 1) {
    const route = { kind: 'Ingress', namespace: 'shop', name: `route-${n}` };
    void wrap(() => ({ ...refuse('token_missing'), route }))(null, 0);
  }
  return samplesOf(readSeries(await metrics.registry.metrics()), NAME);
}

test('a decision is counted with its route, in labels that are none of Prometheus', async () => {
  assert.deepEqual(await countsOf(1), {
    '{kind="Ingress",route_namespace="shop",route="route-0",outcome="deny",reason="token_missing",mode="enforce"}': 1,
  });
});

test('beyond the bound routes are counted together, and nothing is lost', async () => {
  const counts = await countsOf(5_010);
  assert.equal(Object.keys(counts).length, 5_001);
  const rest =
    '{kind="-",route_namespace="-",route="-",outcome="deny",reason="token_missing",mode="enforce"}';
  assert.equal(counts[rest], 10);
});
