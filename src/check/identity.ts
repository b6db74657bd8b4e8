import { shown } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { ClaimPath, ForwardRule } from '../policy/pipeline.ts';
import { claimAt } from '../token/claim-at.ts';
import type { Decision, Header } from './decision.ts';
import type { Trace } from './trace.ts';

export type Identity =
  | { readonly ok: true; readonly headers: readonly Header[] }
  | { readonly ok: false; readonly detail: string };

/**
 * What no header may carry (RFC 9110 section 5.5): a line break in a claim would be a header of its own, or an error of the gateway;
 * white space at an end is taken off on the way, which would make another identity of it.
 */
const NO_HEADER_VALUE = /(?!\t)\p{Cc}|^[\t ]|[\t ]$/u;

/**
 * The headers that tell the backend who calls. A claim that is absent, null or empty sets no header; one that a header
 * cannot carry is a fault, since a backend that misses an identity must not guess one.
 */
export function identityOf(
  rules: readonly ForwardRule[],
  principal: Principal,
  trace?: Trace,
): Identity {
  const headers: Header[] = [];
  for (const { name, path, as } of rules) {
    const claim = claimAt(principal.claims, path);
    if (claim === undefined || claim === null) {
      trace?.unset(name, absentShown(path));
      continue;
    }
    const value = as === 'json' ? asciiJson(claim) : text(claim);
    if (value === null || NO_HEADER_VALUE.test(value) || !value.isWellFormed()) {
      return {
        ok: false,
        detail: `claim ${shown(path)} cannot be a header value: ${name} would be set from ${faultShown(claim)}`,
      };
    }
    if (value !== '') headers.push({ name, value });
    else trace?.unset(name, `claim ${shown(path)} is empty`);
  }
  return { ok: true, headers };
}

/**
 * Who calls, as the backend is told it where a request passes under a decision. A refusal that passes in shadow mode tells it only where
 * the token verified and is of an issuer that the pipeline accepts: the subject of another is a name in somebody else's world.
 */
export function toldBy(decision: Decision): readonly Header[] {
  if (decision.outcome === 'allow') return decision.identity;
  const { reason, pipeline, principal } = decision;
  if (pipeline === null || principal === null) return [];
  if (reason === 'issuer_untrusted') return [];
  const identity = identityOf(pipeline.forward, principal);
  return identity.ok ? identity.headers : [];
}

/** A name with dots that is no URL was meant as a path. */
const DOTTED = /^[\w-]+(?:\.[\w-]+)+$/;

function absentShown(path: ClaimPath): string {
  const absent = `the token has no claim ${shown(path)}`;
  return path.length === 1 && DOTTED.test(path[0])
    ? `${absent}: ${path[0]} is one name; for what is nested write claim: [${path[0].split('.').join(', ')}]`
    : absent;
}

/** What a header cannot carry, and what would. */
function faultShown(claim: unknown): string {
  const json = 'as: json writes it in ASCII';
  if (typeof claim === 'string')
    return `a text with a control character, a space at an end, or half a character; ${json}`;
  if (!Array.isArray(claim)) return `an object; ${json}`;
  return claim.some((one) => typeof one === 'string' && one.includes(','))
    ? `a list whose members have commas, which would read as more members; ${json}`
    : `a list with a member that no header carries; ${json}`;
}

function text(claim: unknown): string | null {
  if (!Array.isArray(claim)) return scalar(claim);
  const texts = claim.map(scalar);
  // A member with a comma would read as two.
  return texts.every((one) => one !== null && !one.includes(',')) ? texts.join(',') : null;
}

function scalar(claim: unknown): string | null {
  if (typeof claim === 'string') return claim;
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : null;
}

/** JSON with everything but ASCII escaped: the same bytes over every protocol. */
function asciiJson(claim: unknown): string {
  return JSON.stringify(claim).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
