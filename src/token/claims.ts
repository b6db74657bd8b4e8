import type { Principal } from '../decision/principal.ts';
import type { RefusalReason } from '../decision/reason.ts';
import type { JsonObject } from './json-object.ts';

/** Registered claims (RFC 7519 section 4.1) with the types that they must have. */
export interface RegisteredClaims {
  readonly subject: string | null;
  readonly audiences: readonly string[];
  readonly expiresAt: number;
  readonly notBefore: number;
}

export type ClaimsRead =
  | { readonly ok: true; readonly claims: RegisteredClaims }
  | {
      readonly ok: false;
      readonly reason: 'token_malformed' | 'token_unbounded';
      readonly detail: string;
    };

/** The last second of the year 9999: later times are no times, they are a way to say never. */
const LATEST = 253_402_300_799;

/** Reads the registered claims of a token whose signature verified. */
export function readClaims(claims: JsonObject): ClaimsRead {
  const { exp, aud } = claims;
  if (!isTime(exp)) {
    const detail = exp === undefined ? 'no exp' : 'exp is not a time';
    return { ok: false, reason: 'token_unbounded', detail };
  }
  const wrong = CLAIM_TYPES.find(
    ([name, isRight]) => claims[name] !== undefined && !isRight(claims[name]),
  );
  if (wrong !== undefined) {
    return { ok: false, reason: 'token_malformed', detail: `${wrong[0]} has a wrong type` };
  }
  const { sub, nbf, iat } = claims as { sub?: string; nbf?: number; iat?: number };
  return {
    ok: true,
    claims: {
      subject: sub ?? null,
      audiences:
        aud === undefined ? [] : typeof aud === 'string' ? [aud] : (aud as readonly string[]),
      expiresAt: exp,
      notBefore: Math.max(nbf ?? Number.NEGATIVE_INFINITY, iat ?? Number.NEGATIVE_INFINITY),
    },
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** What each registered claim must be where it is there. A value of another type has no agreed meaning. */
const CLAIM_TYPES: readonly (readonly [name: string, isRight: (value: unknown) => boolean])[] = [
  ['sub', isText],
  ['aud', (value) => isText(value) || (Array.isArray(value) && value.every(isText))],
  ['nbf', isTime],
  ['iat', isTime],
  ['jti', isText],
];

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LATEST;
}

/** `scope` (RFC 8693 section 4.2), `scp` (Microsoft, Okta) and `permissions` (Auth0), each a list or a text with spaces. */
export function scopesOf(claims: JsonObject): readonly string[] {
  return [claims['scope'], claims['scp'], claims['permissions']].flatMap((value) => {
    if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
    return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
  });
}

/**
 * Why a token may not be used at this moment (RFC 7519 sections 4.1.4 to 4.1.6), or null. Asked on every use, of
 * cached verifications too. Times in seconds.
 */
export function timeRefusal(
  principal: Pick<Principal, 'expiresAt' | 'notBefore'>,
  leeway: number,
  now: number,
): RefusalReason | null {
  if (now >= principal.expiresAt + leeway) return 'token_expired';
  if (now < principal.notBefore - leeway) return 'token_premature';
  return null;
}
