import { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { importJWK } from 'jose/key/import';
import { type Algorithm, fits, isSymmetric } from './algorithm.ts';
import { readKeyDocument } from './key-document.ts';
import { type CertificateOfKey, type KeyEntry, MAX_KEYS, type UnusedEntry } from './key-entry.ts';
import { keyFault } from './key-requirements.ts';
import { type KeyQuery, MAX_CANDIDATES } from './key-store.ts';
import { publicKeyFor, type VerificationKey } from './verification-key.ts';

/** `kid`s of `watchword dev-issuer` begin so. */
export const DEV_KEY_PREFIX = 'watchword-dev-';

/** Why such keys are refused where the issuer does not allow them: anyone can start a dev-issuer under any name. */
export const DEV_KEY_FAULT =
  'is a key of watchword dev-issuer, and the issuer has no allowDevIssuer: true';

interface SetKey {
  readonly kid: string | null;
  /** `kid` and key material: equal for the same key in two documents. */
  readonly identity: string;
  readonly byAlgorithm: ReadonlyMap<Algorithm, VerificationKey>;
  /** When its certificate ends, in milliseconds since the epoch; null where it has none. */
  readonly notAfter: number | null;
}

/** Public keys of one issuer, imported. Immutable. */
export interface KeySet {
  readonly size: number;
  /** Equal for sets of the same keys: tells whether a fetched set is another one. */
  readonly identity: string;
  /** When the first of its certificates ends, in milliseconds since the epoch; null where no key was read from one. */
  readonly notAfter: number | null;
  /** The names of its keys, each once; a key without one is not among them. */
  readonly kids: readonly string[];
  /** The keys that may have signed a token; empty where there is none. */
  candidates(query: KeyQuery): readonly VerificationKey[];
  /** The keys that the other set does not have, or null where it has all. */
  without(other: KeySet): KeySet | null;
  has(identity: string): boolean;
}

/** Which keys of a document are wanted. */
export interface KeySetWanted {
  readonly algorithms: readonly Algorithm[];
  readonly allowDevKeys: boolean;
}

export type KeySetRead =
  | {
      readonly ok: true;
      readonly set: KeySet;
      /** The keys of the document that are not used: which one, and why. */
      readonly skipped: readonly string[];
    }
  | { readonly ok: false; readonly fault: string };

/**
 * Imports the keys of a document (see `readKeyDocument`) for the algorithms of the issuer. Keys that are for something
 * else (encryption, other algorithms, unknown types), that their specification does not allow, or whose certificate is not valid at
 * `now` (milliseconds since the epoch) are skipped, as RFC 7517 section 5 asks; each with its reason. A document without a
 * usable key is a fault. Every key is bound to the algorithms it was imported for, so a token cannot choose another.
 */
export async function readKeySet(
  document: unknown,
  wanted: KeySetWanted,
  now: number = Date.now(),
): Promise<KeySetRead> {
  const read = readKeyDocument(document);
  if (!read.ok) return read;
  const { entries } = read;
  if (entries.length > MAX_KEYS) return { ok: false, fault: `more than ${MAX_KEYS} keys` };
  const keys: SetKey[] = [];
  const skipped: string[] = [];
  for (const entry of entries) {
    const key = await readEntry(entry, wanted, now);
    const fault = typeof key === 'string' ? key : whyNotOneMore(key, keys);
    if (fault !== null) skipped.push(`${entry.place}: ${fault}`);
    else if (typeof key !== 'string' && !keys.some(isSameAs(key))) keys.push(key);
  }
  return keys.length > 0
    ? { ok: true, set: makeSet(keys), skipped }
    : { ok: false, fault: `no usable key${why(skipped)}` };
}

async function readEntry(
  entry: KeyEntry | UnusedEntry,
  wanted: KeySetWanted,
  now: number,
): Promise<SetKey | string> {
  return 'fault' in entry ? entry.fault : readKey(entry, wanted, now);
}

const TOO_MANY = `${MAX_CANDIDATES} keys before it have the same kid or none, and no more are tried for a token`;

function whyNotOneMore(added: SetKey, keys: readonly SetKey[]): string | null {
  const others = keys.filter((key) => key.kid === added.kid && !isSameAs(added)(key));
  const isTooMany = [...added.byAlgorithm.keys()].some(
    (name) => others.filter((key) => key.byAlgorithm.has(name)).length >= MAX_CANDIDATES,
  );
  return isTooMany ? TOO_MANY : null;
}

/** The same key twice is one key: it must not take the place of another among the candidates. */
function isSameAs({ identity }: SetKey): (other: SetKey) => boolean {
  return (other) => other.identity === identity;
}

function why(skipped: readonly string[]): string {
  return skipped.length === 0 ? ': the set is empty' : ` (${shownUnused(skipped)})`;
}

/** Keys that are not used and why, in a line for people. */
export function shownUnused(skipped: readonly string[]): string {
  const more = skipped.length - MAX_SHOWN;
  return [...skipped.slice(0, MAX_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const MAX_SHOWN = 8;

/** Imports one key for every algorithm that it fits, or says why it is skipped. */
async function readKey(
  { jwk, only, certificate }: KeyEntry,
  wanted: KeySetWanted,
  now: number,
): Promise<SetKey | string> {
  const unwanted = whyUnwanted(jwk, wanted) ?? whyNotCertified(certificate, wanted, now);
  if (unwanted !== null) return unwanted;
  const algorithms = wanted.algorithms.filter(
    (name) =>
      !isSymmetric(name) &&
      fits(name, jwk) &&
      (jwk.alg === undefined || jwk.alg === name) &&
      (only === null || only.includes(name)),
  );
  if (algorithms.length === 0) {
    const curve = jwk.crv === undefined ? '' : `, crv '${short(jwk.crv)}'`;
    return `no accepted algorithm fits kty '${short(jwk.kty)}'${curve}, alg '${short(jwk.alg ?? 'any')}'`;
  }
  const fault = keyFault(jwk);
  if (fault !== null) return fault;
  const byAlgorithm = new Map<Algorithm, VerificationKey>();
  for (const algorithm of algorithms) {
    const key = await importPublic(jwk, algorithm);
    if (typeof key === 'string') return key;
    byAlgorithm.set(algorithm, key);
  }
  const notAfter = certificate?.notAfter ?? null;
  return { kid: jwk.kid ?? null, identity: identityOf(jwk), byAlgorithm, notAfter };
}

/** A key set comes from outside: no member of it is what it should be until that was seen. */
function whyUnwanted(jwk: JWK, { allowDevKeys }: KeySetWanted): string | null {
  const { kid, use, key_ops: operations } = jwk;
  const odd = TEXTS.find((name) => jwk[name] !== undefined && typeof jwk[name] !== 'string');
  if (odd !== undefined) return `${odd} is not a string`;
  if (PRIVATE.some((name) => jwk[name] !== undefined))
    return 'it is a private key: whoever reads this document can sign tokens, so replace the key';
  if (use !== undefined && use !== 'sig') return `use is '${short(use)}'`;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'key_ops has no verify';
  }
  return !allowDevKeys && kid?.startsWith(DEV_KEY_PREFIX) ? DEV_KEY_FAULT : null;
}

/** RFC 7518 sections 6.2.2 and 6.3.2. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] as const;

function whyNotCertified(
  certificate: CertificateOfKey | null,
  { allowDevKeys }: KeySetWanted,
  now: number,
): string | null {
  if (certificate === null) return null;
  const { subject, notBefore, notAfter } = certificate;
  // `watchword dev-issuer` says what it is in the subject of its certificate.
  if (!allowDevKeys && subject.includes(`CN=${DEV_KEY_PREFIX}`)) return DEV_KEY_FAULT;
  if (notBefore <= now && now <= notAfter) return null;
  const [from, to] = [notBefore, notAfter].map((time) => new Date(time).toISOString());
  return `it is not valid now (${from} to ${to})`;
}

function short(text: string | undefined): string {
  return String(text).slice(0, 64);
}

const TEXTS = ['kty', 'kid', 'use', 'alg', 'crv', 'n', 'e', 'x', 'y'] as const;

async function importPublic(jwk: JWK, algorithm: Algorithm): Promise<VerificationKey | string> {
  try {
    // `use`, `key_ops` and `ext` were judged above; certificates in the key are not our trust anchor.
    const { kty, n, e, crv, x, y } = jwk;
    const key = await importJWK({ kty, n, e, crv, x, y } as JWK, algorithm);
    if (key instanceof Uint8Array) return 'it is a symmetric key';
    return publicKeyFor(algorithm, KeyObject.from(key));
  } catch {
    return jwk.kty === 'EC' ? `its point is not on the curve ${jwk.crv}` : 'it does not parse';
  }
}

function identityOf({ kid, kty, n, e, crv, x, y, alg }: JWK): string {
  return JSON.stringify([kid, kty, n, e, crv, x, y, alg]);
}

function makeSet(keys: readonly SetKey[]): KeySet {
  const byKid = Map.groupBy(keys, (key) => key.kid);
  const identities = new Set(keys.map(({ identity }) => identity));
  const ends = keys.flatMap(({ notAfter }) => notAfter ?? []);
  const pick = (some: readonly SetKey[], algorithm: Algorithm): readonly VerificationKey[] =>
    some.flatMap((key) => key.byAlgorithm.get(algorithm) ?? []);
  return {
    size: keys.length,
    identity: [...identities].sort().join(),
    notAfter: ends.length === 0 ? null : Math.min(...ends),
    kids: [...byKid.keys()].filter((kid) => kid !== null),
    // A token without `kid` may be from any key; a key without `kid` may have signed any token.
    candidates: ({ algorithm, kid }) =>
      kid === null
        ? pick(keys, algorithm)
        : pick([...(byKid.get(kid) ?? []), ...(byKid.get(null) ?? [])], algorithm),
    without: (other) => {
      const rest = keys.filter(({ identity }) => !other.has(identity));
      return rest.length === 0 ? null : makeSet(rest);
    },
    has: (identity) => identities.has(identity),
  };
}
