import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { Verifier, type VerifierLimits } from '../../src/check/verifier.ts';
import type { Verification } from '../../src/check/verify.ts';
import { secretKey } from '../../src/keys/fixed-keys.ts';
import type { KeysFound } from '../../src/keys/key-store.ts';
import type { Issuer } from '../../src/policy/issuer.ts';
import { sampleIssuer, samplePolicy, sampleToken } from '../policy/samples.ts';

const LONG = 60_000;
const NO_KEY: KeysFound = { ok: false, reason: 'keys_unavailable', detail: 'none' };

/** A verifier, and what it told its events. */
function observed(limits: Partial<VerifierLimits> = {}): { verifier: Verifier; told: string[] } {
  const told: string[] = [];
  const verifier = new Verifier(
    { entries: 100, bytes: 1024 * 1024, pending: 10, ...limits },
    {
      lookedUp: (result) => told.push(result),
      verified: (issuer, result) => told.push(`${issuer} ${result}`),
    },
  );
  return { verifier, told };
}

/** Keys that come when the test says so. */
function slowKeys(): { keys: Issuer['keys']; arrive: (found: KeysFound) => void } {
  const { promise, resolve } = Promise.withResolvers<KeysFound>();
  return { keys: { ...secretKey(Buffer.alloc(32), 0), find: () => promise }, arrive: resolve };
}

function reasonOf(verification: Verification): string {
  return verification.ok ? 'verified' : verification.reason;
}

describe('a token is verified once', () => {
  const policy = samplePolicy({ issuers: [sampleIssuer()] });

  test('and found afterwards without a promise', async () => {
    const { verifier, told } = observed();
    const token = sampleToken();
    const first = verifier.verify(token, policy, LONG, []);
    assert.ok(first instanceof Promise);
    const verification = await first;
    assert.equal(reasonOf(verification), 'verified');
    const second = verifier.verify(token, policy, LONG, []);
    assert.ok(!(second instanceof Promise));
    assert.deepEqual(second, verification);
    assert.deepEqual(told, ['miss', 'sample verified', 'hit']);
    assert.equal(verifier.cached, 1);
  });

  test('and found by nothing but its own text, whatever claims were kept with it', async () => {
    const { verifier } = observed();
    const token = sampleToken({ mail: 'a@b.example' });
    await verifier.verify(token, policy, LONG, ['mail']);
    for (const other of [`${token} ["mail"]`, `${token} []`, `["mail"] ${token}`, `${token} `]) {
      const verification = await verifier.verify(other, policy, LONG, []);
      assert.equal(reasonOf(verification), 'token_malformed', JSON.stringify(other.slice(-12)));
    }
    const plain = await verifier.verify(token, policy, LONG, []);
    assert.ok(plain.ok);
    assert.deepEqual(plain.verified.principal.claims, { sub: 'client-1' });
  });

  test('and again and again where it is refused: refusals are not kept', async () => {
    const { verifier, told } = observed();
    const token = `${sampleToken().slice(0, -4)}AAAA`;
    for (const _ of [1, 2])
      assert.equal(reasonOf(await verifier.verify(token, policy, LONG, [])), 'signature_invalid');
    assert.deepEqual(told, [
      'miss',
      'sample signature_invalid',
      'miss',
      'sample signature_invalid',
    ]);
    assert.equal(verifier.cached, 0);
  });

  test('and an issuer that nobody configured is no name for a metric', async () => {
    const { verifier, told } = observed();
    await verifier.verify(sampleToken({ iss: 'https://attacker.example/' }), policy, LONG, []);
    assert.deepEqual(told, ['miss', 'null issuer_untrusted']);
  });
});

describe('a verification has a deadline', () => {
  test('after which it is an error; what comes later is for whoever asks again', async () => {
    const { keys, arrive } = slowKeys();
    const policy = samplePolicy({ issuers: [sampleIssuer({ keys })] });
    const { verifier, told } = observed();
    const token = sampleToken();
    assert.equal(reasonOf(await verifier.verify(token, policy, 5, [])), 'deadline_exceeded');
    arrive({ ok: true, keys: [Buffer.alloc(32, 's')] });
    await until('the late result', () => (verifier.cached === 1 ? true : undefined));
    assert.equal(reasonOf(await verifier.verify(token, policy, LONG, [])), 'verified');
    assert.deepEqual(told, ['miss', 'null deadline_exceeded', 'hit']);
  });

  test('and leaves no timer behind', async () => {
    const { verifier } = observed();
    const policy = samplePolicy({ issuers: [sampleIssuer()] });
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    await verifier.verify(sampleToken(), policy, LONG, []);
    assert.equal(timers(), before);
  });
});

describe('signatures that are checked at once are limited', () => {
  const policy = samplePolicy({ issuers: [sampleIssuer()] });

  test('one more is an error, and those before it are not hurt; a place is free again afterwards', async () => {
    const { verifier } = observed({ pending: 2 });
    const asked = [1, 2, 3].map((n) => verifier.verify(sampleToken({ n }), policy, LONG, []));
    const reasons = (await Promise.all(asked)).map(reasonOf);
    assert.deepEqual(reasons, ['verified', 'verified', 'overloaded']);
    const after = await verifier.verify(sampleToken({ n: 3 }), policy, LONG, []);
    assert.equal(reasonOf(after), 'verified');
  });

  test('a token that waits for the keys of its issuer takes no place from others', async () => {
    const { keys, arrive } = slowKeys();
    const hanging = sampleIssuer({ name: 'hanging', iss: 'https://hanging.example/', keys });
    const both = samplePolicy({ issuers: [sampleIssuer(), hanging] });
    const { verifier } = observed({ pending: 1 });
    const waiting = [1, 2, 3].map((n) =>
      verifier.verify(sampleToken({ iss: hanging.iss, n }), both, LONG, []),
    );
    const healthy = await verifier.verify(sampleToken(), both, LONG, []);
    assert.equal(reasonOf(healthy), 'verified');
    arrive(NO_KEY);
    const reasons = (await Promise.all(waiting)).map(reasonOf);
    assert.deepEqual(reasons, Array(3).fill('keys_unavailable'));
  });

  test('a defect in an issuer takes no place', async () => {
    const keys: Issuer['keys'] = {
      ...secretKey(Buffer.alloc(32), 0),
      find: () => Promise.reject(new Error('a defect')),
    };
    const broken = samplePolicy({ issuers: [sampleIssuer({ keys })] });
    const { verifier } = observed({ pending: 1 });
    for (const n of [1, 2, 3]) {
      await assert.rejects(async () => verifier.verify(sampleToken({ n }), broken, LONG, []), {
        message: 'a defect',
      });
    }
    assert.equal(reasonOf(await verifier.verify(sampleToken(), policy, LONG, [])), 'verified');
  });

  test('a token that was seen before needs no place', async () => {
    const { verifier } = observed({ pending: 1 });
    const token = sampleToken();
    await verifier.verify(token, policy, LONG, []);
    const other = verifier.verify(sampleToken({ n: 1 }), policy, LONG, []);
    const again = verifier.verify(token, policy, LONG, []);
    assert.equal(reasonOf(await again), 'verified');
    assert.equal(reasonOf(await other), 'verified');
  });
});
