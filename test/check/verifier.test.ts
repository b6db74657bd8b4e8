import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../../deploy/support/until.ts';
import { Verifier, type VerifierLimits } from '../../src/check/verifier.ts';
import type { Verification } from '../../src/check/verify.ts';
import { secretKey } from '../../src/keys/fixed-keys.ts';
import type { KeysFound } from '../../src/keys/key-store.ts';
import { publicKeyFor, secretKeysOf } from '../../src/keys/verification-key.ts';
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
    const verification = await verifier.verify(token, policy, LONG, []);
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
    arrive({ ok: true, keys: secretKeysOf(Buffer.alloc(32, 's')).slice(0, 1) });
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

describe('a signature', () => {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const found: KeysFound = { ok: true, keys: [publicKeyFor('ES512', publicKey)] };
  /** An issuer whose signatures take long. */
  const slow = (name: string): Issuer =>
    sampleIssuer({
      ...{ name, iss: `https://${name}.example/`, algorithms: new Set(['ES512']) },
      keys: { ...secretKey(Buffer.alloc(32), 0), find: () => found },
    });
  const slowToken = (name: string, n: number): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: `https://${name}.example/`, exp: 4_102_444_800, n };
    const input = `${part({ alg: 'ES512' })}.${part(claims)}`;
    const signature = sign('sha512', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  const policy = samplePolicy({ issuers: [sampleIssuer(), slow('slow'), slow('other')] });

  test('that is short is checked at once, without a promise, and remembered', () => {
    const { verifier, told } = observed({ pending: 0 });
    const token = sampleToken();
    const verification = verifier.verify(token, policy, LONG, []);
    assert.ok(!(verification instanceof Promise));
    assert.equal(reasonOf(verification), 'verified');
    assert.deepEqual(verifier.verify(token, policy, LONG, []), verification);
    assert.deepEqual(told, ['miss', 'sample verified', 'hit']);
  });

  test('that is refused at once needs no promise either', () => {
    const { verifier } = observed({ pending: 0 });
    const verification = verifier.verify(`${sampleToken().slice(0, -4)}AAAA`, policy, LONG, []);
    assert.ok(!(verification instanceof Promise));
    assert.equal(reasonOf(verification), 'signature_invalid');
  });

  test('that takes long is checked elsewhere: of a flood of them none is done before a short one', async () => {
    const { verifier, told } = observed({ pending: 1_000 });
    const flood = Array.from({ length: 200 }, (_, n) =>
      verifier.verify(slowToken('slow', n), policy, LONG, []),
    );
    assert.ok(flood.every((one) => one instanceof Promise));
    const short = verifier.verify(sampleToken(), policy, LONG, []);
    assert.ok(!(short instanceof Promise));
    assert.equal(told.filter((one) => one === 'slow verified').length, 0);
    const other = await verifier.verify(slowToken('other', 0), policy, LONG, []);
    assert.equal(reasonOf(other), 'verified');
    const before = told.filter((one) => one === 'slow verified').length;
    assert.ok(before <= 10, `${before} of the flood before the one of another issuer`);
    for (const one of await Promise.all(flood)) assert.equal(reasonOf(one), 'verified');
  });

  for (const [algorithm, pair] of [
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 4096 })],
  ] as const) {
    test(`by ${algorithm} is checked at once while it is one of a few, and a flood of them elsewhere`, async () => {
      const bound = publicKeyFor(algorithm, pair.publicKey);
      const keys = {
        ...secretKey(Buffer.alloc(32), 0),
        find: () => ({ ok: true, keys: [bound] }) as const,
      };
      const issuers = [sampleIssuer({ algorithms: new Set([algorithm]), keys })];
      const { verifier } = observed({ pending: 1_000 });
      const ask = () => {
        const header = Buffer.from(JSON.stringify({ alg: algorithm })).toString('base64url');
        const wrong = Buffer.alloc(bound.signatureBytes, 1).toString('base64url');
        const token = `${header}.${sampleToken().split('.')[1]}.${wrong}`;
        return verifier.verify(token, samplePolicy({ issuers }), LONG, []);
      };
      const flood = Array.from({ length: 100 }, ask);
      const here = flood.filter((one) => !(one instanceof Promise)).length;
      assert.ok(here >= 1 && here <= 8, `${here} in one turn`);
      for (const one of await Promise.all(flood)) assert.equal(reasonOf(one), 'signature_invalid');
      await turn();
      assert.ok(!(ask() instanceof Promise), 'and at once again in a later turn');
    });
  }

  test('that takes long is one of a limited number; a place is free again afterwards', async () => {
    const { verifier } = observed({ pending: 2 });
    const ask = (n: number) => verifier.verify(slowToken('slow', n), policy, LONG, []);
    const reasons = (await Promise.all([1, 2, 3].map(ask))).map(reasonOf);
    assert.deepEqual(reasons, ['verified', 'verified', 'overloaded']);
    assert.equal(reasonOf(await ask(3)), 'verified');
  });

  test('that takes long and is wrong is refused, and so is one by many keys', async () => {
    const { verifier } = observed();
    const token = `${slowToken('slow', 0).slice(0, -4)}AAAA`;
    const refused = await verifier.verify(token, policy, LONG, []);
    assert.equal(reasonOf(refused), 'signature_invalid');
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const many = Array.from({ length: 32 }, () => publicKeyFor('RS256', rsa));
    const keys = {
      ...secretKey(Buffer.alloc(32), 0),
      find: () => ({ ok: true, keys: many }) as const,
    };
    const issuers = [sampleIssuer({ algorithms: new Set(['RS256']), keys })];
    const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
    const forged = `${header}.${sampleToken().split('.')[1]}.${'A'.repeat(342)}`;
    const tried = verifier.verify(forged, samplePolicy({ issuers }), LONG, []);
    assert.ok(tried instanceof Promise, 'keys that are short each are long together');
    assert.equal(reasonOf(await tried), 'signature_invalid');
  });

  test('of a token that waits for the keys of its issuer takes no place from others', async () => {
    const { keys, arrive } = slowKeys();
    const hanging = sampleIssuer({ name: 'hanging', iss: 'https://hanging.example/', keys });
    const both = samplePolicy({ issuers: [slow('slow'), hanging] });
    const { verifier } = observed({ pending: 1 });
    const waiting = [1, 2, 3].map((n) =>
      verifier.verify(sampleToken({ iss: hanging.iss, n }), both, LONG, []),
    );
    const healthy = await verifier.verify(slowToken('slow', 0), both, LONG, []);
    assert.equal(reasonOf(healthy), 'verified');
    arrive(NO_KEY);
    const reasons = (await Promise.all(waiting)).map(reasonOf);
    assert.deepEqual(reasons, Array(3).fill('keys_unavailable'));
  });

  test('takes no place where its issuer has a defect', async () => {
    const keys: Issuer['keys'] = {
      ...secretKey(Buffer.alloc(32), 0),
      find: () => Promise.reject(new Error('a defect')),
    };
    const issuers = [sampleIssuer({ keys }), slow('slow')];
    const broken = samplePolicy({ issuers });
    const { verifier } = observed({ pending: 1 });
    for (const n of [1, 2, 3]) {
      await assert.rejects(async () => verifier.verify(sampleToken({ n }), broken, LONG, []), {
        message: 'a defect',
      });
    }
    const healthy = await verifier.verify(slowToken('slow', 0), broken, LONG, []);
    assert.equal(reasonOf(healthy), 'verified');
  });

  test('of a token that was seen before needs no place', async () => {
    const { verifier } = observed({ pending: 1 });
    const token = slowToken('slow', 0);
    await verifier.verify(token, policy, LONG, []);
    const other = verifier.verify(slowToken('slow', 1), policy, LONG, []);
    assert.ok(other instanceof Promise);
    const again = verifier.verify(token, policy, LONG, []);
    assert.ok(!(again instanceof Promise));
    assert.equal(reasonOf(again), 'verified');
    assert.equal(reasonOf(await other), 'verified');
  });
});
