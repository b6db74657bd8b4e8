import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { JWK } from 'jose';
import type { Algorithm } from './algorithm.ts';

/** Keys read from one document. */
export const MAX_KEYS = 256;

/** A key of a document as it was read, not judged yet. */
export interface KeyEntry {
  /** How messages name it, such as `keys[1]`. */
  readonly place: string;
  /** Public members, and the key's name, as they came: nothing of it is what it should be until that was seen. */
  readonly jwk: JWK;
  /** The algorithms that the key's own parameters leave; null where it has none. */
  readonly only: readonly Algorithm[] | null;
  /** The certificate that it was read from; null where it was none. */
  readonly certificate: CertificateOfKey | null;
}

export interface CertificateOfKey {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A part of a document that is no key that could be used, and why. */
export interface UnusedEntry {
  readonly place: string;
  readonly fault: string;
}

/** The entry of a public key or of a certificate, under a name where it has one. */
export function keyEntryOf(
  place: string,
  found: KeyObject | X509Certificate,
  kid?: string,
): KeyEntry | UnusedEntry {
  const isCertificate = found instanceof X509Certificate;
  const members = membersOf(isCertificate ? found.publicKey : found);
  if (typeof members === 'string') return { place, fault: members };
  const certificate = isCertificate
    ? {
        subject: found.subject ?? '',
        notBefore: found.validFromDate.getTime(),
        notAfter: found.validToDate.getTime(),
      }
    : null;
  const jwk = kid === undefined ? members.jwk : { ...members.jwk, kid };
  return { place, jwk, only: members.only, certificate };
}

type Members = Pick<KeyEntry, 'jwk' | 'only'>;

/** The members of a public key as a JWK has them, or why no algorithm can use it. */
export function membersOf(key: KeyObject): Members | string {
  const type = key.asymmetricKeyType ?? 'unknown';
  try {
    if (type === 'rsa-pss') return { jwk: jwkOf(bareRsa(key)), only: pssAlgorithms(key) };
    return { jwk: jwkOf(key), only: null };
  } catch {
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    const curve = namedCurve === undefined ? '' : ` on ${namedCurve}`;
    return `no accepted algorithm fits a key of type ${type}${curve}`;
  }
}

function jwkOf(key: KeyObject): JWK {
  return key.export({ format: 'jwk' }) as JWK;
}

/**
 * The algorithms of a key of `id-RSASSA-PSS` (RFC 4055 section 1.2): never RS256, and only those of its own hash where it names one. Its
 * salt length is the least that is allowed, and RFC 7518 section 3.5 has that of the hash.
 */
function pssAlgorithms(key: KeyObject): readonly Algorithm[] {
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength = 0 } = key.asymmetricKeyDetails ?? {};
  return PSS.filter(
    ({ hash, bytes }) =>
      (hashAlgorithm ?? hash) === hash &&
      (mgf1HashAlgorithm ?? hash) === hash &&
      saltLength <= bytes,
  ).map(({ name }) => name);
}

const PSS = [
  { name: 'PS256', hash: 'sha256', bytes: 32 },
  { name: 'PS384', hash: 'sha384', bytes: 48 },
  { name: 'PS512', hash: 'sha512', bytes: 64 },
] as const;

/** The RSAPublicKey (RFC 8017 appendix A.1.1) in the SubjectPublicKeyInfo of an RSASSA-PSS key, which Node exports as no JWK. */
function bareRsa(key: KeyObject): KeyObject {
  const der = key.export({ format: 'der', type: 'spki' });
  const info = derContent(der, 0);
  const algorithm = derContent(der, info.start);
  const bits = derContent(der, algorithm.end);
  // The first byte of a BIT STRING says how many bits of its last are unused: none.
  const content = der.subarray(bits.start + 1, bits.end);
  return createPublicKey({ key: content, format: 'der', type: 'pkcs1' });
}

/** Where the content of the DER value at a place begins and ends (X.690 section 8.1). */
function derContent(der: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  const start = at + 2 + count;
  return { start, end: start + der.readUIntBE(at + 2, count) };
}

/**
 * A JWK whose key is in its certificate alone (RFC 7517 section 4.7): the members that it leaves out, by the first certificate of
 * `x5c`. A certificate of another key than the one beside it is a fault, since the section demands that they match.
 */
export function withCertificate(jwk: JWK): Members | string {
  // No more than a text is asked of: `{ "toString": 1 }` is a value in JSON.
  if (jwk.kty !== undefined && typeof jwk.kty !== 'string') return { jwk, only: null };
  const certified = certifiedKey(jwk.x5c);
  const needed = NEEDED[jwk.kty ?? ''] ?? [];
  const isWhole = jwk.kty !== undefined && needed.every((name) => jwk[name] !== undefined);
  if (isWhole) return isOfAnother(jwk, certified, needed) ? OTHER_CERTIFICATE : { jwk, only: null };
  return completed(jwk, certified);
}

function isOfAnother(
  jwk: JWK,
  certified: Members | string | null,
  needed: readonly MemberOfKey[],
): boolean {
  if (certified === null || typeof certified === 'string') return false;
  return needed.some((name) => !sameValue(jwk[name], certified.jwk[name]));
}

const OTHER_CERTIFICATE = 'its x5c is the certificate of another key (RFC 7517 section 4.7)';
const NO_CERTIFICATE = 'its x5c does not parse, and the key is nowhere else';

function completed(jwk: JWK, certified: Members | string | null): Members | string {
  if (certified === null) return jwk.x5c === undefined ? { jwk, only: null } : NO_CERTIFICATE;
  if (typeof certified === 'string') return certified;
  const { kty } = certified.jwk;
  return jwk.kty === undefined || jwk.kty === kty
    ? { jwk: { ...jwk, ...certified.jwk }, only: certified.only }
    : `its kty is ${jwk.kty.slice(0, 64)}, and the key of its x5c is ${kty}`;
}

type MemberOfKey = 'n' | 'e' | 'crv' | 'x' | 'y';

const NEEDED: Readonly<Record<string, readonly MemberOfKey[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** The members of the key in the first certificate; null where there is none. */
function certifiedKey(x5c: unknown): Members | string | null {
  const first: unknown = Array.isArray(x5c) ? x5c[0] : null;
  if (typeof first !== 'string') return null;
  try {
    return membersOf(new X509Certificate(Buffer.from(first, 'base64')).publicKey);
  } catch {
    return null;
  }
}

/** Whether two members are one value, whatever zeros or padding one of them has. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const bare = (text: string) =>
    Buffer.from(text, 'base64url')
      .toString('hex')
      .replace(/^(?:00)+/, '');
  return a === b || bare(a) === bare(b);
}
