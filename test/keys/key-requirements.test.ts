import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import type { JWK } from 'jose';
import { ALGORITHM_NAMES, isSymmetric } from '../../src/keys/algorithm.ts';
import { fixedKeys } from '../../src/keys/fixed-keys.ts';
import { keyFault } from '../../src/keys/key-requirements.ts';
import { readKeySet } from '../../src/keys/key-set.ts';

/*
 * Issue 9, point 14: each key is held to what the specification of its type allows when it is read, whatever OpenSSL would take.
 */

const jwkOf = (key: KeyObject): JWK => key.export({ format: 'jwk' }) as JWK;
const rsaOf = (bits: number, more: object = {}): JWK =>
  jwkOf(generateKeyPairSync('rsa', { modulusLength: bits, ...more }).publicKey);
const ecOf = (namedCurve: string): JWK =>
  jwkOf(generateKeyPairSync('ec', { namedCurve }).publicKey);

const rsa = rsaOf(2048);
const ed = jwkOf(generateKeyPairSync('ed25519').publicKey);
const WANTED = {
  algorithms: ALGORITHM_NAMES.filter((name) => !isSymmetric(name)),
  allowDevKeys: false,
};

const base64url = (bytes: Buffer): string => bytes.toString('base64url');
const hex = (text: string): string => base64url(Buffer.from(text, 'hex'));
const bytesOf = (text = ''): Buffer => Buffer.from(text, 'base64url');
/** A number of so many bits, the highest and the lowest of which are set. */
const odd = (bits: number): string =>
  hex((2n ** BigInt(bits - 1) + 1n).toString(16).padStart(2 * Math.ceil(bits / 8), '0'));

describe('a key that its specification does not allow is not used, and the key beside it is', () => {
  const even = bytesOf(rsa.n);
  even[255] = (even[255] ?? 0) & 0xfe;
  const trimmed = bytesOf(ecOf('P-384').x).subarray(1);
  for (const [title, jwk, says] of [
    ['RSA with e = 1: its signature is the message', { ...rsa, e: 'AQ' }, /e is 1, less than 3/],
    ['RSA with e = 1 behind zeros', { ...rsa, e: 'AAAB' }, /e is 1, less than 3/],
    ['RSA with e = 0', { ...rsa, e: 'AA' }, /its e is 0/],
    ['RSA with e = 2', { ...rsa, e: 'Ag' }, /e is 2, less than 3/],
    ['RSA with an even e', { ...rsa, e: hex('010000') }, /e is even/],
    ['RSA with an e above 2^33', { ...rsa, e: hex('0200000001') }, /greater than 2\^33/],
    ['RSA with an e of 3,064 bits', { ...rsa, e: odd(3064) }, /e has 3064 bits/],
    ['RSA with an empty e', { ...rsa, e: '' }, /e is not base64url/],
    ['RSA with an even n', { ...rsa, n: base64url(even) }, /n is even/],
    ['RSA with a tiny n', { ...rsa, n: 'Dw' }, /RSA key of 4 bits/],
    ['RSA with n = 0', { ...rsa, n: 'AAAA' }, /its n is 0/],
    ['RSA of 2,047 bits', { ...rsa, n: odd(2047) }, /RSA key of 2047 bits, fewer than 2048/],
    [
      'RSA of 2,047 bits behind zeros',
      { ...rsa, n: hex(`00007f${'ff'.repeat(255)}`) },
      /2047 bits/,
    ],
    ['RSA of 8,193 bits', { ...rsa, n: odd(8193) }, /RSA key of 8193 bits, more than 8192/],
    ['RSA of 65,536 bits', { ...rsa, n: odd(65_536) }, /RSA key of 65536 bits/],
    ['RSA whose n is no base64url', { ...rsa, n: `${rsa.n}!` }, /n is not base64url/],
    [
      'EC with a coordinate that lost its zero',
      { ...ecOf('P-384'), x: base64url(trimmed) },
      /x has 47 bytes; P-384 takes 48/,
    ],
    [
      'EC with a coordinate behind a zero',
      { ...ecOf('P-256'), y: hex(`00${'11'.repeat(32)}`) },
      /y has 33 bytes/,
    ],
    ['EC without y', { ...ecOf('P-256'), y: undefined }, /without y/],
    ['EC of another curve', { ...ecOf('P-256'), crv: 'P-521' }, /x has 32 bytes; P-521 takes 66/],
    [
      'EC with the point 0, 0',
      { ...ecOf('P-256'), x: hex('00'.repeat(32)), y: hex('00'.repeat(32)) },
      /not on the curve P-256/,
    ],
    ['Ed25519 of 31 bytes', { ...ed, x: hex('11'.repeat(31)) }, /x has 31 bytes; Ed25519 takes 32/],
    ['Ed25519 of the neutral point', { ...ed, x: hex(`01${'00'.repeat(31)}`) }, /small order/],
    [
      'Ed25519 of a point of order 8',
      { ...ed, x: hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05') },
      /small order/,
    ],
    [
      'Ed25519 of its twin with the sign set',
      { ...ed, x: hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85') },
      /small order/,
    ],
    [
      'Ed25519 of p + 1, another spelling of 1',
      { ...ed, x: hex(`ee${'ff'.repeat(30)}7f`) },
      /not encoded/,
    ],
  ] as const) {
    test(title, async () => {
      const read = await readKeySet(
        {
          keys: [
            { ...jwk, kid: 'bad' },
            { ...rsa, kid: 'good' },
          ],
        },
        WANTED,
      );
      assert.ok(read.ok);
      assert.deepEqual(read.set.kids, ['good']);
      assert.match(read.skipped.join(), says);
      assert.match(read.skipped.join(), /^keys\[0\] \(kid "bad"\): /);
    });
  }
});

describe('a key that its specification allows is used', () => {
  for (const [title, jwk] of [
    ['RSA of 2,048 bits', rsa],
    ['RSA with e = 3', rsaOf(2048, { publicExponent: 3 })],
    ['RSA with e = 2^32 + 1', { ...rsa, e: hex('0100000001') }],
    ['RSA of 8,192 bits', { ...rsa, n: odd(8192) }],
    [
      'RSA whose n has a zero before it, as Java writes it',
      { ...rsa, n: base64url(Buffer.concat([Buffer.alloc(1), bytesOf(rsa.n)])) },
    ],
    ['RSA in plain base64 with its padding', { ...rsa, n: bytesOf(rsa.n).toString('base64') }],
    ['EC P-256', ecOf('P-256')],
    ['EC P-384', ecOf('P-384')],
    ['EC P-521', ecOf('P-521')],
    ['Ed25519', ed],
  ] as const) {
    test(title, async () => {
      const read = await readKeySet({ keys: [jwk] }, WANTED);
      assert.ok(read.ok, read.ok ? '' : read.fault);
      assert.deepEqual(read.skipped, []);
    });
  }
});

test('the points of small order are those of which eight times is the neutral one', () => {
  const p = 2n ** 255n - 19n;
  const power = (base: bigint, exponent: bigint): bigint => {
    let [result, square] = [1n, base % p];
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = (result * square) % p;
      square = (square * square) % p;
    }
    return result;
  };
  const inverse = (value: bigint): bigint => power(value, p - 2n);
  const d = (((p - 121_665n) * inverse(121_666n)) % p) % p;
  /** The y of twice a point, which its own y tells: x^2 = (y^2 - 1) / (d y^2 + 1). */
  const doubled = (y: bigint): bigint => {
    const yy = (y * y) % p;
    const xx = ((yy + p - 1n) * inverse((d * yy + 1n) % p)) % p;
    return ((yy + xx) * inverse((2n * p + 1n - ((((d * xx) % p) * yy) % p)) % p)) % p;
  };
  const small = [0n, 1n, p - 1n];
  const eighth = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
  for (const y of [...small, eighth, p - eighth]) {
    assert.equal(doubled(doubled(doubled(y))), 1n, `8 times the point at y = ${y}`);
    const x = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url');
    assert.match(keyFault({ kty: 'OKP', crv: 'Ed25519', x }) ?? 'used', /small order/);
  }
});

test('a token that names a key which is there and not used is told why', async () => {
  const read = await readKeySet(
    {
      keys: [
        { ...rsa, kid: 'a', e: 'AQ' },
        { ...rsa, kid: 'b' },
      ],
    },
    WANTED,
  );
  assert.ok(read.ok);
  const found = await fixedKeys(read.set, 0, null, read.skipped).find({
    algorithm: 'RS256',
    kid: 'a',
  });
  assert.ok(!found.ok);
  assert.equal(found.reason, 'key_unknown');
  assert.match(
    found.detail,
    /no RS256 key with kid "a".*kids there: "b".*not used: keys\[0\] \(kid "a"\): its exponent e is 1/,
  );
});
