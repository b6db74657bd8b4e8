import { whenReady } from '../base/deferred.ts';
import type { Wrap } from '../check/check.ts';
import type { Decision } from '../check/decision.ts';
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
  const decisions = metrics.counter('watchword_decisions_total');
  const durations = metrics.histogram('watchword_decision_duration_seconds');
  const count = (decision: Decision, began: number): Decision => {
    const { outcome, reason, pipeline } = decision;
    const labels = {
      pipeline: pipeline?.name ?? NO_PIPELINE,
      outcome,
      reason,
      mode: pipeline?.mode ?? 'enforce',
    };
    decisions.inc(labels);
    durations.observe({ outcome }, (now() - began) / 1000);
    return decision;
  };
  return {
    counted: (next) => (request, budget) => {
      const began = now();
      return whenReady(next(request, budget), (decision) => count(decision, began));
    },
    announce: (pipelines) => {
      for (const { name, require, mode } of pipelines) {
        const reason = require === null ? 'anonymous' : 'verified';
        decisions.inc({ pipeline: name, outcome: 'allow', reason, mode }, 0);
      }
    },
  };
}
