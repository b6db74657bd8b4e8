import { shown, shownWithType } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { RefusalReason } from '../decision/reason.ts';
import type { ClaimPath } from '../policy/requirement.ts';
import { claimAt } from './claim-at.ts';
import type { JsonObject } from './json-object.ts';

/** Registered claims (RFC 7519 section 4.1) with the types that they must have. */
export interface RegisteredClaims {
  readonly subject: string | null;
  readonly audiences: readonly string[];
  readonly expiresAt: number;
  readonly notBefore: number;
  readonly issuedAt: number | null;
}

/** Why claims are not those of a usable token. */
export interface ClaimsRefused {
  readonly ok: false;
  readonly reason: 'claim_malformed' | 'claim_missing' | 'token_unbounded';
  readonly detail: string;
}

export type ClaimsRead = { readonly ok: true; readonly claims: RegisteredClaims } | ClaimsRefused;

/** The last second of the year 9999: later times are no times, they are a way to say never. */
const LATEST = 253_402_300_799;

/** What an issuer says of its tokens. */
export interface TokenProfile {
  readonly audienceClaim: ClaimPath;
  /** Longest `exp` - `iat`, in seconds; null where there is no limit. */
  readonly maxLifetime: number | null;
}

const NO_LIMITS: TokenProfile = { audienceClaim: ['aud'], maxLifetime: null };

/** Reads the registered claims of a token whose signature verified. */
export function readClaims(claims: JsonObject, profile: TokenProfile = NO_LIMITS): ClaimsRead {
  const { exp } = claims;
  if (!isTime(exp)) {
    const detail =
      exp === undefined ? 'no exp' : `exp is not a time: ${shownWithType(exp)}${unitFault(exp)}`;
    return { ok: false, reason: 'token_unbounded', detail };
  }
  const { audienceClaim, maxLifetime } = profile;
  const malformed = typeFault(claims, audienceClaim);
  if (malformed !== null) return { ok: false, reason: 'claim_malformed', detail: malformed };
  const { sub, nbf, iat } = claims as { sub?: string; nbf?: number; iat?: number };
  const audience = claimAt(claims, audienceClaim) as string | readonly string[] | undefined;
  const tooLong = maxLifetime === null ? null : lifetimeFault(exp, iat, maxLifetime);
  if (tooLong !== null) return tooLong;
  return {
    ok: true,
    claims: {
      subject: sub ?? null,
      audiences: listOf(audience),
      expiresAt: exp,
      notBefore: Math.max(nbf ?? Number.NEGATIVE_INFINITY, iat ?? Number.NEGATIVE_INFINITY),
      issuedAt: iat ?? null,
    },
  };
}

/** September 2001 in milliseconds: no time in seconds is so late. */
const FIRST_IN_MILLISECONDS = 1e12;

/** What is wrong with a number that is a time in milliseconds, as JavaScript and Java have it, or with one in quotes. */
function unitFault(value: unknown): string {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return '';
  if (typeof value === 'string') return isTime(number) ? '; the number stands in quotes' : '';
  return number > FIRST_IN_MILLISECONDS && isTime(number / 1000)
    ? '; it seems to be in milliseconds, and seconds are meant (RFC 7519 section 2)'
    : '';
}

/** Which claim has a type that it never has, or null. */
function typeFault(claims: JsonObject, audienceClaim: ClaimPath): string | null {
  const wrong = CLAIM_TYPES.find(
    ([name, isRight]) => claims[name] !== undefined && !isRight(claims[name]),
  );
  if (wrong !== undefined) {
    const [name, , must] = wrong;
    return `${name} is ${shownWithType(claims[name])}, it must be ${must}${unitFault(claims[name])}`;
  }
  const audience = claimAt(claims, audienceClaim);
  return audience === undefined || isTextOrTexts(audience)
    ? null
    : `${shown(audienceClaim)} is ${shownWithType(audience)}, it must be a string or a list of strings`;
}

function lifetimeFault(
  exp: number,
  iat: number | undefined,
  maxLifetime: number,
): ClaimsRefused | null {
  if (iat === undefined) {
    const detail = 'claim ["iat"] is absent, and the issuer has a maxLifetime';
    return { ok: false, reason: 'claim_missing', detail };
  }
  if (exp - iat <= maxLifetime) return null;
  const detail = `exp is ${seconds(exp - iat)} after iat, maxLifetime is ${maxLifetime} s`;
  return { ok: false, reason: 'token_unbounded', detail };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** What each registered claim must be where it is there. A value of another type has no agreed meaning. */
const CLAIM_TYPES: readonly (readonly [
  name: string,
  isRight: (value: unknown) => boolean,
  must: string,
])[] = [
  ['sub', isText, 'a string'],
  ['aud', isTextOrTexts, 'a string or a list of strings'],
  ['nbf', isTime, 'a time in seconds since 1970'],
  ['iat', isTime, 'a time in seconds since 1970'],
  ['jti', isText, 'a string'],
];

function isTextOrTexts(value: unknown): boolean {
  return isText(value) || (Array.isArray(value) && value.every(isText));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LATEST;
}

/** `scope` (RFC 8693 section 4.2), `scp` (Microsoft, Okta) and `permissions` (Auth0). */
export const SCOPE_CLAIMS: readonly ClaimPath[] = [['scope'], ['scp'], ['permissions']];

/** The scopes at all of the places where an issuer writes them, each a list or a text with spaces. */
export function scopesOf(
  claims: JsonObject,
  places: readonly ClaimPath[] = SCOPE_CLAIMS,
): readonly string[] {
  return places.flatMap((place) => {
    const value = claimAt(claims, place);
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

/** How a token stands in time: which claim, by how much, and the leeway that saved it where one did. */
export function timeShown(
  { expiresAt, notBefore, issuedAt }: Pick<Principal, 'expiresAt' | 'notBefore' | 'issuedAt'>,
  leeway: number,
  now: number,
): string {
  const beginning = notBefore === issuedAt ? 'iat' : 'nbf';
  const allowed = `leeway ${leeway} s`;
  const ahead = `${beginning} is ${seconds(notBefore - now)} ahead`;
  if (now >= expiresAt + leeway) return `exp was ${seconds(now - expiresAt)} ago, ${allowed}`;
  if (now < notBefore - leeway)
    return `${ahead}, ${allowed}: the clocks of the issuer and of Watchword differ, or it is for later`;
  const expiry =
    now >= expiresAt
      ? `exp was ${seconds(now - expiresAt)} ago, saved by the ${allowed}`
      : `exp in ${seconds(expiresAt - now)}`;
  return now < notBefore ? `${expiry}; ${ahead}, saved by the ${allowed}` : expiry;
}

function seconds(duration: number): string {
  return `${Math.round(duration)} s`;
}
