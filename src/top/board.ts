import type { DecisionKind, Snapshot } from './snapshot.ts';

/** What `top` shows: a snapshot, and what changed since the one before. `--json` prints it. */
export interface Board {
  readonly at: number;
  readonly version: string;
  /** Of the configuration. */
  readonly hash: string;
  /** Milliseconds since the start of the process. */
  readonly up: number;
  readonly ready: boolean;
  readonly remarks: readonly string[];
  /** Seconds between the two snapshots. */
  readonly seconds: number;
  /** Decisions a second. In shadow mode a refusal counts as one, although it passes. */
  readonly perSecond: Readonly<Record<'allow' | 'deny' | 'error', number>>;
  /** Seconds in which half of the decisions were made, and 99 of 100, to the bound of a bucket; null where there were none. */
  readonly latency: { readonly p50: number | null; readonly p99: number | null };
  readonly cache: {
    readonly entries: number;
    /** Share of the look-ups between the two snapshots that found the token; null where there were none. */
    readonly hitShare: number | null;
  };
  /** The busiest first. */
  readonly decisions: readonly (DecisionKind & {
    readonly perSecond: number;
    readonly total: number;
  })[];
}

/** Compares two snapshots of one server. */
export function boardOf(before: Snapshot, now: Snapshot): Board {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  // A process that began anew counts from zero.
  const earlier = before.started === now.started ? before : null;
  const totals = new Map((earlier?.decisions ?? []).map((one) => [keyOf(one), one.total]));
  const decisions = now.decisions
    .map((one) => ({ ...one, perSecond: (one.total - (totals.get(keyOf(one)) ?? 0)) / seconds }))
    .sort((a, b) => b.perSecond - a.perSecond || b.total - a.total);
  const rateOf = (outcome: string): number =>
    decisions
      .filter((one) => one.outcome === outcome)
      .reduce((sum, { perSecond }) => sum + perSecond, 0);
  const { version, hash, ready, remarks, at, started } = now;
  return {
    ...{ at, version, hash, up: at - started, ready, remarks, seconds },
    perSecond: { allow: rateOf('allow'), deny: rateOf('deny'), error: rateOf('error') },
    latency: { p50: quantile(0.5, earlier, now), p99: quantile(0.99, earlier, now) },
    cache: { entries: now.cache.entries, hitShare: hitShareOf(earlier, now) },
    decisions,
  };
}

function keyOf({ pipeline, outcome, reason, mode }: DecisionKind): string {
  return JSON.stringify([pipeline, outcome, reason, mode]);
}

function hitShareOf(before: Snapshot | null, { cache }: Snapshot): number | null {
  const hits = cache.hits - (before?.cache.hits ?? 0);
  const all = hits + cache.misses - (before?.cache.misses ?? 0);
  return all <= 0 ? null : hits / all;
}

/** The bound of the bucket in which the quantile lies. */
function quantile(share: number, before: Snapshot | null, { buckets }: Snapshot): number | null {
  const grown = [...buckets].map(
    ([bound, count]) => [bound, count - (before?.buckets.get(bound) ?? 0)] as const,
  );
  const all = grown.at(-1)?.[1] ?? 0;
  if (all <= 0) return null;
  return grown.find(([, count]) => count >= share * all)?.[0] ?? null;
}
