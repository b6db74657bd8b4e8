import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { HASHES, inputOf, jwkOf, type Vector } from './vector.ts';

/** The order of the group of Ed25519 (RFC 8032 section 5.1). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const HALF = 32;

const littleEndian = (bytes: Buffer): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const toLittleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * HALF, '0'), 'hex').reverse();

/** EdDSA with Ed25519 (RFC 8032 section 5.1.7). */
export const EDDSA_VECTORS: readonly Vector[] = (['EdDSA', 'Ed25519'] as const).flatMap(
  (algorithm) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const stranger = generateKeyPairSync('ed25519');
    const input = inputOf(algorithm);
    const good = sign(null, input, privateKey);
    const [r, s] = [good.subarray(0, HALF), good.subarray(HALF)];
    const vector = (title: string, signature: Buffer, valid = false): Vector => ({
      ...{ title, algorithm, jwk: jwkOf(publicKey), input, signature, valid },
    });
    const identity = toLittleEndian(1n);
    return [
      vector('a signature', good, true),
      vector('S and the order', Buffer.concat([r, toLittleEndian(littleEndian(s) + L)])),
      vector('S is 0', Buffer.concat([r, Buffer.alloc(HALF)])),
      vector('R is 0', Buffer.concat([Buffer.alloc(HALF), s])),
      vector('R is the identity, S is 0', Buffer.concat([identity, Buffer.alloc(HALF)])),
      vector('0', Buffer.alloc(2 * HALF)),
      vector('every bit is set', Buffer.alloc(2 * HALF, 0xff)),
      vector('R is twice there', Buffer.concat([r, r])),
      vector('S and R are swapped', Buffer.concat([s, r])),
      vector('nothing', Buffer.alloc(0)),
      vector('R alone', r),
      vector('one byte less', good.subarray(0, -1)),
      vector('one byte more', Buffer.concat([good, Buffer.alloc(1)])),
      vector('of another text', sign(null, inputOf(algorithm, '[]'), privateKey)),
      vector('of another key', sign(null, input, stranger.privateKey)),
    ];
  },
);

/** HMAC (RFC 7518 section 3.2): as long as the hash, never cut short. */
export const HMAC_VECTORS: readonly Vector[] = ([256, 384, 512] as const).flatMap((bits) => {
  const algorithm = `HS${bits}` as const;
  const secret = randomBytes(64);
  const input = inputOf(algorithm);
  const mac = (hash: string, key = secret) => createHmac(hash, key).update(input).digest();
  const good = mac(HASHES[bits]);
  const jwk = { kty: 'oct', k: secret.toString('base64url') };
  const vector = (title: string, signature: Buffer, valid = false): Vector => ({
    ...{ title, algorithm, jwk, input, signature, valid },
  });
  return [
    vector('a code', good, true),
    vector('nothing', Buffer.alloc(0)),
    vector('half of it', good.subarray(0, bits / 16)),
    vector('one byte less', good.subarray(0, -1)),
    vector('one byte more', Buffer.concat([good, Buffer.alloc(1)])),
    vector('0', Buffer.alloc(bits / 8)),
    vector('by another hash', mac(HASHES[bits === 256 ? 512 : 256])),
    vector(
      'by a longer hash, cut to its length',
      mac('sha512').subarray(0, bits / 8),
      bits === 512,
    ),
    vector('by another secret', mac(HASHES[bits], randomBytes(64))),
  ];
});
