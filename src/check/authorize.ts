import type { Principal } from '../decision/principal.ts';
import type { DenyReason } from '../decision/reason.ts';
import type { ClaimRule, Pipeline, Requirement } from '../policy/pipeline.ts';
import { claimAt } from './claim.ts';

/** Why a verified token is not enough; the detail is for the log. */
export interface Shortfall {
  readonly reason: DenyReason;
  readonly detail: string;
}

/**
 * Judges what a verified token says against what a pipeline requires, or null where it satisfies it. First what makes it
 * another's token (401), then what it may not do (403).
 */
export function authorize(pipeline: Pipeline, principal: Principal): Shortfall | null {
  const requirement = pipeline.require;
  if (requirement === null) return null;
  const audiences = requirement.audiencesByIssuer.get(principal.issuer);
  if (audiences === undefined) {
    return {
      reason: 'issuer_untrusted',
      detail: `issuer ${principal.issuer} is not accepted by this pipeline`,
    };
  }
  if (audiences !== 'any' && !principal.audiences.some((audience) => audiences.has(audience))) {
    const detail = `aud is ${shown(principal.audiences)}, accepted: ${shown([...audiences])}`;
    return { reason: 'audience_wrong', detail };
  }
  return (
    missingClaim(requirement, principal) ??
    missingScope(requirement, principal) ??
    refusedClaim(requirement, principal)
  );
}

function missingClaim({ claims }: Requirement, principal: Principal): Shortfall | null {
  // JSON's null says that there is no value.
  const rule = claims.find(({ path }) => (claimAt(principal.claims, path) ?? null) === null);
  return rule === undefined
    ? null
    : { reason: 'claim_missing', detail: `claim ${shown(rule.path)}` };
}

function missingScope({ scopes }: Requirement, { scopes: granted }: Principal): Shortfall | null {
  const missing = scopes.all.find((scope) => !granted.has(scope));
  if (missing !== undefined)
    return { reason: 'scope_insufficient', detail: `scope ${missing} is missing` };
  const unmet = scopes.any.find((group) => !group.some((scope) => granted.has(scope)));
  return unmet === undefined
    ? null
    : { reason: 'scope_insufficient', detail: `none of the scopes ${unmet.join(' ')}` };
}

function refusedClaim({ claims }: Requirement, principal: Principal): Shortfall | null {
  const rule = claims.find((one) => !accepts(one, claimAt(principal.claims, one.path)));
  return rule === undefined
    ? null
    : { reason: 'claim_refused', detail: `claim ${shown(rule.path)}` };
}

/** A list satisfies a rule with one of its members: that is what `groups` and `roles` mean. */
function accepts({ accepted }: ClaimRule, value: unknown): boolean {
  if (accepted === null) return true;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.some((one) => accepted.has(one as string | number | boolean));
}

function shown(names: readonly string[]): string {
  return JSON.stringify(names).slice(0, 256);
}
