import { withoutTokens } from '../base/without-tokens.ts';
import type { Decision } from '../check/decision.ts';
import type { Reason } from '../decision/reason.ts';

/** The steps of a decision in their order. */
export const STEPS = [
  'request',
  'host',
  'path',
  'pipeline',
  'token',
  'form',
  'issuer',
  'type',
  'algorithm',
  'key',
  'signature',
  'claims',
  'time',
  'audience',
  'required claims',
  'scopes',
  'claim values',
] as const;
export type StepName = (typeof STEPS)[number];

/** The step that ends with each reason; `end` where every step was passed. */
const STEP_OF: Readonly<Record<Reason, StepName | 'end'>> = {
  verified: 'end',
  anonymous: 'token',
  request_malformed: 'request',
  host_ambiguous: 'host',
  path_ambiguous: 'path',
  pipeline_missing: 'pipeline',
  pipeline_unknown: 'pipeline',
  pipeline_forbidden: 'pipeline',
  pipeline_conflict: 'pipeline',
  method_refused: 'pipeline',
  route_policy_invalid: 'pipeline',
  routes_unavailable: 'pipeline',
  token_missing: 'token',
  token_ambiguous: 'token',
  token_oversized: 'token',
  token_malformed: 'form',
  token_encrypted: 'form',
  issuer_untrusted: 'issuer',
  type_wrong: 'type',
  algorithm_refused: 'algorithm',
  key_unknown: 'key',
  keys_unavailable: 'key',
  signature_invalid: 'signature',
  token_unbounded: 'claims',
  token_expired: 'time',
  token_premature: 'time',
  audience_wrong: 'audience',
  claim_missing: 'required claims',
  scope_insufficient: 'scopes',
  claim_refused: 'claim values',
  deadline_exceeded: 'key',
  overloaded: 'key',
  internal: 'request',
};

export interface Step {
  readonly step: StepName;
  readonly result: 'passed' | 'refused' | 'not reached';
  readonly detail: string;
}

/** An issuer is refused twice: one that nobody trusts before its token is read further, one that this pipeline does not with the audience. */
function lastStepOf({ reason, principal }: Decision): StepName | 'end' {
  return reason === 'issuer_untrusted' && principal !== null ? 'audience' : STEP_OF[reason];
}

/** Lays out how far a decision got. The decision itself is the only judge: what a step shows never decides. */
export function stepsOf(
  decision: Decision,
  shown: Readonly<Partial<Record<StepName, string>>>,
): readonly Step[] {
  const last = lastStepOf(decision);
  const lastIndex = last === 'end' ? STEPS.length : STEPS.indexOf(last);
  return STEPS.map((step, index): Step => {
    if (index > lastIndex) return { step, result: 'not reached', detail: '' };
    const refused = index === lastIndex && decision.outcome !== 'allow';
    const seen = withoutTokens(shown[step] ?? '');
    if (!refused) return { step, result: 'passed', detail: seen };
    return {
      step,
      result: 'refused',
      detail: [decision.detail, seen].filter((text) => text !== '').join('; '),
    };
  });
}
