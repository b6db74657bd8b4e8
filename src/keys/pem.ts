import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { JWK } from 'jose';

/** A public key read from PEM text. */
export interface PemKey {
  readonly jwk: JWK;
  /** The subject of the certificate, where it was one. */
  readonly subject: string | null;
  /** Validity of the certificate in milliseconds since the epoch, where it was one. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

export type PemRead =
  | { readonly ok: true; readonly keys: readonly PemKey[] }
  | { readonly ok: false; readonly fault: string };

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----/gs;

/** Whether a text has a PEM block in it. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

/**
 * Reads PEM public keys (`PUBLIC KEY`, `RSA PUBLIC KEY`), all of them, or an X.509 certificate (`CERTIFICATE`,
 * as Auth0 serves at `/pem`), the first of a chain. A private key is refused: whoever can verify must not be
 * able to sign.
 */
export function readPem(text: string): PemRead {
  if (text.includes('PRIVATE KEY-----')) {
    return {
      ok: false,
      fault: 'holds a private key; only the public key or the certificate belongs here',
    };
  }
  const blocks = [...text.matchAll(BLOCK)].map(([block, label]) => ({ block, label }));
  const [first] = blocks;
  if (first === undefined) return { ok: false, fault: 'has no whole PEM block' };
  try {
    if (first.label === 'CERTIFICATE')
      return { ok: true, keys: [fromCertificate(new X509Certificate(first.block))] };
    return { ok: true, keys: blocks.map(({ block }) => bare(createPublicKey(block))) };
  } catch {
    return { ok: false, fault: `its ${first.label} block does not parse` };
  }
}

function bare(key: KeyObject): PemKey {
  return { jwk: exported(key), subject: null, notBefore: null, notAfter: null };
}

function fromCertificate(certificate: X509Certificate): PemKey {
  return {
    jwk: exported(certificate.publicKey),
    subject: certificate.subject,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}

function exported(key: KeyObject): JWK {
  return key.export({ format: 'jwk' }) as JWK;
}
