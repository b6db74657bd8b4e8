import { useMemo } from 'preact/hooks';
import type { DecisionSeries, Decisions, Overview } from '../src/console/api.ts';
import { Chart } from './chart.tsx';
import { count, rate, sum } from './format.ts';
import { Sparkline } from './sparkline.tsx';
import { type Column, Table } from './table.tsx';
import { useApi } from './use-api.ts';

const OUTCOMES = ['allow', 'deny', 'error'] as const;
/** Intervals that make the rate of now: the last minute. */
const MINUTE = 6;

export function DecisionsView({ overview }: { readonly overview: Overview | null }) {
  const { data } = useApi<Decisions>('decisions', 5_000);
  const lines = useMemo(() => linesOf(data), [data]);
  if (data === null) return <p>Loading…</p>;
  const hour = OUTCOMES.map((outcome) => `${count(ofOutcome(data, outcome))} ${outcome}`);
  return (
    <>
      <Remarks overview={overview} />
      <h2>The last hour</h2>
      <Chart
        label={`Decisions a second in the last hour. In all: ${hour.join(', ')}.`}
        times={lines.times}
        lines={lines.lines}
      />
      <p>
        {hour.join(' · ')}
        {overview === null ? '' : ` · ${cacheShown(overview)}`}
      </p>
      <h2>By pipeline, outcome and reason</h2>
      {data.series.length === 0 ? (
        <p>Nothing has been decided yet. Does a gateway ask? See Gateways.</p>
      ) : (
        <Table
          caption="Decisions since the start, the busiest of the last hour first"
          columns={columnsOf(data)}
          rows={sorted(data.series)}
          keyOf={({ pipeline, outcome, reason, mode }) =>
            [pipeline, outcome, reason, mode].join(' ')
          }
        />
      )}
      {data.notKept > 0 && <p>{data.notKept} more series: see /metrics.</p>}
    </>
  );
}

/** What readiness has to say, as long as it has something to say. */
function Remarks({ overview }: { readonly overview: Overview | null }) {
  const remarks = (overview?.checks ?? []).filter(
    ({ detail, ready }) => detail !== undefined || !ready,
  );
  if (remarks.length === 0) return null;
  return (
    <ul class="remarks" aria-label="What readiness says">
      {remarks.map(({ name, ready, detail }) => (
        <li key={name} class={ready ? 'warn' : 'bad'}>
          <strong>{name}</strong> {ready ? '' : 'not ready: '}
          {detail}
        </li>
      ))}
    </ul>
  );
}

function columnsOf({ interval }: Decisions): readonly Column<DecisionSeries>[] {
  return [
    { name: 'Pipeline', cell: ({ pipeline }) => (pipeline === '-' ? '- (none found)' : pipeline) },
    {
      name: 'Outcome',
      cell: ({ outcome, mode }) => (
        <span class={`outcome ${outcome}`}>
          {mode === 'shadow' ? `${outcome} (shadow)` : outcome}
        </span>
      ),
    },
    { name: 'Reason', cell: ({ reason }) => <code>{reason}</code> },
    { name: 'Last hour', cell: ({ recent }) => <Sparkline values={recent} /> },
    { name: 'A second', kind: 'number', cell: ({ recent }) => rate(ratesOf(recent, interval)) },
    { name: 'In the hour', kind: 'number', cell: ({ recent }) => count(sum(recent)) },
    { name: 'In all', kind: 'number', cell: ({ total }) => count(total) },
  ];
}

/** Of the last whole minute. */
function ratesOf(recent: readonly number[], interval: number): number {
  return sum(recent.slice(-MINUTE - 1, -1)) / ((MINUTE * interval) / 1000);
}

function sorted(series: readonly DecisionSeries[]): readonly DecisionSeries[] {
  return series.toSorted((a, b) => sum(b.recent) - sum(a.recent) || b.total - a.total);
}

function ofOutcome({ series }: Decisions, outcome: string): number {
  return sum(series.filter((one) => one.outcome === outcome).flatMap(({ recent }) => recent));
}

function linesOf(data: Decisions | null) {
  if (data === null) return { times: [], lines: [] };
  const { interval, since, series } = data;
  const length = Math.max(0, ...series.map(({ recent }) => recent.length - 1));
  const times = Array.from({ length }, (_, index) => (since - (length - index) * interval) / 1000);
  const lines = OUTCOMES.map((outcome) => {
    const ours = series.filter((one) => one.outcome === outcome);
    return {
      name: outcome,
      color: outcome,
      values: times.map(
        (_, index) => sum(ours.map(({ recent }) => recent[index] ?? 0)) / (interval / 1000),
      ),
    };
  });
  return { times, lines };
}

function cacheShown({ cache: { entries, mostEntries, hits, misses } }: Overview): string {
  const looked = hits + misses;
  const share = looked === 0 ? '' : `, ${((100 * hits) / looked).toFixed(1)} % of look-ups found`;
  return `${count(entries)} of ${count(mostEntries)} tokens in the cache${share}`;
}
