import type { Principal } from '../decision/principal.ts';
import type { ForwardRule } from '../policy/pipeline.ts';
import { claimAt } from './claim.ts';
import type { Header } from './decision.ts';

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
export function identityOf(rules: readonly ForwardRule[], principal: Principal): Identity {
  const headers: Header[] = [];
  for (const { name, path, as } of rules) {
    const claim = claimAt(principal.claims, path);
    if (claim === undefined || claim === null) continue;
    const value = as === 'json' ? asciiJson(claim) : text(claim);
    if (value === null || NO_HEADER_VALUE.test(value) || !value.isWellFormed()) {
      return { ok: false, detail: `claim ${JSON.stringify(path)} cannot be a header value` };
    }
    if (value !== '') headers.push({ name, value });
  }
  return { ok: true, headers };
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
