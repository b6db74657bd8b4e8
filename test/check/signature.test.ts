import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { compactVerify, importJWK, type JWK } from 'jose';
import { isSignedBy, isSignedByElsewhere } from '../../src/check/signature.ts';
import { type Algorithm, isSymmetric } from '../../src/keys/algorithm.ts';
import { readKeySet } from '../../src/keys/key-set.ts';
import { secretKeysOf, type VerificationKey } from '../../src/keys/verification-key.ts';
import { ECDSA_VECTORS } from './signatures/ecdsa.ts';
import { EDDSA_VECTORS, HMAC_VECTORS } from './signatures/others.ts';
import { RSA_VECTORS } from './signatures/rsa.ts';
import { inputOf, jwkOf, type Vector } from './signatures/vector.ts';

/*
 * Signatures that verifiers have got wrong, each made when the test runs, in the manner of Wycheproof; and jose as a second opinion on
 * each. The two must agree, both ways, but for where it is said.
 */

/** The key as an issuer's keys are read. */
async function keyOf(algorithm: Algorithm, jwk: JWK): Promise<VerificationKey | undefined> {
  if (isSymmetric(algorithm)) {
    const keys = secretKeysOf(Buffer.from(jwk.k ?? '', 'base64url'));
    return keys.find((key) => key.algorithm === algorithm);
  }
  const read = await readKeySet({ keys: [jwk] }, { algorithms: [algorithm], allowDevKeys: false });
  return read.ok ? read.set.candidates({ algorithm, kid: null })[0] : undefined;
}

async function joseVerifies({ algorithm, jwk, input, signature }: Vector): Promise<boolean> {
  try {
    const token = `${input.toString()}.${signature.toString('base64url')}`;
    await compactVerify(token, await importJWK(jwk, algorithm), { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

for (const [family, vectors] of Object.entries({
  ECDSA: ECDSA_VECTORS,
  RSA: RSA_VECTORS,
  EdDSA: EDDSA_VECTORS,
  HMAC: HMAC_VECTORS,
})) {
  describe(family, () => {
    for (const vector of vectors) {
      const { algorithm, title, jwk, valid, joseAccepts } = vector;
      test(`${algorithm}, ${title}: ${valid ? 'verifies' : 'does not verify'}`, async () => {
        const key = await keyOf(algorithm, jwk);
        assert.ok(key !== undefined);
        assert.equal(isSignedBy(key, vector), valid, 'in this thread');
        assert.equal(await isSignedByElsewhere(key, vector), valid, 'in another one');
        assert.equal(await joseVerifies(vector), joseAccepts === undefined ? valid : true, 'jose');
      });
    }
  });
}

describe('an RSA key that is too short verifies nothing', () => {
  for (const modulusLength of [1024, 2047]) {
    test(`${modulusLength} bits`, async () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
      const input = inputOf('RS256');
      const signature = sign('sha256', input, privateKey);
      const jwk = jwkOf(publicKey);
      const vector = {
        title: '',
        algorithm: 'RS256',
        jwk,
        input,
        signature,
        valid: false,
      } as const;
      assert.equal(await keyOf('RS256', jwk), undefined);
      assert.equal(await joseVerifies(vector), false, 'jose');
    });
  }
});

describe('a key is for one kind of algorithm', () => {
  const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;
  const jwks = {
    ...Object.fromEntries(
      Object.entries(curves).map(([name, namedCurve]) => [
        name,
        jwkOf(generateKeyPairSync('ec', { namedCurve }).publicKey),
      ]),
    ),
    RS256: jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
    EdDSA: jwkOf(generateKeyPairSync('ed25519').publicKey),
  };
  for (const [of, jwk] of Object.entries(jwks)) {
    for (const algorithm of ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const) {
      test(`${algorithm} by a key of ${of}`, async () => {
        assert.equal((await keyOf(algorithm, jwk)) !== undefined, of === algorithm);
      });
    }
  }
});
