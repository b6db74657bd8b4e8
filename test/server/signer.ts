import { generateKeyPairSync, sign } from 'node:crypto';

export const ISS = 'https://issuer.example/';

/** The key pair of an issuer, and tokens that are signed with it. */
export interface Signer {
  /** The public key as a JWK, with its `kid`. */
  readonly jwk: object;
  /** The public key as PEM. */
  readonly pem: string;
  /** A token that `SETTINGS` accept for an hour, but for what is laid over its claims and header. */
  token(claims?: object, header?: object): string;
}

/** Makes an ES256 key pair. */
export function makeSigner(kid = 'key-1'): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid },
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    token: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const standard = { iss: ISS, sub: 'client-1', aud: 'http://orders', scope: 'read:orders' };
      const input = [
        { alg: 'ES256', kid, typ: 'JWT', ...header },
        { ...standard, iat: now - 60, exp: now + 3600, ...claims },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign('sha256', Buffer.from(input), {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return `${input}.${signature.toString('base64url')}`;
    },
  };
}
