import type { JWK } from 'jose';

/** RFC 7518 section 3.3; beyond 8,192 bits one signature costs as much as fifty of 2,048. */
const MIN_RSA_BITS = 2_048;
const MAX_RSA_BITS = 8_192;
/** OpenSSL's own limit for long moduli is 64 bits; all that sign tokens use 65,537. */
const MAX_RSA_EXPONENT = 2n ** 33n;

/** Bytes of a coordinate: it has the full size of the field (RFC 7518 section 6.2.1.2, RFC 8037 section 2). */
const COORDINATE_BYTES: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  Ed25519: 32,
};

/** The field of Ed25519 (RFC 8032 section 5.1). */
const P = 2n ** 255n - 19n;
/**
 * The y of the eight points of small order. A signature that nobody made verifies by one of them for many messages, and
 * OpenSSL does not look (RFC 8032 section 5.1.7).
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  P - 2707385501144840649318225287225658788936804267575313519463743609750303402022n,
]);

/**
 * What is wrong with the members of a public key by the specification of its type, or null. Only a key that was found
 * good here is given to OpenSSL, which takes e = 1 and exponents of 3,000 bits. Whether a point of an EC key is on its curve
 * is found by the import. Members are strings or absent.
 */
export function keyFault(jwk: JWK): string | null {
  if (jwk.kty === 'RSA') return rsaFault(jwk);
  if (jwk.kty === 'EC') return coordinateFault(jwk, 'x') ?? coordinateFault(jwk, 'y');
  if (jwk.kty === 'OKP') return coordinateFault(jwk, 'x') ?? smallOrderFault(jwk);
  return null;
}

function rsaFault({ n, e }: JWK): string | null {
  const modulus = unsigned(n, 'n');
  if (typeof modulus === 'string') return modulus;
  const exponent = unsigned(e, 'e');
  if (typeof exponent === 'string') return exponent;
  const bits = bitsOf(modulus);
  if (bits < MIN_RSA_BITS) return `RSA key of ${bits} bits, fewer than ${MIN_RSA_BITS}`;
  if (bits > MAX_RSA_BITS) return `RSA key of ${bits} bits, more than ${MAX_RSA_BITS}`;
  if (isEven(modulus)) return 'its modulus n is even';
  if (bitsOf(exponent) > 34) return `its exponent e has ${bitsOf(exponent)} bits, more than 33`;
  const value = bigIntOf(exponent);
  if (value > MAX_RSA_EXPONENT) return 'its exponent e is greater than 2^33';
  // With e = 1 the signature is the message: whoever can read the key can sign.
  if (value < 3n) return `its exponent e is ${value}, less than 3`;
  return isEven(exponent) ? 'its exponent e is even' : null;
}

function coordinateFault(jwk: JWK, name: 'x' | 'y'): string | null {
  const { crv = '' } = jwk;
  const bytes = bytesOf(jwk[name], name);
  if (typeof bytes === 'string') return bytes;
  const needed = COORDINATE_BYTES[crv];
  return needed === undefined || bytes.length === needed
    ? null
    : `its ${name} has ${bytes.length} bytes; ${crv} takes ${needed}`;
}

function smallOrderFault({ crv, x }: JWK): string | null {
  if (crv !== 'Ed25519') return null;
  // Little endian; the highest bit is the sign of x.
  const y = bigIntOf(Buffer.from(x ?? '', 'base64url').reverse()) & (2n ** 255n - 1n);
  if (y >= P) return 'its point is not encoded as RFC 8032 section 5.1.2 says';
  return SMALL_ORDER_Y.has(y) ? 'its point has a small order: anyone can sign for it' : null;
}

/** A Base64urlUInt (RFC 7518 section 2) without the zeros that some libraries put before it. */
function unsigned(text: string | undefined, name: string): Buffer | string {
  const bytes = bytesOf(text, name);
  if (typeof bytes === 'string') return bytes;
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? `its ${name} is 0` : bytes.subarray(first);
}

/** The bytes of a member, or what is wrong with it. The alphabet and the padding of plain base64 are seen in the wild. */
function bytesOf(text: string | undefined, name: string): Buffer | string {
  if (text === undefined) return `it is without ${name}`;
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return `its ${name} is not base64url`;
  return Buffer.from(text, 'base64url');
}

function bitsOf(bytes: Buffer): number {
  return bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
}

function isEven(bytes: Buffer): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 0;
}

function bigIntOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
