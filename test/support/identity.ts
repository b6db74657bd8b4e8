import { certificateFor } from './certificate.ts';
import { makeKey } from './keys.ts';

/** A self-signed certificate, which is its own authority, and its key; PEM. */
export interface Identity {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an identity with this common name, which it has as a subject alternative name too, and 127.0.0.1. */
export function makeIdentity(name: string): Identity {
  const key = makeKey('ES256');
  return {
    name,
    cert: certificateFor(key, name, ['-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`]),
    key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
