import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import type { JWK } from 'jose';
import { ALGORITHM_NAMES, isSymmetric } from '../../src/keys/algorithm.ts';
import { type KeySet, readKeySet } from '../../src/keys/key-set.ts';

const jwkOf = (key: KeyObject): JWK => key.export({ format: 'jwk' }) as JWK;
const rsaOf = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const pair = rsaOf(2048);
const rsa = jwkOf(pair.publicKey);
const otherRsa = jwkOf(rsaOf(2048).publicKey);
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const ed = jwkOf(generateKeyPairSync('ed25519').publicKey);

/** Keys of which each is another one, of one name or of none. */
const someEd = (count: number, kid?: string): readonly JWK[] =>
  Array.from({ length: count }, () => ({
    ...jwkOf(generateKeyPairSync('ed25519').publicKey),
    ...(kid === undefined ? {} : { kid }),
  }));

const WANTED = {
  algorithms: ALGORITHM_NAMES.filter((name) => !isSymmetric(name)),
  allowDevKeys: false,
};

async function setOf(keys: readonly unknown[], wanted = WANTED): Promise<KeySet> {
  const read = await readKeySet({ keys }, wanted);
  assert.ok(read.ok, read.ok ? '' : read.fault);
  return read.set;
}

describe('a key that is for something else is skipped, and the set says why', () => {
  for (const [title, jwk, why] of [
    ['encryption', { ...rsa, use: 'enc' }, /use is 'enc'/],
    ['an unknown use', { ...rsa, use: '' }, /use is ''/],
    ['a use that is no text', { ...rsa, use: { toString: 1 } }, /use is not a string/],
    ['signing', { ...rsa, key_ops: ['sign'] }, /key_ops has no verify/],
    ['no operation', { ...rsa, key_ops: [] }, /key_ops has no verify/],
    ['operations that are no list', { ...rsa, key_ops: 5 }, /key_ops has no verify/],
    ['operations that are a text', { ...rsa, key_ops: 'verify' }, /key_ops has no verify/],
    ['a kid that is no text', { ...rsa, kid: 7 }, /kid is not a string/],
    ['a private RSA key', jwkOf(pair.privateKey), /it is a private key/],
    ['a private EC key', { ...ec, d: 'AA' }, /it is a private key/],
    ['a private key without its d', { ...rsa, p: 'AA' }, /it is a private key/],
    ['a dev-issuer', { ...rsa, kid: 'watchword-dev-1' }, /watchword dev-issuer/],
    ['another algorithm', { ...rsa, alg: 'RSA-OAEP' }, /no accepted algorithm fits/],
    ['an algorithm of another kind of key', { ...rsa, alg: 'ES256' }, /no accepted algorithm fits/],
    ['an algorithm that is no text', { ...rsa, alg: ['RS256'] }, /alg is not a string/],
    ['HMAC', { kty: 'oct', k: 'c2VjcmV0' }, /no accepted algorithm fits kty 'oct'/],
    ['HMAC by name', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }, /no accepted algorithm fits/],
    ['an unknown type', { kty: 'AKP' }, /no accepted algorithm fits kty 'AKP'/],
    ['no type', { kid: 'a' }, /no accepted algorithm fits/],
    ['a type that is no text', { ...rsa, kty: { toString: 1 } }, /kty is not a string/],
    ['an unknown curve', { ...ec, crv: 'P-192' }, /no accepted algorithm fits/],
    ['key agreement', { ...ed, crv: 'X25519' }, /no accepted algorithm fits/],
    ['a short RSA key', jwkOf(rsaOf(1024).publicKey), /RSA key of 1024 bits, fewer than 2048/],
    ['an RSA key of 2047 bits', jwkOf(rsaOf(2047).publicKey), /RSA key of 2047 bits/],
    ['a modulus that is no text', { ...rsa, n: 5 }, /n is not a string/],
    ['a modulus that is missing', { kty: 'RSA', e: 'AQAB' }, /it is without n/],
    ['a point that is on no curve', { ...ec, y: ec.x }, /point is not on the curve P-256/],
    ['coordinates that are cut off', { ...ed, x: ed.x?.slice(0, 10) }, /x has 7 bytes; Ed25519/],
    ['a list', [1], /it is a list, not a key/],
    ['null', null, /it is null, not a key/],
    ['a text', 'x', /it is a string, not a key/],
  ] as const) {
    test(`${title}: ${why.source}`, async () => {
      const read = await readKeySet({ keys: [jwk, { ...otherRsa, kid: 'good' }] }, WANTED);
      assert.ok(read.ok);
      assert.equal(read.set.size, 1);
      assert.equal(read.skipped.length, 1);
      assert.match(read.skipped[0] ?? '', why);
      assert.match(read.skipped[0] ?? '', /^keys\[0\](?: \(kid ".+"\))?: /);
    });
  }

  test('and a set of which nothing is left is a fault with every reason', async () => {
    const keys = [{ ...rsa, use: 'enc' }, { kty: 'AKP' }];
    const read = await readKeySet({ keys }, WANTED);
    assert.ok(!read.ok);
    assert.match(read.fault, /^no usable key \(keys\[0\]: use is 'enc'; keys\[1\]: no accepted/);
  });
});

describe('a document that is no key set is a fault', () => {
  for (const [document, fault] of [
    [null, /no list 'keys'/],
    [undefined, /no list 'keys'/],
    ['keys', /no list 'keys'/],
    [[], /no list 'keys'/],
    [{}, /no list 'keys'/],
    [{ keys: {} }, /no list 'keys'/],
    [{ keys: 'RSA' }, /no list 'keys'/],
    [{ keys: [null] }, /^no usable key \(keys\[0\]: it is null, not a key\)$/],
    [{ keys: [] }, /^no usable key: the set is empty$/],
    [{ keys: Array(257).fill({}) }, /^more than 256 keys$/],
  ] as const) {
    test(JSON.stringify(document)?.slice(0, 60) ?? 'undefined', async () => {
      const read = await readKeySet(document, WANTED);
      assert.ok(!read.ok);
      assert.match(read.fault, fault);
    });
  }

  test('256 keys are none', async () => {
    const many = Array.from({ length: 256 }, (_, index) => ({ ...ed, kid: `${index}` }));
    assert.equal((await setOf(many)).size, 256);
  });
});

describe('the keys that may have signed a token', () => {
  const find = async (
    keys: readonly unknown[],
    algorithm: (typeof ALGORITHM_NAMES)[number],
    kid: string | null,
  ) => (await setOf(keys)).candidates({ algorithm, kid }).length;
  const both = [
    { ...rsa, kid: 'a' },
    { ...otherRsa, kid: 'b' },
    { ...ec, kid: 'a' },
  ];

  for (const [title, keys, algorithm, kid, count] of [
    ['the one with its kid and its algorithm', both, 'RS256', 'a', 1],
    ['a kid may stand for keys of several kinds', both, 'ES256', 'a', 1],
    ['none where the kid is unknown', both, 'RS256', 'c', 0],
    ['none where the algorithm does not fit the kid', both, 'ES256', 'b', 0],
    ['all that fit where the token has no kid', both, 'RS256', null, 2],
    ['a key without kid may have signed any token', [rsa], 'RS256', 'whatever', 1],
    ['both the named one and the nameless', [{ ...rsa, kid: 'a' }, otherRsa], 'RS256', 'a', 2],
    ['the same key many times is one', Array(20).fill(ed), 'EdDSA', null, 1],
    ['twelve keys without kid are twelve', someEd(12), 'EdDSA', 'whatever', 12],
    [
      'at most 32 without kid, so that no key set makes a token dear',
      someEd(40),
      'EdDSA',
      null,
      32,
    ],
    ['at most 32 of one name', someEd(40, 'a'), 'EdDSA', 'a', 32],
    [
      'a key that names its algorithm is for no other',
      [{ ...rsa, alg: 'RS256' }],
      'PS256',
      null,
      0,
    ],
    ['a key that names none is for all that fit', [rsa], 'PS512', null, 1],
    ['Ed25519 is the same key by either name', [ed], 'Ed25519', null, 1],
    ['a symmetric algorithm finds no public key', [rsa], 'HS256', null, 0],
  ] as const) {
    test(title, async () => assert.equal(await find(keys, algorithm, kid), count));
  }

  test('are bound to the algorithm that they were asked for', async () => {
    const set = await setOf([rsa]);
    const [key] = set.candidates({ algorithm: 'PS384', kid: null });
    assert.ok(key?.kind === 'public');
    const { algorithm, hash, parameters, signatureBytes } = key;
    assert.ok('padding' in parameters);
    const { padding, saltLength } = parameters;
    assert.deepEqual(
      { algorithm, hash, padding, saltLength, signatureBytes },
      {
        ...{ algorithm: 'PS384', hash: 'sha384', signatureBytes: 256 },
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      },
    );
  });

  test('are those of the algorithms that the issuer uses', async () => {
    const set = await setOf([rsa, ec], { algorithms: ['RS256'], allowDevKeys: false });
    assert.equal(set.size, 1);
    assert.equal(set.candidates({ algorithm: 'RS384', kid: null }).length, 0);
  });
});

describe('a key set', () => {
  test('has keys of a dev-issuer where they are allowed; other names are not taken for theirs', async () => {
    const dev = [{ ...rsa, kid: 'watchword-dev-1' }];
    assert.equal((await setOf(dev, { ...WANTED, allowDevKeys: true })).size, 1);
    assert.equal((await setOf([{ ...rsa, kid: 'x-watchword-dev-' }])).size, 1);
  });

  test('is the same set whatever the order of keys and members, and what is beside them', async () => {
    const { kty, n, e } = rsa;
    const one = await setOf([{ ...rsa, kid: 'a' }, ec]);
    const same = await setOf([ec, { kid: 'a', n, e, kty, x5t: 'x', use: 'sig' }]);
    assert.equal(one.identity, same.identity);
  });

  for (const [title, keys] of [
    ['another key', [otherRsa]],
    ['another kid', [{ ...rsa, kid: 'a' }]],
    ['another algorithm', [{ ...rsa, alg: 'RS256' }]],
    ['one key more', [rsa, ec]],
  ] as const) {
    test(`is another one with ${title}`, async () => {
      assert.notEqual((await setOf([rsa])).identity, (await setOf(keys)).identity);
    });
  }
});
