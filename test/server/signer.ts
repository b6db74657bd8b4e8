import { makeKey, raw, signatureBy } from '../support/keys.ts';

export const ISS = 'https://issuer.example/';

/** The key pair of an issuer, and tokens that are signed with it. */
export interface Signer {
  /** The public key as a JWK, with its `kid`. */
  readonly jwk: object;
  /** The public key as PEM. */
  readonly pem: string;
  /** A token that `settings()` accept for an hour, but for what is laid over its claims and header. */
  token(claims?: object, header?: object): string;
}

/** Makes a key pair. */
export function makeSigner(kid = 'key-1', alg: 'ES256' | 'RS256' = 'ES256'): Signer {
  const key = makeKey(alg, kid);
  const standard = { iss: ISS, sub: 'client-1', aud: 'http://orders', scope: 'read:orders' };
  return {
    jwk: key.jwk,
    pem: key.spki,
    token: (claims, header) => {
      const now = Math.floor(Date.now() / 1000);
      return raw(
        JSON.stringify({ alg, kid, typ: 'JWT', ...header }),
        JSON.stringify({ ...standard, iat: now - 60, exp: now + 3600, ...claims }),
        signatureBy(key),
      );
    },
  };
}
