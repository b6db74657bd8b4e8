import {
  constants,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { certificateFor } from '../support/certificate.ts';
import type { KeyName, TokenSpec } from './case.ts';

interface SigningKey {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly privateKey: KeyObject | Buffer;
}

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairs = {
  rsa: rsa(),
  rsa2: rsa(),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ec521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed: generateKeyPairSync('ed25519'),
  stranger: rsa(),
  pem: rsa(),
  cert: rsa(),
  dev: rsa(),
  remote: rsa(),
};

/** The secret of the issuer that has one. */
export const SECRET = randomBytes(48).toString('base64url');

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** Key files as users have them, by name. */
export const KEY_FILES = {
  'jwks.json': JSON.stringify({
    keys: [
      { ...pairs.rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', use: 'sig' },
      { ...pairs.rsa2.publicKey.export({ format: 'jwk' }), kid: 'rsa-2', use: 'sig', alg: 'RS256' },
      { ...pairs.ec.publicKey.export({ format: 'jwk' }), kid: 'ec-1' },
      { ...pairs.ec521.publicKey.export({ format: 'jwk' }), kid: 'ec-521' },
      { ...pairs.ed.publicKey.export({ format: 'jwk' }), kid: 'ed-1' },
      { ...pairs.stranger.publicKey.export({ format: 'jwk' }), kid: 'enc-1', use: 'enc' },
    ],
  }),
  'pem.pem': spki(pairs.pem.publicKey),
  'cert.pem': certificateFor(pairs.cert, 'pipelines.example'),
  'dev.pem': certificateFor(pairs.dev, 'watchword-dev-test'),
  'secret.txt': `${SECRET}\n`,
} as const;

/** What the remote key set serves. */
export const REMOTE_JWKS = {
  keys: [{ ...pairs.remote.publicKey.export({ format: 'jwk' }), kid: 'remote-1' }],
};

const KEYS: Readonly<Record<KeyName, SigningKey>> = {
  rsa: { alg: 'RS256', kid: 'rsa-1', privateKey: pairs.rsa.privateKey },
  rsa2: { alg: 'RS256', kid: 'rsa-2', privateKey: pairs.rsa2.privateKey },
  pss: { alg: 'PS256', kid: 'rsa-1', privateKey: pairs.rsa.privateKey },
  ec: { alg: 'ES256', kid: 'ec-1', privateKey: pairs.ec.privateKey },
  ec521: { alg: 'ES512', kid: 'ec-521', privateKey: pairs.ec521.privateKey },
  ed: { alg: 'EdDSA', kid: 'ed-1', privateKey: pairs.ed.privateKey },
  stranger: { alg: 'RS256', kid: 'rsa-1', privateKey: pairs.stranger.privateKey },
  secret: { alg: 'HS256', kid: undefined, privateKey: Buffer.from(SECRET) },
  pem: { alg: 'RS256', kid: undefined, privateKey: pairs.pem.privateKey },
  cert: { alg: 'RS256', kid: 'any', privateKey: pairs.cert.privateKey },
  dev: { alg: 'RS256', kid: 'watchword-dev-test', privateKey: pairs.dev.privateKey },
  publicAsSecret: {
    alg: 'HS256',
    kid: 'rsa-1',
    privateKey: Buffer.from(spki(pairs.rsa.publicKey)),
  },
  remote: { alg: 'RS256', kid: 'remote-1', privateKey: pairs.remote.privateKey },
};

const GOOD_CLAIMS = {
  iss: 'https://issuer.example/',
  sub: 'client-1',
  aud: 'http://orders',
  scope: 'read:orders write:orders',
};

/** Makes a token by hand, so that a hostile one is no harder to make than a good one. */
export function makeToken(spec: TokenSpec): string {
  const key = KEYS[spec.key === undefined || spec.key === 'none' ? 'rsa' : spec.key];
  const now = Math.floor(Date.now() / 1000);
  const typ = spec.key === 'cert' ? 'at+jwt' : 'JWT';
  const header =
    spec.headerText ??
    JSON.stringify({ alg: spec.alg ?? key.alg, kid: key.kid, typ, ...spec.header });
  const times = Object.fromEntries(
    Object.entries(spec.in ?? {}).map(([name, seconds]) => [name, now + seconds]),
  );
  const claims =
    spec.claimsText ??
    JSON.stringify({ ...GOOD_CLAIMS, iat: now - 60, exp: now + 3600, ...times, ...spec.claims });
  const input = `${encode(header)}.${encode(claims)}`;
  const signature =
    spec.key === 'none' ? Buffer.alloc(0) : signatureOf(input, key, spec.alg ?? key.alg);
  const token = `${input}.${signature.toString('base64url')}`;
  return spec.spoil?.(token) ?? token;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function signatureOf(input: string, { privateKey }: SigningKey, alg: string): Buffer {
  if (Buffer.isBuffer(privateKey)) return createHmac('sha256', privateKey).update(input).digest();
  if (alg.startsWith('PS')) {
    return sign('sha256', Buffer.from(input), {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    });
  }
  if (alg.startsWith('ES') && privateKey.asymmetricKeyType === 'ec') {
    const hash = `sha${alg.slice(2)}`;
    return sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  }
  if (privateKey.asymmetricKeyType === 'ed25519') return sign(null, Buffer.from(input), privateKey);
  return createSign('sha256').update(input).sign(privateKey);
}
