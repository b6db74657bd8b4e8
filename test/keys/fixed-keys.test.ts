import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { ALGORITHM_NAMES, isSymmetric } from '../../src/keys/algorithm.ts';
import { fixedKeys, secretKey } from '../../src/keys/fixed-keys.ts';
import { type KeySet, readKeySet } from '../../src/keys/key-set.ts';

const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

async function setOf(kid: string): Promise<KeySet> {
  const wanted = { algorithms: ['EdDSA'], allowDevKeys: true } as const;
  const read = await readKeySet({ keys: [{ ...jwk, kid }] }, wanted);
  assert.ok(read.ok);
  return read.set;
}

test('a secret is a key for symmetric algorithms only, so a public key can never be taken for one', async () => {
  const secret = Buffer.alloc(64, 7);
  const store = secretKey(secret, 0);
  for (const algorithm of ALGORITHM_NAMES) {
    const found = await store.find({ algorithm, kid: null });
    const bound = found.ok ? found.keys.map((key) => `${key.kind} ${key.algorithm}`) : [];
    assert.deepEqual(bound, isSymmetric(algorithm) ? [`secret ${algorithm}`] : []);
  }
});

test('a secret fits a token with any kid, since it has no name', async () => {
  const found = await secretKey(Buffer.alloc(32), 0).find({ algorithm: 'HS256', kid: 'x' });
  assert.equal(found.ok, true);
});

test('keys of a file answer at once and for ever: an unknown kid is the caller’s fault', async () => {
  const store = fixedKeys(await setOf('a'), 5_000, null);
  const known = store.find({ algorithm: 'EdDSA', kid: 'a' });
  assert.ok(!(known instanceof Promise) && known.ok);
  assert.equal(known.keys.length, 1);
  const unknown = store.find({ algorithm: 'EdDSA', kid: 'b' });
  assert.ok(!(unknown instanceof Promise) && !unknown.ok);
  assert.equal(unknown.reason, 'key_unknown');
});

test('the status of keys of a file is what was read', async () => {
  const { keys, fault, lastSuccess, stale, notAfter } = fixedKeys(
    await setOf('a'),
    5_000,
    9_000,
  ).status();
  assert.deepEqual(
    { keys, fault, lastSuccess, stale, notAfter },
    { keys: 1, fault: null, lastSuccess: 5_000, stale: null, notAfter: 9_000 },
  );
});

test('every store has a generation of its own, so that no cached verification outlives its keys', async () => {
  const stores = [
    secretKey(Buffer.alloc(32), 0),
    secretKey(Buffer.alloc(32), 0),
    fixedKeys(await setOf('a'), 0, null),
  ];
  assert.equal(new Set(stores.map(({ generation }) => generation)).size, 3);
});
