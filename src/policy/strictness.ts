import type { ClaimRule, Pipeline, Requirement } from './pipeline.ts';

/** Whether whoever passes one pipeline passes the other. Preflights are not looked at. */
export function asksAtLeast(pipeline: Pipeline, other: Pipeline): boolean {
  if (pipeline === other || other.require === null || other.mode === 'shadow') return true;
  if (pipeline.require === null || pipeline.mode === 'shadow') return false;
  return requiresAtLeast(pipeline.require, other.require);
}

function requiresAtLeast(one: Requirement, other: Requirement): boolean {
  return (
    (other.optional || !one.optional) &&
    [...one.audiencesByIssuer].every(([issuer, audiences]) =>
      isWithin(audiences, other.audiencesByIssuer.get(issuer)),
    ) &&
    grantsAtLeast(one.scopes, other.scopes) &&
    other.claims.every((rule) => one.claims.some((own) => isNarrower(own, rule)))
  );
}

type Audiences = ReadonlySet<string> | 'any';

function isWithin(audiences: Audiences, others: Audiences | undefined): boolean {
  if (others === undefined) return false;
  return others === 'any' || (audiences !== 'any' && audiences.isSubsetOf(others));
}

function grantsAtLeast(one: Requirement['scopes'], other: Requirement['scopes']): boolean {
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
  if (other.accepted === null) return true;
  return one.accepted?.isSubsetOf(other.accepted) ?? false;
}
