import { readMetricsText, type Sample } from './metrics-text.ts';

/** What `watchword_decisions_total` counts apart. */
export interface DecisionKind {
  readonly pipeline: string;
  readonly outcome: string;
  readonly reason: string;
  readonly mode: string;
}

/** The admin port at one moment. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly version: string;
  readonly hash: string;
  /** When the process began, in milliseconds since the epoch. */
  readonly started: number;
  readonly decisions: readonly (DecisionKind & { readonly total: number })[];
  /** Decisions that took no longer, by the bound of each bucket in seconds. */
  readonly buckets: ReadonlyMap<number, number>;
  readonly cache: { readonly entries: number; readonly hits: number; readonly misses: number };
  readonly ready: boolean;
  /** What readiness says although it is ready, or why it is not. */
  readonly remarks: readonly string[];
}

/** Reads `/metrics` and `/readyz`. Null where this is no Watchword. */
export function readSnapshot(metrics: string, readyz: string, at: number): Snapshot | null {
  const samples = readMetricsText(metrics);
  const of = (name: string): readonly Sample[] => samples.filter((one) => one.name === name);
  const [build] = of('watchword_build_info');
  if (build === undefined) return null;
  const lookups = of('watchword_token_cache_lookups_total');
  const looked = (result: string) =>
    lookups.find(({ labels }) => labels['result'] === result)?.value ?? 0;
  return {
    at,
    version: build.labels['version'] ?? '',
    hash: of('watchword_config_info')[0]?.labels['hash'] ?? '',
    started: (of('process_start_time_seconds')[0]?.value ?? 0) * 1000,
    decisions: of('watchword_decisions_total').map(({ labels, value }) => ({
      pipeline: labels['pipeline'] ?? '',
      outcome: labels['outcome'] ?? '',
      reason: labels['reason'] ?? '',
      mode: labels['mode'] ?? '',
      total: value,
    })),
    buckets: bucketsOf(of('watchword_decision_duration_seconds_bucket')),
    cache: {
      entries: of('watchword_token_cache_entries')[0]?.value ?? 0,
      hits: looked('hit'),
      misses: looked('miss'),
    },
    ...readinessOf(readyz),
  };
}

/** Of all outcomes together. */
function bucketsOf(samples: readonly Sample[]): ReadonlyMap<number, number> {
  const buckets = new Map<number, number>();
  for (const { labels, value } of samples) {
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return new Map([...buckets].sort(([a], [b]) => a - b));
}

interface Readiness {
  readonly ready?: boolean;
  readonly checks?: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly detail?: string;
  }[];
}

function readinessOf(text: string): Pick<Snapshot, 'ready' | 'remarks'> {
  const { ready = false, checks = [] } = parsed(text);
  const remarks = checks
    .filter((check) => check.detail !== undefined || !check.ready)
    .map(({ name, detail = 'not ready' }) => `${name}: ${detail}`);
  return { ready, remarks };
}

function parsed(text: string): Readiness {
  try {
    return (JSON.parse(text) ?? {}) as Readiness;
  } catch {
    return {};
  }
}
