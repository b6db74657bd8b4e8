import { shown, shownWithType } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { DenyReason } from '../decision/reason.ts';
import type { ClaimRule, Pipeline, Requirement } from '../policy/pipeline.ts';
import { claimAt } from './claim.ts';
import type { Trace } from './trace.ts';

/** Why a verified token is not enough; the detail is for the log. */
export interface Shortfall {
  readonly reason: DenyReason;
  readonly detail: string;
}

/**
 * Judges what a verified token says against what a pipeline requires, or null where it satisfies it. First what makes it
 * another's token (401), then what it may not do (403).
 */
export function authorize(
  pipeline: Pipeline,
  principal: Principal,
  trace?: Trace,
): Shortfall | null {
  const requirement = pipeline.require;
  if (requirement === null) return null;
  return (
    wrongAudience(requirement, principal, trace) ??
    missingClaim(requirement, principal, trace) ??
    missingScope(requirement, principal, trace) ??
    refusedClaim(requirement, principal, trace)
  );
}

function wrongAudience(
  { audiencesByIssuer }: Requirement,
  { issuer, audiences: named }: Principal,
  trace?: Trace,
): Shortfall | null {
  const audiences = audiencesByIssuer.get(issuer);
  trace?.enter('audience', audienceShown(named, audiences));
  if (audiences === undefined) {
    const detail = `issuer ${issuer} is not accepted by this pipeline, accepted: ${[...audiencesByIssuer.keys()].join(' ')}`;
    return { reason: 'issuer_untrusted', detail };
  }
  if (audiences !== 'any' && !named.some((audience) => audiences.has(audience)))
    return { reason: 'audience_wrong', detail: audienceShown(named, audiences) };
  return null;
}

function audienceShown(
  named: readonly string[],
  accepted: ReadonlySet<string> | 'any' | undefined,
): string {
  const all = accepted === 'any' ? 'any' : shown([...(accepted ?? [])]);
  return `aud is ${shown(named)}, accepted: ${all}`;
}

/** RFC 7519 section 4.1: a token without one of these may be followed by one that has it, so it is a 401. */
const REGISTERED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

function missingClaim(
  { claims }: Requirement,
  principal: Principal,
  trace?: Trace,
): Shortfall | null {
  trace?.enter('required claims', '');
  const rule = claims.find(
    ({ path }) =>
      path.length === 1 && REGISTERED.has(path[0]) && isAbsent(claimAt(principal.claims, path)),
  );
  return rule === undefined
    ? null
    : { reason: 'claim_missing', detail: `claim ${shown(rule.path)} is absent` };
}

/** JSON's null says that there is no value. */
function isAbsent(value: unknown): boolean {
  return (value ?? null) === null;
}

function missingScope(
  { scopes }: Requirement,
  { scopes: granted }: Principal,
  trace?: Trace,
): Shortfall | null {
  trace?.enter('scopes', grantedShown(granted));
  const missing = scopes.all.find((scope) => !granted.has(scope));
  if (missing !== undefined)
    return {
      reason: 'scope_insufficient',
      detail: `scope ${missing} is missing; ${grantedShown(granted)}`,
    };
  const unmet = scopes.any.find((group) => !group.some((scope) => granted.has(scope)));
  return unmet === undefined
    ? null
    : {
        reason: 'scope_insufficient',
        detail: `none of the scopes ${unmet.join(' ')}; ${grantedShown(granted)}`,
      };
}

function grantedShown(granted: ReadonlySet<string>): string {
  return `granted: ${[...granted].join(' ').slice(0, 256) || 'none'}`;
}

function refusedClaim(
  { claims }: Requirement,
  principal: Principal,
  trace?: Trace,
): Shortfall | null {
  trace?.enter('claim values', claims.map((rule) => ruleShown(rule, principal)).join('; '));
  const rule = claims.find((one) => !accepts(one, claimAt(principal.claims, one.path)));
  return rule === undefined
    ? null
    : { reason: 'claim_refused', detail: ruleShown(rule, principal) };
}

function ruleShown({ path, accepted }: ClaimRule, { claims }: Principal): string {
  const found = `claim ${shown(path)} is ${shownWithType(claimAt(claims, path))}`;
  return accepted === null
    ? `${found}, it must be there`
    : `${found}, accepted: ${[...accepted].map(shownWithType).join(', ')}`;
}

/** A list satisfies a rule with one of its members: that is what `groups` and `roles` mean. */
function accepts({ accepted }: ClaimRule, value: unknown): boolean {
  if (isAbsent(value)) return false;
  if (accepted === null) return true;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.some((one) => accepted.has(one as string | number | boolean));
}
