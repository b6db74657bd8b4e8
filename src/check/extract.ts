import type { DenyReason } from '../decision/reason.ts';

export type Extracted =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: DenyReason };

/** RFC 6750 section 2.1: the scheme in any case (RFC 9110 section 11.1), spaces, one `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const BEARER_SCHEME = /^[ \t]*bearer(?:[ \t]|$)/i;

const MISSING: Extracted = { ok: false, reason: 'token_missing' };

/** Takes the one Bearer token out of an `Authorization` header, or says why there is none. */
export function extract(authorization: string | null, tokenBytes: number): Extracted {
  if (authorization === null) return MISSING;
  // Two headers arrive joined by a comma, which no token contains. Taking one of them would let a caller show one
  // token to us and another to the backend (RFC 6750 section 2 allows one).
  if (
    authorization.includes(',') &&
    authorization.split(',').some((one) => BEARER_SCHEME.test(one))
  ) {
    return { ok: false, reason: 'token_ambiguous' };
  }
  // Another scheme, such as Basic, is no token: RFC 6750 section 3.1 asks for a challenge without an error.
  if (!BEARER_SCHEME.test(authorization)) return MISSING;
  // Before anything is decoded or matched against the long token pattern.
  if (authorization.length > tokenBytes + 'Bearer '.length)
    return { ok: false, reason: 'token_oversized' };
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? { ok: false, reason: 'token_malformed' } : { ok: true, token };
}
