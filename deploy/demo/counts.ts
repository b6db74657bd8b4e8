import assert from 'node:assert/strict';
import type { Refused } from './refused.ts';
import type { Stack } from './stack.ts';
import type { Tally } from './tally.ts';

/** One request passed, to billings. */
const PASSED = 1;

/** Compares what was sent with the counts of Envoy, of the backends and of Watchword. */
export async function checkCounts(
  stack: Stack,
  refused: readonly Refused[],
  tally: Tally,
): Promise<void> {
  await tally.check('Envoy counts the same', async () => {
    const counters = await stack.envoy.counters();
    assert.deepEqual(
      counters,
      { ok: PASSED, denied: refused.length, error: 0, failureModeAllowed: 0 },
      'counters:',
    );
    return `ext_authz.ok ${counters.ok}, .denied ${counters.denied}, .error ${counters.error}`;
  });
  await tally.check('backends got only what passed', () => {
    const { billings, invoices } = stack;
    assert.deepEqual(
      [billings.received.length, invoices.received.length],
      [PASSED, 0],
      'requests:',
    );
    return `billings ${billings.received.length}, invoices ${invoices.received.length}`;
  });
  await tally.check('Watchword counts the same', async () => {
    const text = await (await fetch(`${stack.admin}/metrics`)).text();
    const decisions = decisionsIn(text);
    assert.deepEqual(decisions, expectedDecisions(refused), 'watchword_decisions_total:');
    return Object.entries(decisions)
      .map(([labels, count]) => `${labels} ${count}`)
      .join(', ');
  });
}

type Decisions = Readonly<Record<string, number>>;

function expectedDecisions(refused: readonly Refused[]): Decisions {
  const rows = refused.map(
    ({ pipeline, reason }) => [`${pipeline} deny ${reason} enforce`, 1] as const,
  );
  return sorted([['billings allow verified enforce', PASSED], ...rows]);
}

/** The series of `watchword_decisions_total` that have counted something. */
function decisionsIn(text: string): Decisions {
  const lines = [...text.matchAll(/^watchword_decisions_total\{(.*)\} (\d+)$/gm)];
  const counted = lines.filter(([, , count]) => count !== '0');
  return sorted(
    counted.map(([, labels = '', count]) => [seriesName(labels), Number(count)] as const),
  );
}

function seriesName(labels: string): string {
  return ['pipeline', 'outcome', 'reason', 'mode']
    .map((label) => new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1] ?? '?')
    .join(' ');
}

function sorted(rows: readonly (readonly [string, number])[]): Decisions {
  return Object.fromEntries(rows.toSorted(([a], [b]) => a.localeCompare(b)));
}
