import type { Decision, Header } from '../check/decision.ts';

/** What two configurations may say otherwise of one request. */
export const DIFFERENCES = ['reason', 'pipeline', 'passes', 'headers'] as const;
export type Difference = (typeof DIFFERENCES)[number];

const NONE: readonly Difference[] = [];

/** In what two decisions about one request differ; empty where the caller and the backend would see the same. */
export function differencesBetween(live: Decision, candidate: Decision): readonly Difference[] {
  const isSame = {
    reason: live.reason === candidate.reason,
    pipeline: live.pipeline?.name === candidate.pipeline?.name,
    passes: passes(live) === passes(candidate),
    headers: areSame(live.identity, candidate.identity),
  };
  const found = DIFFERENCES.filter((one) => !isSame[one]);
  return found.length === 0 ? NONE : found;
}

/** A refusal passes where its pipeline is in shadow mode. */
function passes({ outcome, pipeline }: Decision): boolean {
  return outcome === 'allow' || (outcome !== 'answer' && pipeline?.mode === 'shadow');
}

function areSame(some: readonly Header[], others: readonly Header[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ name, value }) =>
      others.some((other) => other.name === name && other.value === value),
    )
  );
}
