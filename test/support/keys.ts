import {
  constants,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from 'node:crypto';
import { type JWK, type JWTPayload, SignJWT } from 'jose';
import { certificateFor } from './certificate.ts';

/** Keys and tokens for tests, made anew in each run. */

/** How a key of each algorithm is made, and how it signs by hand. */
const ALGORITHMS = {
  RS256: { pair: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
  PS256: { pair: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
  ES256: { pair: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
  ES384: { pair: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384' },
  ES512: { pair: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }), hash: 'sha512' },
  EdDSA: { pair: () => generateKeyPairSync('ed25519'), hash: null },
} as const;

export type PairAlgorithm = keyof typeof ALGORITHMS;

/** A key pair with all that is published of it. */
export interface TestKey {
  readonly alg: PairAlgorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public key with `kid`, `alg` and `use`. */
  readonly jwk: JWK;
  /** The public key as SubjectPublicKeyInfo in PEM. */
  readonly spki: string;
}

/** An HMAC secret. */
export interface TestSecret {
  readonly alg: 'HS256' | 'HS384' | 'HS512';
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** What belongs into a `secretFile`. */
  readonly secret: string;
}

/** Makes a key pair. */
export function makeKey(alg: PairAlgorithm, kid = randomKid()): TestKey {
  const { publicKey, privateKey } = ALGORITHMS[alg].pair();
  return {
    alg,
    kid,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } as JWK,
    spki: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Makes an HMAC secret of 512 bits, enough for each of the algorithms. */
export function makeSecret(alg: TestSecret['alg'] = 'HS256', kid = randomKid()): TestSecret {
  const secret = randomBytes(64).toString('base64url');
  return { alg, kid, privateKey: createSecretKey(Buffer.from(secret)), secret };
}

/** The JWK Set (RFC 7517 section 5) of some keys. */
export function jwksOf(...keys: readonly TestKey[]): { readonly keys: readonly JWK[] } {
  return { keys: keys.map(({ jwk }) => jwk) };
}

/** A self-signed certificate of a key in PEM, made by OpenSSL. */
export function certificateOf(key: TestKey, commonName = key.kid): string {
  return certificateFor(key, commonName);
}

export interface SignOptions {
  readonly key: TestKey | TestSecret;
  /** In place of the key's own; jose refuses one that does not fit the key. */
  readonly alg?: string;
  /** In place of the key's own; null leaves it out. */
  readonly kid?: string | null;
  /** Default: `JWT`; null leaves it out. */
  readonly typ?: string | null;
  /** More header parameters. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Signs claims by jose, as given: no claim is added. */
export function sign(claims: JWTPayload, options: SignOptions): Promise<string> {
  const { key, alg = key.alg, kid = key.kid, typ = 'JWT', header } = options;
  return new SignJWT(claims)
    .setProtectedHeader({
      alg,
      ...(kid === null ? {} : { kid }),
      ...(typ === null ? {} : { typ }),
      ...header,
    })
    .sign(key.privateKey);
}

/** Signs bytes; what is given back is the signature. */
export type RawSignature = (input: Buffer) => Buffer;

/**
 * A token of any two texts, for what no library would write. The signature is over the texts as they are; without one it
 * is empty.
 */
export function raw(headerText: string, payloadText: string, signature?: RawSignature): string {
  const input = [headerText, payloadText].map((text) => Buffer.from(text).toString('base64url'));
  const signed = signature?.(Buffer.from(input.join('.'))) ?? Buffer.alloc(0);
  return [...input, signed.toString('base64url')].join('.');
}

/** The good signature of a key, for `raw`. */
export function signatureBy({ alg, privateKey }: TestKey): RawSignature {
  const { hash } = ALGORITHMS[alg];
  const padding =
    alg === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  // JOSE wants r and s side by side (RFC 7518 section 3.4), not in DER.
  return (input) =>
    signBytes(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding });
}

/** A signature that nobody made, for `raw`. */
export const wrongSignature: RawSignature = () => randomBytes(256);

function randomKid(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
