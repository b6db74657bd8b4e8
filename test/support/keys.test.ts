import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, importSPKI, importX509, jwtVerify } from 'jose';
import {
  certificateOf,
  jwksOf,
  makeKey,
  makeSecret,
  type PairAlgorithm,
  raw,
  sign,
  signatureBy,
  wrongSignature,
} from './keys.ts';

const PAIRS: readonly PairAlgorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

for (const alg of PAIRS) {
  test(`a token signed with ${alg} verifies with the key set, the PEM key and the certificate`, async () => {
    const key = makeKey(alg);
    const token = await sign({ sub: 'one' }, { key });
    const certificate = certificateOf(key);
    assert.ok(new X509Certificate(certificate).checkPrivateKey(key.privateKey));
    await jwtVerify(token, createLocalJWKSet({ keys: [...jwksOf(key).keys] }));
    await jwtVerify(token, await importSPKI(key.spki, alg));
    const { payload, protectedHeader } = await jwtVerify(token, await importX509(certificate, alg));
    assert.deepEqual(payload, { sub: 'one' });
    assert.deepEqual(protectedHeader, { alg, kid: key.kid, typ: 'JWT' });
  });

  test(`a text signed by hand with ${alg} verifies, and one with a wrong signature does not`, async () => {
    const key = makeKey(alg, 'one');
    const publicKey = await importSPKI(key.spki, alg);
    const header = `{"alg":"none","alg":"${alg}"}`;
    await jwtVerify(raw(header, '{"sub":"one"}', signatureBy(key)), publicKey);
    for (const signature of [wrongSignature, signatureBy(makeKey(alg)), undefined]) {
      await assert.rejects(jwtVerify(raw(header, '{"sub":"one"}', signature), publicKey));
    }
  });
}

test('a token signed with a secret verifies with the text of the secret', async () => {
  for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
    const key = makeSecret(alg);
    const token = await sign({}, { key, kid: null, typ: null });
    const { protectedHeader } = await jwtVerify(token, Buffer.from(key.secret));
    assert.deepEqual(protectedHeader, { alg });
  }
});

test('no two keys are equal', () => {
  const [one, other] = [makeKey('ES256'), makeKey('ES256')];
  assert.notEqual(one.kid, other.kid);
  assert.notEqual(one.spki, other.spki);
});
