import type { DenyReason } from '../decision/reason.ts';

export type Extracted =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: DenyReason };

/** RFC 6750 section 2.1: the scheme in any case (RFC 9110 section 11.1), then spaces. What follows is judged when it is decoded. */
const BEARER = /^bearer +/i;
const BEARER_SCHEME = /^[ \t]*bearer(?:[ \t]|$)/i;

/** The same for one of several, between commas. One pass: the header may be as long as a gateway lets it be. */
const BEARER_IN_LIST = /(?:^|,)[ \t]*bearer(?:[ \t,]|$)/i;

const MISSING: Extracted = { ok: false, reason: 'token_missing' };

/** Takes the one Bearer token out of an `Authorization` header, or says why there is none. */
export function extract(authorization: string | null, tokenBytes: number): Extracted {
  if (authorization === null) return MISSING;
  // Two headers arrive joined by a comma, which no token contains. Taking one of them would let a caller show one
  // token to us and another to the backend (RFC 6750 section 2 allows one).
  if (authorization.includes(',') && BEARER_IN_LIST.test(authorization)) {
    return { ok: false, reason: 'token_ambiguous' };
  }
  // Another scheme, such as Basic, is no token: RFC 6750 section 3.1 asks for a challenge without an error.
  if (!BEARER_SCHEME.test(authorization)) return MISSING;
  // Before anything is decoded.
  if (authorization.length > tokenBytes + 'Bearer '.length)
    return { ok: false, reason: 'token_oversized' };
  const scheme = BEARER.exec(authorization)?.[0] ?? authorization;
  const token = authorization.slice(scheme.length);
  return token === '' ? { ok: false, reason: 'token_malformed' } : { ok: true, token };
}
