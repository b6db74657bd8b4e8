import { shown, shownWithType } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { DenyReason } from '../decision/reason.ts';
import type { Consumer } from '../policy/consumer.ts';
import {
  type Authentication,
  CLIENT_CLAIMS,
  type Requirement,
  type TokenRequirement,
} from '../policy/requirement.ts';
import type { Request } from '../request/request.ts';
import { claimAt } from '../token/claim-at.ts';
import { isAbsent, ruleShown, satisfies } from './claim-rule.ts';
import { consumerFacts, refusedConsumer } from './consumer.ts';
import { isGranted } from './granted-scope.ts';
import { nearAudience, nearScope } from './near-misses.ts';
import { STEPS, type StepName, type Trace } from './trace.ts';

/** Why a verified token is not enough; the detail is for the log. */
export interface Shortfall {
  readonly reason: DenyReason;
  readonly detail: string;
  /** How far the token came. */
  readonly step: StepName;
  /** The alternative that it came furthest with, where alternatives decided. */
  readonly alternative?: TokenRequirement;
}

/** One thing that a requirement may ask. `earliest` is the present in seconds, less the leeway of the issuer. */
type Part = (
  requirement: TokenRequirement,
  principal: Principal,
  earliest: number,
  trace: Trace | undefined,
  request: Request,
  consumer: Consumer | null,
) => Shortfall | null;

/** In the order of the answers: first what makes it another's token or one too old (401), then what it may not do (403). */
const PARTS: readonly Part[] = [
  wrongAudience,
  missingClaim,
  tooOld,
  weakSignIn,
  missingScope,
  refusedClient,
  refusedConsumer,
  refusedClaim,
  refusedCondition,
];

/**
 * Judges what a verified token says against what is required, or null where it satisfies it. `earliest` is the present in seconds,
 * less the leeway of the issuer; `consumer` is the subject's, null where it is none.
 */
export function authorize(
  requirement: Requirement,
  principal: Principal,
  earliest: number,
  request: Request,
  consumer: Consumer | null,
  trace?: Trace,
): Shortfall | null {
  return (
    shortfallOf(requirement, principal, earliest, trace, request, consumer) ??
    (requirement.anyOf.length === 0
      ? null
      : noAlternative(requirement.anyOf, principal, earliest, trace, request, consumer))
  );
}

function shortfallOf(
  requirement: TokenRequirement,
  principal: Principal,
  earliest: number,
  trace: Trace | undefined,
  request: Request,
  consumer: Consumer | null,
): Shortfall | null {
  for (const part of PARTS) {
    const shortfall = part(requirement, principal, earliest, trace, request, consumer);
    if (shortfall !== null) return shortfall;
  }
  return null;
}

/** Why none of several alternatives is satisfied, as the one says with which the token came furthest; null where one is. */
function noAlternative(
  alternatives: readonly TokenRequirement[],
  principal: Principal,
  earliest: number,
  trace: Trace | undefined,
  request: Request,
  consumer: Consumer | null,
): Shortfall | null {
  let furthest: Shortfall | null = null;
  for (const [index, alternative] of alternatives.entries()) {
    const shortfall = shortfallOf(alternative, principal, earliest, undefined, request, consumer);
    trace?.alternative(index, shortfall === null ? null : `${shortfall.step}: ${shortfall.detail}`);
    if (shortfall === null) return null;
    if (furthest === null || progressOf(shortfall) > progressOf(furthest)) {
      const detail = `anyOf[${index}]: ${shortfall.detail}`;
      furthest = { ...shortfall, detail, alternative };
    }
  }
  if (furthest !== null) trace?.enter(furthest.step, furthest.detail);
  return furthest;
}

/** How far a token came: one of an accepted issuer with a wrong audience came further than one of another issuer. */
function progressOf({ reason, step }: Shortfall): number {
  return reason === 'issuer_untrusted' ? -1 : STEPS.indexOf(step);
}

function wrongAudience(
  { audiencesByIssuer }: TokenRequirement,
  { issuer, audiences: named }: Principal,
  _: number,
  trace: Trace | undefined,
): Shortfall | null {
  const audiences = audiencesByIssuer.get(issuer);
  trace?.enter('audience', audienceShown(named, audiences));
  if (audiences === undefined) {
    const detail = `issuer ${issuer} is not accepted here, accepted: ${[...audiencesByIssuer.keys()].join(' ')}`;
    return { reason: 'issuer_untrusted', detail, step: 'audience' };
  }
  if (audiences !== 'any' && !named.some((audience) => audiences.has(audience))) {
    const detail = audienceShown(named, audiences) + nearAudience(named, audiences);
    return { reason: 'audience_wrong', detail, step: 'audience' };
  }
  return null;
}

function audienceShown(
  named: readonly string[],
  accepted: ReadonlySet<string> | 'any' | undefined,
): string {
  const all = accepted === 'any' ? 'any' : shown([...(accepted ?? [])]);
  return `${named.length === 0 ? 'no audience' : `aud is ${shown(named)}`}, accepted: ${all}`;
}

/** RFC 7519 section 4.1: another token of the same holder may have what this one lacks, so it is a 401. */
const REGISTERED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

function missingClaim(
  { claims, maxAge, consumerOf }: TokenRequirement,
  { claims: said, issuedAt, subject }: Principal,
  _: number,
  trace: Trace | undefined,
): Shortfall | null {
  trace?.enter('required claims', '');
  const rule = claims.find(
    ({ path, not }) =>
      !not && path.length === 1 && REGISTERED.has(path[0]) && isAbsent(claimAt(said, path)),
  );
  const missing =
    rule?.path ??
    (maxAge !== null && issuedAt === null ? ['iat'] : null) ??
    (consumerOf !== null && subject === null ? ['sub'] : null);
  return missing === null
    ? null
    : {
        reason: 'claim_missing',
        detail: `claim ${shown(missing)} is absent`,
        step: 'required claims',
      };
}

function tooOld(
  { maxAge }: TokenRequirement,
  { issuedAt }: Principal,
  earliest: number,
  trace: Trace | undefined,
): Shortfall | null {
  if (maxAge === null || issuedAt === null) return null;
  const detail = `iat was ${Math.round(earliest - issuedAt)} s ago, less the leeway; maxAge is ${maxAge} s`;
  trace?.enter('token age', detail);
  if (earliest - issuedAt <= maxAge) return null;
  return { reason: 'token_expired', detail, step: 'token age' };
}

/** RFC 9470: the holder may sign in again, so it is a 401 that says how. */
function weakSignIn(
  { authentication }: TokenRequirement,
  { claims }: Principal,
  earliest: number,
  trace: Trace | undefined,
): Shortfall | null {
  if (authentication === null) return null;
  const detail = signInShown(authentication, claims, earliest);
  trace?.enter('authentication', detail);
  const { maxAge, acr } = authentication;
  const at = claimAt(claims, ['auth_time']);
  const isRecent = maxAge === null || (typeof at === 'number' && earliest - at <= maxAge);
  const context = claimAt(claims, ['acr']);
  const isStrong = acr.length === 0 || (typeof context === 'string' && acr.includes(context));
  return isRecent && isStrong
    ? null
    : { reason: 'authentication_insufficient', detail, step: 'authentication' };
}

function signInShown(
  { maxAge, acr }: Authentication,
  claims: Principal['claims'],
  earliest: number,
): string {
  const at = claimAt(claims, ['auth_time']);
  const since = typeof at === 'number' ? `${Math.round(earliest - at)} s ago` : shownWithType(at);
  return [
    ...(maxAge === null ? [] : [`auth_time is ${since}, maxAge is ${maxAge} s`]),
    ...(acr.length === 0
      ? []
      : [`acr is ${shownWithType(claimAt(claims, ['acr']))}, accepted: ${acr.join(' ')}`]),
  ].join('; ');
}

function missingScope(
  { scopes }: TokenRequirement,
  { scopes: granted }: Principal,
  _: number,
  trace: Trace | undefined,
): Shortfall | null {
  trace?.enter('scopes', grantedShown(granted));
  const missing = scopes.all.find((scope) => !isGranted(scope, granted, scopes.strategy));
  if (missing !== undefined) {
    const detail = `scope ${missing} is missing; ${grantedShown(granted)}${nearScope(missing, granted)}`;
    return { reason: 'scope_insufficient', detail, step: 'scopes' };
  }
  const unmet = scopes.any.find(
    (group) => !group.some((scope) => isGranted(scope, granted, scopes.strategy)),
  );
  if (unmet === undefined) return null;
  const detail = `none of the scopes ${unmet.join(' ')}; ${grantedShown(granted)}`;
  return { reason: 'scope_insufficient', detail, step: 'scopes' };
}

function grantedShown(granted: ReadonlySet<string>): string {
  return `granted: ${[...granted].join(' ').slice(0, 256) || 'none'}`;
}

/** Every claim that names an application must name one that may come: a token that says two is believed in neither. */
function refusedClient(
  { clients }: TokenRequirement,
  { claims }: Principal,
  _: number,
  trace: Trace | undefined,
): Shortfall | null {
  if (clients === null) return null;
  const named = CLIENT_CLAIMS.filter((name) => !isAbsent(claimAt(claims, [name])));
  const said = named.map((name) => `${name} is ${shownWithType(claimAt(claims, [name]))}`);
  const detail = `${said.join(', ') || `none of ${CLIENT_CLAIMS.join(', ')} is there`}, accepted: ${shown([...clients])}`;
  trace?.enter('clients', detail);
  const accepted =
    named.length > 0 && named.every((name) => clients.has(claimAt(claims, [name]) as string));
  return accepted ? null : { reason: 'client_refused', detail, step: 'clients' };
}

function refusedClaim(
  { claims }: TokenRequirement,
  { claims: said }: Principal,
  _: number,
  trace: Trace | undefined,
): Shortfall | null {
  trace?.enter(
    'claim values',
    claims.map((rule) => ruleShown(rule, claimAt(said, rule.path))).join('; '),
  );
  const rule = claims.find((one) => !satisfies(one, claimAt(said, one.path)));
  if (rule === undefined) return null;
  const detail = ruleShown(rule, claimAt(said, rule.path));
  return { reason: 'claim_refused', detail, step: 'claim values' };
}

function refusedCondition(
  { condition }: TokenRequirement,
  principal: Principal,
  _: number,
  trace: Trace | undefined,
  request: Request,
  consumer: Consumer | null,
): Shortfall | null {
  if (condition === null) return null;
  trace?.enter('condition', `when ${shown(condition.source)}`);
  const { claims } = principal;
  const refusal = condition.refusal(claims, request, consumerFacts(principal, consumer));
  if (refusal === null) return null;
  const detail = `when ${shown(condition.source)} ${refusal}`;
  return { reason: 'condition_refused', detail, step: 'condition' };
}
