import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const signInPool = promisify(sign);

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'http://orders';

interface Keys {
  readonly RS256: KeyObject;
  readonly ES256: KeyObject;
}

export interface TokenKind {
  readonly alg?: keyof Keys;
  /** When it ends, in seconds from now; default: a day. */
  readonly ends?: number;
}

/** Two keys of an issuer and what they sign: RS256 tokens of about 740 bytes, shaped like Auth0's, and ES256 ones, which are soon made. */
export class BenchIssuer {
  readonly #keys: Keys;
  /** The JWK Set of the issuer as text. */
  readonly jwks: string;

  private constructor(keys: Keys) {
    this.#keys = keys;
    const jwks = Object.entries(keys).map(([alg, key]: [string, KeyObject]) => {
      const jwk = createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).export({
        format: 'jwk',
      });
      return { ...jwk, kid: kidOf(alg), use: 'sig', alg };
    });
    this.jwks = JSON.stringify({ keys: jwks });
  }

  /** An issuer with keys made now. */
  static async create(): Promise<BenchIssuer> {
    const make = promisify(generateKeyPair);
    const rsa = await make('rsa', { modulusLength: 2048 });
    const ec = await make('ec', { namedCurve: 'P-256' });
    return new BenchIssuer({ RS256: rsa.privateKey, ES256: ec.privateKey });
  }

  /**
   * The issuer of a folder, so that a rival can be given its keys before: `private.pem` and `jwks.json`, which are made where they are
   * not there.
   */
  static async inFolder(folder: string): Promise<BenchIssuer> {
    const file = join(folder, 'private.pem');
    if (!existsSync(file)) {
      const made = await BenchIssuer.create();
      await mkdir(folder, { recursive: true });
      const pems = Object.values(made.#keys).map((key: KeyObject) =>
        key.export({ type: 'pkcs8', format: 'pem' }),
      );
      await writeFile(file, pems.join(''), { mode: 0o600 });
      await writeFile(join(folder, 'jwks.json'), made.jwks);
    }
    const [rsa = '', ec = ''] = (await readFile(file, 'utf8')).split(
      /(?<=-----END PRIVATE KEY-----\n)/,
    );
    return new BenchIssuer({ RS256: createPrivateKey(rsa), ES256: createPrivateKey(ec) });
  }

  /** As many different tokens. */
  tokens(count: number, kind: TokenKind = {}): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.#token(index, kind)));
  }

  async #token(index: number, { alg = 'RS256', ends = 86_400 }: TokenKind): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const subject = `client-${String(index).padStart(6, '0')}@clients`;
    const claims = {
      iss: ISSUER,
      sub: subject,
      aud: AUDIENCE,
      iat: now - 7_200,
      exp: now + ends,
      azp: subject,
      scope: 'read:orders write:orders',
      gty: 'client-credentials',
      permissions: ['read:orders', 'write:orders'],
    };
    const input = `${part({ alg, typ: 'JWT', kid: kidOf(alg) })}.${part(claims)}`;
    const key = this.#keys[alg];
    const signature = await signInPool('sha256', Buffer.from(input), {
      key,
      dsaEncoding: 'ieee-p1363',
    });
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

function kidOf(alg: string): string {
  return `${alg.toLowerCase()}-1`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
