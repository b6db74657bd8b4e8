import { createHash, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DEV_KEY_PREFIX } from '../keys/key-set.ts';
import { selfSigned, toPem } from './certificate.ts';

/** A key of the JWK Set, with the members that Auth0's have. */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly x5t: string;
  readonly x5c: readonly [string];
  readonly alg: 'RS256';
}

/** A key that signs tokens, and what is published of it. Lives in memory only. */
export interface SigningKey {
  /** Begins with `watchword-dev-`, and so does the subject of the certificate: that is how `serve` knows such keys. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: PublicJwk;
  /** The certificate in PEM. */
  readonly pem: string;
}

const DAY = 86_400_000;
/** How long the certificate is valid: longer than any demo runs. */
const VALID_DAYS = 365;

const makePair = promisify(generateKeyPair);

/** Makes an RSA key and its certificate, valid from a day before `now`, since clocks differ. */
export async function makeSigningKey(now: number): Promise<SigningKey> {
  const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
  const kid = `${DEV_KEY_PREFIX}${randomBytes(8).toString('hex')}`;
  const certificate = selfSigned({
    publicKey,
    privateKey,
    commonName: kid,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + VALID_DAYS * DAY),
  });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const jwk: PublicJwk = {
    kty: 'RSA',
    use: 'sig',
    n,
    e,
    kid,
    // RFC 7517 section 4.8 defines it over SHA-1.
    x5t: createHash('sha1').update(certificate).digest('base64url'),
    x5c: [certificate.toString('base64')],
    alg: 'RS256',
  };
  return { kid, privateKey, jwk, pem: toPem(certificate) };
}
