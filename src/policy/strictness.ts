import type { Pipeline } from './pipeline.ts';
import type { ClaimRule, Requirement, TokenRequirement } from './requirement.ts';

/** Whether whoever passes one pipeline passes the other, as far as that can be told. Preflights are not looked at. */
export function asksAtLeast(pipeline: Pipeline, other: Pipeline): boolean {
  if (pipeline === other || (other.require === null && other.rules === null)) return true;
  if (other.mode === 'shadow') return true;
  if (pipeline.require === null || pipeline.mode === 'shadow') return false;
  return other.require !== null && other.rules === null && implies(pipeline.require, other.require);
}

function implies(one: Requirement, other: Requirement): boolean {
  return (
    (other.optional || !one.optional) &&
    requiresAtLeast(one, other) &&
    (other.anyOf.length === 0 || impliesAny(one, other.anyOf))
  );
}

/** Whether whoever satisfies a requirement satisfies one of several others: whichever of its own alternatives it was. */
function impliesAny(one: Requirement, others: readonly TokenRequirement[]): boolean {
  const fits = (own: TokenRequirement) => others.some((other) => requiresAtLeast(own, other));
  return fits(one) || (one.anyOf.length > 0 && one.anyOf.every(fits));
}

/** Whether whoever satisfies a requirement satisfies the other. False also where that cannot be told. */
export function requiresAtLeast(one: TokenRequirement, other: TokenRequirement): boolean {
  return (
    [...one.audiencesByIssuer].every(([issuer, audiences]) =>
      isWithin(audiences, other.audiencesByIssuer.get(issuer)),
    ) &&
    grantsAtLeast(one.scopes, other.scopes) &&
    other.claims.every((rule) => one.claims.some((own) => isNarrower(own, rule))) &&
    (other.clients === null || (one.clients?.isSubsetOf(other.clients) ?? false)) &&
    (other.consumerOf === null || one.consumerOf === other.consumerOf) &&
    (other.condition === null || one.condition?.source === other.condition.source) &&
    isYounger(one.maxAge, other.maxAge) &&
    signsInAtLeast(one.authentication, other.authentication)
  );
}

function isYounger(one: number | null, other: number | null): boolean {
  return other === null || (one !== null && one <= other);
}

function signsInAtLeast(
  one: TokenRequirement['authentication'],
  other: TokenRequirement['authentication'],
): boolean {
  if (other === null) return true;
  if (one === null || !isYounger(one.maxAge, other.maxAge)) return false;
  const isStrong = one.acr.length > 0 && one.acr.every((acr) => other.acr.includes(acr));
  return other.acr.length === 0 || isStrong;
}

type Audiences = ReadonlySet<string> | 'any';

function isWithin(audiences: Audiences, others: Audiences | undefined): boolean {
  if (others === undefined) return false;
  return others === 'any' || (audiences !== 'any' && audiences.isSubsetOf(others));
}

function grantsAtLeast(
  one: TokenRequirement['scopes'],
  other: TokenRequirement['scopes'],
): boolean {
  // What is asked exactly is granted under every strategy; another strategy grants more.
  const asksNothing = other.all.length === 0 && other.any.length === 0;
  if (one.strategy !== other.strategy && one.strategy !== 'exact') return asksNothing;
  return (
    other.all.every((scope) => one.all.includes(scope)) &&
    other.any.every(
      (group) =>
        one.all.some((scope) => group.includes(scope)) ||
        one.any.some((own) => own.every((scope) => group.includes(scope))),
    )
  );
}

function isNarrower(one: ClaimRule, other: ClaimRule): boolean {
  if (JSON.stringify(one.path) !== JSON.stringify(other.path)) return false;
  if (one.not || other.not) return keyOf(one) === keyOf(other);
  return (
    (other.accepted === null || (one.accepted?.isSubsetOf(other.accepted) ?? false)) &&
    other.contains.every((value) => one.contains.includes(value)) &&
    (other.containsAny.length === 0 ||
      one.contains.some((value) => other.containsAny.includes(value)) ||
      (one.containsAny.length > 0 &&
        one.containsAny.every((value) => other.containsAny.includes(value)))) &&
    (other.matches === null || one.matches?.source === other.matches.source)
  );
}

function keyOf({ accepted, contains, containsAny, matches, not }: ClaimRule): string {
  const values = accepted === null ? null : [...accepted];
  return JSON.stringify([values, contains, containsAny, matches?.source, not]);
}
