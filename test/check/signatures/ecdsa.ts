import { generateKeyPairSync, sign } from 'node:crypto';
import { bytesOf, HASHES, type HashBits, inputOf, jwkOf, numberOf, type Vector } from './vector.ts';

/** The curves with the order of their groups (SEC 2 section 2). */
const CURVES = [
  {
    algorithm: 'ES256',
    bits: 256,
    curve: 'P-256',
    bytes: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  {
    algorithm: 'ES384',
    bits: 384,
    curve: 'P-384',
    bytes: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  {
    algorithm: 'ES512',
    bits: 512,
    curve: 'P-521',
    bytes: 66,
    order: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
  },
] as const;

/** ECDSA: what FIPS 186-5 section 6.4.2 refuses, and what is another encoding than that of RFC 7518 section 3.4. */
export const ECDSA_VECTORS: readonly Vector[] = CURVES.flatMap((one) => vectorsOf(one));

function vectorsOf({ algorithm, bits, curve, bytes, order }: (typeof CURVES)[number]): Vector[] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const input = inputOf(algorithm);
  const encoding = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const good = sign(HASHES[bits], input, encoding);
  const [r, s] = [numberOf(good.subarray(0, bytes)), numberOf(good.subarray(bytes))];
  const pair = (first: bigint, second: bigint) =>
    Buffer.concat([bytesOf(first, bytes), bytesOf(second, bytes)]);
  const otherHash: HashBits = bits === 256 ? 512 : 256;
  const vector = (title: string, signature: Buffer, valid = false): Vector => ({
    ...{ title, algorithm, jwk: jwkOf(publicKey), input, signature, valid },
  });
  return [
    vector('a signature', good, true),
    // Each signature has a twin; a token is not told from its twin by its signature.
    vector('its twin with n - s', pair(r, order - s), true),
    vector('r is 0', pair(0n, s)),
    vector('s is 0', pair(r, 0n)),
    vector('both are 0 (CVE-2022-21449)', pair(0n, 0n)),
    vector('r is the order', pair(order, s)),
    vector('s is the order', pair(r, order)),
    vector('both are the order', pair(order, order)),
    vector('r is 0 and s the order', pair(0n, order)),
    vector('both are 1', pair(1n, 1n)),
    vector('r is 1, s the order less 1', pair(1n, order - 1n)),
    ...(algorithm === 'ES512'
      ? [vector('r + n', pair(r + order, s)), vector('s + n', pair(r, s + order))]
      : []),
    vector('every bit is set', Buffer.alloc(2 * bytes, 0xff)),
    vector('r and s are swapped', pair(s, r)),
    vector('r alone', good.subarray(0, bytes)),
    vector('nothing', Buffer.alloc(0)),
    vector('one byte less', good.subarray(0, -1)),
    vector('two bytes less', good.subarray(0, -2)),
    vector('one byte more', Buffer.concat([good, Buffer.alloc(1)])),
    vector('a zero before it', Buffer.concat([Buffer.alloc(1), good])),
    vector('a zero before r and before s', zerosBefore(good, bytes)),
    vector('twice', Buffer.concat([good, good])),
    vector('DER, as OpenSSL writes it', sign(HASHES[bits], input, privateKey)),
    vector('of another hash', sign(HASHES[otherHash], input, encoding)),
    vector('of another text', sign(HASHES[bits], inputOf(algorithm, '{"n":2}'), encoding)),
    vector('of another key', strangerSigns(curve, bits, input)),
  ];
}

function zerosBefore(signature: Buffer, bytes: number): Buffer {
  const zero = Buffer.alloc(1);
  return Buffer.concat([zero, signature.subarray(0, bytes), zero, signature.subarray(bytes)]);
}

function strangerSigns(namedCurve: string, bits: HashBits, input: Buffer): Buffer {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve });
  return sign(HASHES[bits], input, { key, dsaEncoding: 'ieee-p1363' });
}
