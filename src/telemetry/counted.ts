import { whenReady } from '../base/deferred.ts';
import type { Wrap } from '../check/check.ts';
import type { Decision } from '../check/decision.ts';
import { REASONS } from '../decision/reason.ts';
import type { Request } from '../request/request.ts';
import { traceContextOf } from '../request/trace-context.ts';
import type { Metrics } from './metrics.ts';

/** `pipeline` of decisions that found none: no pipeline can be called so. */
export const NO_PIPELINE = '-';

export interface DecisionCounters {
  /** Counts decisions and how long they took. */
  readonly counted: Wrap;
  /** Makes a pipeline's allow series exist with 0, so that its first decision is a rise from zero. */
  readonly announce: (
    pipelines: Iterable<{
      readonly name: string;
      readonly require: unknown;
      readonly mode: string;
    }>,
  ) => void;
}

/** `now` in milliseconds, for durations only. */
export function decisionCounters(
  metrics: Metrics,
  now: () => number = performance.now.bind(performance),
): DecisionCounters {
  const decisions = metrics.tracedCounter('watchword_decisions_total');
  const durations = metrics.tracedHistogram('watchword_decision_duration_seconds');
  let allowDue = Number.NEGATIVE_INFINITY;
  const count = (request: Request | null, decision: Decision, began: number): Decision => {
    const { reason, pipeline } = decision;
    const { outcome } = REASONS[reason];
    const labels = {
      pipeline: pipeline?.name ?? NO_PIPELINE,
      outcome,
      reason,
      mode: pipeline?.mode ?? 'enforce',
    };
    const ended = now();
    const value = (ended - began) / 1000;
    const isDue = outcome !== 'allow' || ended >= allowDue;
    const exemplarLabels = isDue ? exemplarOf(request) : null;
    if (exemplarLabels !== null && outcome === 'allow') allowDue = ended + ALLOW_EXEMPLARS_EVERY;
    if (exemplarLabels === null) {
      decisions.inc({ labels });
      durations.observe({ labels: BY_OUTCOME[outcome], value });
    } else {
      decisions.inc({ labels, exemplarLabels });
      durations.observe({ labels: BY_OUTCOME[outcome], value, exemplarLabels });
    }
    return decision;
  };
  return {
    counted: (next) => (request, budget) => {
      const began = now();
      return whenReady(next(request, budget), (decision) => count(request, decision, began));
    },
    announce: (pipelines) => {
      for (const { name, require, mode } of pipelines) {
        const reason = require === null ? 'anonymous' : 'verified';
        const labels = { pipeline: name, outcome: 'allow', reason, mode };
        decisions.inc({ labels, value: 0 });
      }
    },
  };
}

/** Between two exemplars of what passes, in milliseconds: each costs as much as a tenth of a decision, and a scrape shows the last. */
const ALLOW_EXEMPLARS_EVERY = 100;

const BY_OUTCOME = {
  allow: { outcome: 'allow' },
  deny: { outcome: 'deny' },
  error: { outcome: 'error' },
} as const;

/** Only of traces that are recorded: an exemplar leads to one. */
function exemplarOf(request: Request | null): { readonly trace_id: string } | null {
  if (request?.traceparent === undefined) return null;
  const trace = traceContextOf(request.traceparent);
  return trace?.sampled === true ? { trace_id: trace.traceId } : null;
}
