import type { DenyReason } from '../decision/reason.ts';

/** Why there is no token to judge. */
export interface NoToken {
  readonly ok: false;
  readonly reason: DenyReason;
  /** For the log and `explain`: what was found in its place, never any of it. */
  readonly detail: string;
}

export type Extracted = { readonly ok: true; readonly token: string } | NoToken;

/** RFC 6750 section 2.1: the scheme in any case (RFC 9110 section 11.1), then spaces. What follows is judged when it is decoded. */
const BEARER = /^bearer +/i;

/**
 * What some backend reads as the scheme Bearer, whatever stands before and behind the word: Python splits at a no-break space and at
 * `\x1c`, others take `Bearer: TOKEN`. Such a value is a bad token and never a missing one, since the backend gets it with the request.
 */
const BEARER_SCHEME = /^[^a-z,]*bearer(?![a-z0-9_-])/i;

/** The same for one of several, between commas. One pass: the header may be as long as a gateway lets it be. */
const BEARER_IN_LIST = /(?:^|,)[^a-z,]*bearer(?![a-z0-9_-])/i;

const MISSING: Extracted = {
  ok: false,
  reason: 'token_missing',
  detail: 'no Authorization header',
};

/** Takes the one Bearer token out of an `Authorization` header, or says why there is none. */
export function extract(authorization: string | null, tokenBytes: number): Extracted {
  if (authorization === null) return MISSING;
  // Two headers arrive joined by a comma, which no token contains. Taking one of them would let a caller show one
  // token to us and another to the backend (RFC 6750 section 2 allows one).
  if (authorization.includes(',') && BEARER_IN_LIST.test(authorization)) {
    return {
      ok: false,
      reason: 'token_ambiguous',
      detail: 'Authorization has more than one value',
    };
  }
  // Another scheme, such as Basic, is no token: RFC 6750 section 3.1 asks for a challenge without an error.
  if (!BEARER_SCHEME.test(authorization))
    return { ok: false, reason: 'token_missing', detail: otherScheme(authorization) };
  // Before anything is decoded.
  if (authorization.length > tokenBytes + 'Bearer '.length)
    return {
      ok: false,
      reason: 'token_oversized',
      detail: oversized(authorization.length - 'Bearer '.length, tokenBytes),
    };
  const scheme = BEARER.exec(authorization)?.[0];
  if (scheme === undefined)
    return {
      ok: false,
      reason: 'token_malformed',
      detail: 'the scheme Bearer and a space must stand before the token',
    };
  const token = authorization.slice(scheme.length);
  return token === ''
    ? { ok: false, reason: 'token_malformed', detail: 'nothing follows the scheme Bearer' }
    : { ok: true, token };
}

/** How long a token is and how long it may be. */
export function oversized(bytes: number, tokenBytes: number): string {
  return `${bytes} bytes, limits.tokenBytes is ${tokenBytes}`;
}

/** Schemes that may be named: what stands in front of a space in any other value may be a secret. */
const KNOWN_SCHEME =
  /^\s*(basic|digest|negotiate|dpop|token|apikey|aws4-hmac-sha256|hoba|mutual|scram-sha-256)\s/i;

/** Names the scheme of other credentials, and nothing of what follows it. */
function otherScheme(authorization: string): string {
  const scheme = KNOWN_SCHEME.exec(authorization)?.[1];
  if (scheme !== undefined) return `the scheme is ${scheme}, not Bearer`;
  return authorization.trim() === ''
    ? 'the Authorization header is empty'
    : "Authorization does not begin with the scheme: 'Bearer ' must stand before the token";
}
