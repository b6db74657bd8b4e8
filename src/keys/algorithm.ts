/**
 * The signature algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864) and the keys that they fit. The algorithm
 * comes from the issuer's configuration and its key, never from a token (RFC 8725 section 3.1).
 */
interface AlgorithmRow {
  /** `kty` of a key that fits (RFC 7517 section 4.1). */
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct';
  /** `crv` of a key that fits, where that matters. */
  readonly crv: string | null;
  /** The hash, as OpenSSL calls it; null where the scheme has its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
}

const rsa = { kty: 'RSA', crv: null } as const;
const ed25519 = { kty: 'OKP', crv: 'Ed25519', hash: null } as const;
const oct = { kty: 'oct', crv: null } as const;

const ALGORITHM_TABLE = {
  RS256: { ...rsa, hash: 'sha256' },
  RS384: { ...rsa, hash: 'sha384' },
  RS512: { ...rsa, hash: 'sha512' },
  PS256: { ...rsa, hash: 'sha256' },
  PS384: { ...rsa, hash: 'sha384' },
  PS512: { ...rsa, hash: 'sha512' },
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', hash: 'sha384' },
  ES512: { kty: 'EC', crv: 'P-521', hash: 'sha512' },
  EdDSA: ed25519,
  Ed25519: ed25519,
  HS256: { ...oct, hash: 'sha256' },
  HS384: { ...oct, hash: 'sha384' },
  HS512: { ...oct, hash: 'sha512' },
} as const satisfies Record<string, AlgorithmRow>;

export type Algorithm = keyof typeof ALGORITHM_TABLE;
export const ALGORITHMS: Readonly<Record<Algorithm, AlgorithmRow>> = ALGORITHM_TABLE;
export const ALGORITHM_NAMES = Object.keys(ALGORITHM_TABLE) as readonly Algorithm[];

/** Shortest HMAC secret in bytes: as long as the hash (RFC 7518 section 3.2). */
export const SHORTEST_SECRET = { HS256: 32, HS384: 48, HS512: 64 } as const;

/** Whether a name from outside is an algorithm of the table; `constructor` is not. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(ALGORITHM_TABLE, name);
}

export function isSymmetric(algorithm: Algorithm): algorithm is keyof typeof SHORTEST_SECRET {
  return ALGORITHMS[algorithm].kty === 'oct';
}

/** Whether a key with this `kty` and `crv` can sign with the algorithm. */
export function fits(algorithm: Algorithm, key: { kty?: string; crv?: string }): boolean {
  const row = ALGORITHMS[algorithm];
  return row.kty === key.kty && (row.crv === null || row.crv === key.crv);
}
