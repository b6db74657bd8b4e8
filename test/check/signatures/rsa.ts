import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { membersOf } from '../../../src/keys/key-entry.ts';
import {
  bytesOf,
  digest,
  HASHES,
  type HashBits,
  inputOf,
  jwkOf,
  numberOf,
  type Vector,
} from './vector.ts';

const BYTES = 256;
const pair = generateKeyPairSync('rsa', { modulusLength: 8 * BYTES });
const stranger = generateKeyPairSync('rsa', { modulusLength: 8 * BYTES });
/** The exponent with which a forged padding is a cube root away. */
const cubic = generateKeyPairSync('rsa', { modulusLength: 8 * BYTES, publicExponent: 3 });
const modulus = numberOf(Buffer.from(jwkOf(pair.publicKey).n ?? '', 'base64url'));

/** DigestInfo up to the digest (RFC 8017 section 9.2, note 1). */
const PREFIX = {
  256: '3031300d060960864801650304020105000420',
  384: '3041300d060960864801650304020205000430',
  512: '3051300d060960864801650304020305000440',
} as const;
/** The same without the NULL of its parameters. */
const PREFIX_WITHOUT_NULL = '302f300b0609608648016503040201' + '0420';
/** With the length of the whole in two bytes, as BER may and DER may not. */
const PREFIX_LONG_LENGTH = '308131300d060960864801650304020105000420';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function info(bits: HashBits, input: Buffer, prefix: string = PREFIX[bits]): Buffer {
  return Buffer.concat([hex(prefix), digest(bits, input)]);
}

/** EMSA-PKCS1-v1_5 around a text: two bytes, the padding, a zero, and what may stand behind. */
function padded(content: Buffer, { type = 1, fill = 0xff, garbage = 0, zero = 0 } = {}): Buffer {
  const length = BYTES - 3 - content.length - garbage;
  const padding = Buffer.alloc(length, fill);
  const ends = Buffer.alloc(garbage, 0xa5);
  return Buffer.concat([Buffer.from([0, type]), padding, Buffer.from([zero]), content, ends]);
}

/** The signature of an encoded message, whatever is in it. */
function raw(encoded: Buffer, key: KeyObject = pair.privateKey): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

function pss(bits: HashBits, input: Buffer, saltLength: number, key = pair.privateKey): Buffer {
  return sign(HASHES[bits], input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

/** A signature whose first byte is 0, which one in 256 is. */
function beginningWithZero(make: (attempt: number) => Buffer): Buffer {
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const signature = make(attempt);
    if (signature[0] === 0) return signature;
  }
  throw new Error('no signature begins with 0');
}

const LEADING_ZERO = 'OpenSSL fills a PSS signature up by itself';
const withMgf = (mgf1HashAlgorithm: string) =>
  generateKeyPairSync('rsa-pss', {
    ...{ modulusLength: 8 * BYTES, hashAlgorithm: 'sha256', mgf1HashAlgorithm },
  });

const BITS = [256, 384, 512] as const;

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2). */
const PKCS1_VECTORS: readonly Vector[] = BITS.flatMap((bits) => {
  const algorithm = `RS${bits}` as const;
  const input = inputOf(algorithm);
  const good = sign(HASHES[bits], input, pair.privateKey);
  const otherBits = bits === 256 ? 512 : 256;
  const vector = (title: string, signature: Buffer, valid = false): Vector => ({
    ...{ title, algorithm, jwk: jwkOf(pair.publicKey), input, signature, valid },
  });
  const encoded = (title: string, message: Buffer, valid = false) =>
    vector(title, raw(message), valid);
  return [
    vector('a signature', good, true),
    encoded('the same, encoded by hand', padded(info(bits, input)), true),
    vector('nothing', Buffer.alloc(0)),
    vector('one byte less', good.subarray(0, -1)),
    vector('one byte more', Buffer.concat([good, Buffer.alloc(1)])),
    vector('a zero before it', Buffer.concat([Buffer.alloc(1), good])),
    vector('0', Buffer.alloc(BYTES)),
    vector('1', bytesOf(1n, BYTES)),
    vector('the modulus less 1', bytesOf(modulus - 1n, BYTES)),
    vector('the modulus', bytesOf(modulus, BYTES)),
    vector('the modulus and 1', bytesOf(modulus + 1n, BYTES)),
    vector('every bit is set', Buffer.alloc(BYTES, 0xff)),
    vector('negated', bytesOf(modulus - numberOf(good), BYTES)),
    vector('of another hash', sign(HASHES[otherBits], input, pair.privateKey)),
    vector('of another text', sign(HASHES[bits], inputOf(algorithm, '[]'), pair.privateKey)),
    vector('of another key', sign(HASHES[bits], input, stranger.privateKey)),
    vector('by PSS', pss(bits, input, bits / 8)),
    encoded('the digest of another hash', padded(info(otherBits, input))),
    encoded('the name of one hash, the digest of another', misnamed(bits, otherBits, input)),
    encoded('the bare digest', padded(digest(bits, input))),
    encoded('block type 2', padded(info(bits, input), { type: 2 })),
    encoded('block type 0', padded(info(bits, input), { type: 0, fill: 0 })),
    encoded('a padding of other bytes', padded(info(bits, input), { fill: 0xfe })),
    encoded('no zero behind the padding', padded(info(bits, input), { zero: 0xff })),
    encoded('garbage behind the digest (CVE-2006-4339)', withGarbage(bits, input)),
  ];
});

function misnamed(bits: HashBits, otherBits: HashBits, input: Buffer): Buffer {
  return padded(Buffer.concat([hex(PREFIX[otherBits]), digest(bits, input)]));
}

function withGarbage(bits: HashBits, input: Buffer): Buffer {
  const content = info(bits, input);
  return padded(content, { garbage: BYTES - 3 - content.length - 8 });
}

/** Encodings of RS256 that some verifier took for the one. */
const ENCODING_VECTORS: readonly Vector[] = [
  ['without the NULL of DigestInfo', PREFIX_WITHOUT_NULL],
  ['a length in the form of BER', PREFIX_LONG_LENGTH],
].map(([title = '', prefix = '']): Vector => {
  const input = inputOf('RS256');
  const signature = raw(padded(info(256, input, prefix)));
  const jwk = jwkOf(pair.publicKey);
  return { title, algorithm: 'RS256', jwk, input, signature, valid: false };
});

/** With e = 3 a text that begins as an encoded message has a cube root that anyone finds. */
const CUBE_ROOT_VECTOR: Vector = (() => {
  const input = inputOf('RS256');
  const head = Buffer.concat([hex('0001ffffffffffffffff00'), info(256, input)]);
  const wanted = numberOf(Buffer.concat([head, Buffer.alloc(BYTES - head.length)]));
  const signature = bytesOf(cubeRoot(wanted) + 1n, BYTES);
  const found = bytesOf(numberOf(signature) ** 3n, BYTES).subarray(0, head.length);
  if (!found.equals(head)) throw new Error('this is no forgery');
  const jwk = jwkOf(cubic.publicKey);
  return {
    ...{ title: 'a cube root of garbage behind the digest', algorithm: 'RS256' },
    ...{ jwk, input, signature, valid: false },
  };
})();

function cubeRoot(of: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(of.toString(2).length / 3) + 1);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** 3n <= of) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** RSASSA-PSS (RFC 8017 section 8.1.2) with the salt of RFC 7518 section 3.5. */
const PSS_VECTORS: readonly Vector[] = BITS.flatMap((bits) => {
  const algorithm = `PS${bits}` as const;
  const input = inputOf(algorithm);
  const salt = bits / 8;
  const good = pss(bits, input, salt);
  const short = beginningWithZero(() => pss(bits, input, salt)).subarray(1);
  const otherBits = bits === 256 ? 512 : 256;
  const vector = (title: string, signature: Buffer, valid = false): Vector => ({
    ...{ title, algorithm, jwk: jwkOf(pair.publicKey), input, signature, valid },
  });
  const salts = [0, 20, salt - 1, salt + 1, constants.RSA_PSS_SALTLEN_MAX_SIGN];
  return [
    vector('a signature', good, true),
    vector('another one, since the salt is another', pss(bits, input, salt), true),
    ...salts.map((length) => vector(`a salt of ${length}`, pss(bits, input, length))),
    { ...vector('without its leading zero', short), joseAccepts: LEADING_ZERO },
    vector('nothing', Buffer.alloc(0)),
    vector('one byte less', good.subarray(0, -1)),
    vector('one byte more', Buffer.concat([good, Buffer.alloc(1)])),
    vector('a zero before it', Buffer.concat([Buffer.alloc(1), good])),
    vector('0', Buffer.alloc(BYTES)),
    vector('1', bytesOf(1n, BYTES)),
    vector('the modulus', bytesOf(modulus, BYTES)),
    vector('of another hash', pss(otherBits, input, otherBits / 8)),
    vector('of another key', pss(bits, input, salt, stranger.privateKey)),
    vector('by PKCS1', sign(HASHES[bits], input, pair.privateKey)),
  ];
});

/** The mask is made by the hash of the signature (RFC 7518 section 3.5). */
const MASK_VECTORS: readonly Vector[] = ['sha256', 'sha1', 'sha512'].map((mask): Vector => {
  const { privateKey, publicKey } = withMgf(mask);
  const members = membersOf(publicKey);
  if (typeof members === 'string') throw new Error(members);
  const input = inputOf('PS256');
  const options = { key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  const signature = sign('sha256', input, {
    ...options,
    ...{ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  });
  const { kty, n, e } = members.jwk;
  return {
    ...{ title: `a mask by ${mask}`, algorithm: 'PS256', input, signature },
    ...{ jwk: { kty, n, e } as Vector['jwk'], valid: mask === 'sha256' },
  };
});

export const RSA_VECTORS: readonly Vector[] = [
  ...PKCS1_VECTORS,
  ...ENCODING_VECTORS,
  CUBE_ROOT_VECTOR,
  ...PSS_VECTORS,
  ...MASK_VECTORS,
];
