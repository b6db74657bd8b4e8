import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

const signInPool = promisify(sign);

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'http://orders';

/** One RSA key of an issuer and what it signs: RS256 tokens of about 740 bytes, shaped like Auth0's. */
export class BenchIssuer {
  readonly #privateKey: KeyObject;
  /** The JWK Set of the issuer as text. */
  readonly jwks: string;

  private constructor(publicKey: KeyObject, privateKey: KeyObject) {
    this.#privateKey = privateKey;
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'rs-1', use: 'sig', alg: 'RS256' };
    this.jwks = JSON.stringify({ keys: [jwk] });
  }

  /** An issuer with a key made now. */
  static async create(): Promise<BenchIssuer> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
    });
    return new BenchIssuer(publicKey, privateKey);
  }

  /** As many different good tokens, each valid for a day. */
  tokens(count: number): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.#token(index)));
  }

  async #token(index: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const subject = `client-${String(index).padStart(6, '0')}@clients`;
    const claims = {
      iss: ISSUER,
      sub: subject,
      aud: AUDIENCE,
      iat: now - 5,
      exp: now + 86_400,
      azp: subject,
      scope: 'read:orders write:orders',
      gty: 'client-credentials',
      permissions: ['read:orders', 'write:orders'],
    };
    const input = `${part({ alg: 'RS256', typ: 'JWT', kid: 'rs-1' })}.${part(claims)}`;
    const signature = await signInPool('sha256', Buffer.from(input), this.#privateKey);
    return `${input}.${signature.toString('base64url')}`;
  }
}

/** The token with one byte of its signature changed: all that shows it is the signature check itself. */
export function withBadSignature(token: string): string {
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  const middle = signature.length >> 1;
  signature[middle] = (signature[middle] ?? 0) ^ 0x5a;
  return `${token.slice(0, dot)}.${signature.toString('base64url')}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
