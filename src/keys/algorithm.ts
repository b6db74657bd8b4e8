/**
 * The signature algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864) and the keys that they fit. The algorithm
 * comes from the issuer's configuration and its key, never from a token (RFC 8725 section 3.1).
 */
interface AlgorithmRow {
  /** `kty` of a key that fits (RFC 7517 section 4.1). */
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct';
  /** `crv` of a key that fits, where that matters. */
  readonly crv: string | null;
}

const rsa = { kty: 'RSA', crv: null } as const;
const ec = (crv: string) => ({ kty: 'EC', crv }) as const;
const oct = { kty: 'oct', crv: null } as const;

const ALGORITHM_TABLE = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: ec('P-256'),
  ES384: ec('P-384'),
  ES512: ec('P-521'),
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
  HS256: oct,
  HS384: oct,
  HS512: oct,
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
