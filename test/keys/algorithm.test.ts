import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ALGORITHM_NAMES,
  type Algorithm,
  fits,
  isAlgorithm,
  isSymmetric,
  SHORTEST_SECRET,
} from '../../src/keys/algorithm.ts';

const KEYS = {
  RSA: { kty: 'RSA' },
  'P-256': { kty: 'EC', crv: 'P-256' },
  'P-384': { kty: 'EC', crv: 'P-384' },
  'P-521': { kty: 'EC', crv: 'P-521' },
  secp256k1: { kty: 'EC', crv: 'secp256k1' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
  Ed448: { kty: 'OKP', crv: 'Ed448' },
  X25519: { kty: 'OKP', crv: 'X25519' },
  oct: { kty: 'oct' },
  'EC without a curve': { kty: 'EC' },
  nothing: {},
} as const;

/** RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864. */
const FITTING: Readonly<Record<Algorithm, keyof typeof KEYS>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
  HS256: 'oct',
  HS384: 'oct',
  HS512: 'oct',
};

describe('each algorithm has one kind of key', () => {
  for (const algorithm of ALGORITHM_NAMES) {
    test(`${algorithm} fits ${FITTING[algorithm]} and nothing else`, () => {
      const fitting = Object.entries(KEYS).filter(([, key]) => fits(algorithm, key));
      assert.deepEqual(
        fitting.map(([name]) => name),
        [FITTING[algorithm]],
      );
    });
  }
});

test('only the HMAC algorithms are symmetric, and each says how long its secret is', () => {
  const symmetric = ALGORITHM_NAMES.filter(isSymmetric);
  assert.deepEqual(symmetric, Object.keys(SHORTEST_SECRET));
  assert.deepEqual(
    symmetric.map((name) => [name, SHORTEST_SECRET[name] * 8]),
    [
      ['HS256', 256],
      ['HS384', 384],
      ['HS512', 512],
    ],
  );
});

describe('a name from outside is an algorithm only if the table has it', () => {
  for (const name of ALGORITHM_NAMES) test(name, () => assert.equal(isAlgorithm(name), true));
  for (const name of [
    'none',
    'None',
    '',
    'rs256',
    'RS256 ',
    'RS1',
    'ES256K',
    'RSA1_5',
    'dir',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    ['RS256'],
    null,
    undefined,
    256,
  ]) {
    test(`${JSON.stringify(name)} is none`, () => assert.equal(isAlgorithm(name), false));
  }
});
