import { type CryptoKey, importJWK, type JWK } from 'jose';
import { type Algorithm, fits, isSymmetric } from './algorithm.ts';
import type { KeyQuery } from './key-store.ts';

/** `kid`s of `watchword dev-issuer` begin so. */
export const DEV_KEY_PREFIX = 'watchword-dev-';

/** Why such keys are refused where the issuer does not allow them: anyone can start a dev-issuer under any name. */
export const DEV_KEY_FAULT =
  'is a key of watchword dev-issuer, and the issuer has no allowDevIssuer: true';

/** Keys of one set that are tried for one token; more with the same name is no honest key set. */
const MOST_CANDIDATES = 8;
/** Keys read from one document. */
const MOST_KEYS = 256;
/** RFC 7518 section 3.3. */
const SHORTEST_RSA_BITS = 2048;

interface SetKey {
  readonly kid: string | null;
  /** `kid` and key material: equal for the same key in two documents. */
  readonly identity: string;
  readonly byAlgorithm: ReadonlyMap<Algorithm, CryptoKey>;
}

/** Public keys of one issuer, imported. Immutable. */
export interface KeySet {
  readonly size: number;
  /** Equal for sets of the same keys: tells whether a fetched set is another one. */
  readonly identity: string;
  /** The keys that may have signed a token; empty where there is none. */
  candidates(query: KeyQuery): readonly CryptoKey[];
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
  | { readonly ok: true; readonly set: KeySet; readonly skipped: readonly string[] }
  | { readonly ok: false; readonly fault: string };

/**
 * Imports the keys of a JWK Set (RFC 7517 section 5) for the algorithms of the issuer. Keys that are for something
 * else (encryption, other algorithms, unknown types) are skipped, as section 5 asks; each with its reason. A set
 * without a usable key is a fault. Every key is bound to the algorithms it was imported for, so a token cannot
 * choose another.
 */
export async function readKeySet(document: unknown, wanted: KeySetWanted): Promise<KeySetRead> {
  const jwks = keysOf(document);
  if (jwks === null) return { ok: false, fault: "not a JWK Set: no list 'keys'" };
  if (jwks.length > MOST_KEYS) return { ok: false, fault: `more than ${MOST_KEYS} keys` };
  const keys: SetKey[] = [];
  const skipped: string[] = [];
  for (const [index, jwk] of jwks.entries()) {
    const read = await readKey(jwk, wanted);
    if (typeof read === 'string') skipped.push(`keys[${index}]: ${read}`);
    else keys.push(read);
  }
  if (keys.length === 0) {
    return {
      ok: false,
      fault: `no usable key${skipped.length > 0 ? ` (${skipped.join('; ')})` : ''}`,
    };
  }
  return { ok: true, set: makeSet(keys), skipped };
}

function keysOf(document: unknown): readonly JWK[] | null {
  if (typeof document !== 'object' || document === null) return null;
  const { keys } = document as { keys?: unknown };
  return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)
    ? (keys as readonly JWK[])
    : null;
}

/** Imports one key for every algorithm that it fits, or says why it is skipped. */
async function readKey(jwk: JWK, wanted: KeySetWanted): Promise<SetKey | string> {
  const unwanted = whyUnwanted(jwk, wanted);
  if (unwanted !== null) return unwanted;
  const algorithms = wanted.algorithms.filter(
    (name) => !isSymmetric(name) && fits(name, jwk) && (jwk.alg === undefined || jwk.alg === name),
  );
  if (algorithms.length === 0) {
    return `no accepted algorithm fits kty '${jwk.kty}', alg '${jwk.alg ?? 'any'}'`;
  }
  const byAlgorithm = new Map<Algorithm, CryptoKey>();
  for (const algorithm of algorithms) {
    const key = await importPublic(jwk, algorithm);
    if (typeof key === 'string') return key;
    byAlgorithm.set(algorithm, key);
  }
  return { kid: jwk.kid ?? null, identity: identityOf(jwk), byAlgorithm };
}

/** A key set comes from outside: no member of it is what it should be until that was seen. */
function whyUnwanted(jwk: JWK, { allowDevKeys }: KeySetWanted): string | null {
  const { kid, use, key_ops: operations } = jwk;
  const odd = TEXTS.find((name) => jwk[name] !== undefined && typeof jwk[name] !== 'string');
  if (odd !== undefined) return `${odd} is not a string`;
  if (use !== undefined && use !== 'sig') return `use is '${use}'`;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'key_ops has no verify';
  }
  if (jwk.d !== undefined) return 'it is a private key';
  return !allowDevKeys && kid?.startsWith(DEV_KEY_PREFIX) ? DEV_KEY_FAULT : null;
}

const TEXTS = ['kty', 'kid', 'use', 'alg', 'crv', 'n', 'e', 'x', 'y'] as const;

async function importPublic(jwk: JWK, algorithm: Algorithm): Promise<CryptoKey | string> {
  try {
    // `use`, `key_ops` and `ext` were judged above; certificates in the key are not our trust anchor.
    const { kty, n, e, crv, x, y } = jwk;
    const key = await importJWK({ kty, n, e, crv, x, y } as JWK, algorithm);
    if (key instanceof Uint8Array) return 'it is a symmetric key';
    const bits = (key.algorithm as { modulusLength?: number }).modulusLength;
    return bits !== undefined && bits < SHORTEST_RSA_BITS
      ? `RSA key of ${bits} bits, fewer than ${SHORTEST_RSA_BITS}`
      : key;
  } catch {
    return 'it does not parse';
  }
}

function identityOf({ kid, kty, n, e, crv, x, y, alg }: JWK): string {
  return JSON.stringify([kid, kty, n, e, crv, x, y, alg]);
}

function makeSet(keys: readonly SetKey[]): KeySet {
  const byKid = Map.groupBy(keys, (key) => key.kid);
  const identities = new Set(keys.map(({ identity }) => identity));
  const pick = (some: readonly SetKey[], algorithm: Algorithm): readonly CryptoKey[] =>
    some.flatMap((key) => key.byAlgorithm.get(algorithm) ?? []).slice(0, MOST_CANDIDATES);
  return {
    size: keys.length,
    identity: [...identities].sort().join(),
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
