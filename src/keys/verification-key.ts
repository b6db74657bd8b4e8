import { constants, createSecretKey, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import { ALGORITHMS, type Algorithm } from './algorithm.ts';

/** A key bound to the one algorithm that it was imported for: no token chooses how it is used (RFC 8725 section 3.1). */
export type VerificationKey = PublicKey | SecretKey;

interface KeyFacts {
  readonly algorithm: Algorithm;
  /** Every signature by the key has so many bytes, and no other number. */
  readonly signatureBytes: number;
  /** What one check takes of a processor, in microseconds: see `COST`. */
  readonly cost: number;
}

interface PublicKey extends KeyFacts {
  readonly kind: 'public';
  /** Null for a scheme with a hash of its own. */
  readonly hash: string | null;
  /**
   * As `crypto.verify` takes it: the key, with the padding, the salt or the encoding of its algorithm where these are not what OpenSSL
   * does by itself. A bare key is read in 12 µs less than an object around it, which is half of a check of RSA.
   */
  readonly parameters: KeyObject | VerifyKeyObjectInput;
}

interface SecretKey extends KeyFacts {
  readonly kind: 'secret';
  readonly hash: string;
  readonly secret: KeyObject;
}

/** Binds a public key to an algorithm that it fits. */
export function publicKeyFor(algorithm: Algorithm, key: KeyObject): VerificationKey {
  const { hash } = ALGORITHMS[algorithm];
  return { kind: 'public', algorithm, hash, ...parametersOf(algorithm, key) };
}

function parametersOf(
  algorithm: Algorithm,
  key: KeyObject,
): Pick<PublicKey, 'parameters' | 'signatureBytes' | 'cost'> {
  switch (algorithm) {
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return { parameters: key, ...rsaFacts(key) };
    case 'PS256':
    case 'PS384':
    case 'PS512':
      // RFC 7518 section 3.5: the salt is as long as the hash. By itself OpenSSL takes any.
      return {
        parameters: {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        },
        ...rsaFacts(key, COST.pss),
      };
    case 'ES256':
    case 'ES384':
    case 'ES512':
      // RFC 7518 section 3.4: r and s, each of the full size, and not the DER that OpenSSL takes by itself.
      return { parameters: { key, dsaEncoding: 'ieee-p1363' }, ...CURVE_FACTS[algorithm] };
    case 'EdDSA':
    case 'Ed25519':
      return { parameters: key, signatureBytes: 64, cost: COST.ed25519 };
    case 'HS256':
    case 'HS384':
    case 'HS512':
      throw new TypeError(`a public key is no key of ${algorithm}`);
  }
}

/** Binds a secret to each HMAC algorithm. */
export function secretKeysOf(secret: Uint8Array): readonly VerificationKey[] {
  const key = createSecretKey(secret);
  return MACS.map(([algorithm, hash, signatureBytes]) => ({
    ...{ kind: 'secret', algorithm, hash, secret: key, signatureBytes, cost: COST.hmac },
  }));
}

const MACS = [
  ['HS256', 'sha256', 32],
  ['HS384', 'sha384', 48],
  ['HS512', 'sha512', 64],
] as const;

/**
 * What a check takes, in microseconds, as `bench/signatures.ts` measured it (docs/operations/performance.md). Elsewhere the figures
 * differ, and little how they stand to each other.
 */
const COST = { rsa: 16, pss: 14, p256: 75, p384: 415, p521: 900, ed25519: 70, hmac: 2 } as const;

const CURVE_FACTS = {
  ES256: { signatureBytes: 64, cost: COST.p256 },
  ES384: { signatureBytes: 96, cost: COST.p384 },
  ES512: { signatureBytes: 132, cost: COST.p521 },
} as const;

/** RFC 8017 section 8: a signature is as long as the modulus. Three quarters of the cost at 2,048 bits grow with the square of that. */
function rsaFacts(key: KeyObject, more = 0): Pick<KeyFacts, 'signatureBytes' | 'cost'> {
  const { modulusLength: bits = 0 } = key.asymmetricKeyDetails ?? {};
  const cost = COST.rsa * (0.25 + 0.75 * (bits / 2_048) ** 2) + more;
  return { signatureBytes: Math.ceil(bits / 8), cost };
}
