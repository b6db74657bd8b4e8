import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactVerify, importJWK, type JWK } from 'jose';
import { isSignedBy, isSignedByElsewhere } from '../../src/check/signature.ts';
import { type Algorithm, isSymmetric } from '../../src/keys/algorithm.ts';
import { readKeySet } from '../../src/keys/key-set.ts';
import { secretKeysOf, type VerificationKey } from '../../src/keys/verification-key.ts';
import { ECDSA_VECTORS } from '../check/signatures/ecdsa.ts';
import { EDDSA_VECTORS, HMAC_VECTORS } from '../check/signatures/others.ts';
import { RSA_VECTORS } from '../check/signatures/rsa.ts';
import { inputOf, type Vector } from '../check/signatures/vector.ts';

/*
 * Our check of signatures beside jose's, on good signatures that were changed in any way: both verify it, or neither does.
 */

interface Pair {
  readonly ours: VerificationKey;
  readonly jose: Awaited<ReturnType<typeof importJWK>>;
  readonly good: Vector;
}

async function ourKey(algorithm: Algorithm, jwk: JWK): Promise<VerificationKey> {
  const read = await readKeySet({ keys: [jwk] }, { algorithms: [algorithm], allowDevKeys: false });
  const keys = isSymmetric(algorithm)
    ? secretKeysOf(Buffer.from(jwk.k ?? '', 'base64url'))
    : (read.ok && read.set.candidates({ algorithm, kid: null })) || [];
  const key = keys.find((one) => one.algorithm === algorithm);
  assert.ok(key !== undefined, algorithm);
  return key;
}

const good = [...ECDSA_VECTORS, ...RSA_VECTORS, ...EDDSA_VECTORS, ...HMAC_VECTORS].filter(
  ({ title }) => title === 'a signature' || title === 'a code',
);
const pairs: readonly Pair[] = await Promise.all(
  good.map(async (vector) => {
    const { algorithm, jwk } = vector;
    return {
      ours: await ourKey(algorithm, jwk),
      jose: await importJWK(jwk, algorithm),
      good: vector,
    };
  }),
);

type Change = (signature: Buffer) => Buffer;

const at = fc.nat({ max: 599 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((signature) => signature),
  fc.tuple(at, fc.nat({ max: 7 })).map(
    ([index, bit]): Change =>
      (signature) => {
        const changed = Buffer.from(signature);
        const place = index % signature.length;
        changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        return changed;
      },
  ),
  at.map(
    (index): Change =>
      (signature) =>
        signature.subarray(0, index % signature.length),
  ),
  fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(
    ([index, added]): Change =>
      (signature) => {
        const place = index % (signature.length + 1);
        return Buffer.concat([signature.subarray(0, place), added, signature.subarray(place)]);
      },
  ),
  fc.tuple(at, at, fc.constantFrom(0, 0xff)).map(
    ([from, to, fill]): Change =>
      (signature) =>
        Buffer.from(signature).fill(fill, from % signature.length, to % signature.length),
  ),
  fc.uint8Array({ maxLength: 600 }).map(
    (bytes): Change =>
      () =>
        Buffer.from(bytes),
  ),
);

test('every algorithm is among them', () => assert.equal(pairs.length, 14));

test('we verify exactly what jose verifies, in whichever thread', async () => {
  let verified = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...pairs),
      change,
      fc.boolean(),
      async (pair, changed, isOther) => {
        const { algorithm, signature: original } = pair.good;
        const input = isOther ? inputOf(algorithm, '{"n":2}') : pair.good.input;
        const signature = changed(original);
        // The one difference, which the vectors show: OpenSSL puts back zeros that a PSS signature has lost.
        fc.pre(!algorithm.startsWith('PS') || signature.length >= original.length);
        const ours = isSignedBy(pair.ours, { input, signature });
        assert.equal(await isSignedByElsewhere(pair.ours, { input, signature }), ours);
        const token = `${input.toString()}.${signature.toString('base64url')}`;
        const jose = await compactVerify(token, pair.jose, { algorithms: [algorithm] }).then(
          () => true,
          () => false,
        );
        assert.equal(ours, jose, `${algorithm}: ours ${ours}, jose ${jose}`);
        verified += ours ? 1 : 0;
      },
    ),
    { numRuns: 1_500 },
  );
  assert.ok(verified > 50, `${verified} verified: too few to mean anything`);
});
