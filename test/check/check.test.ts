import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Live } from '../../src/base/live.ts';
import { type Check, checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { secretKey } from '../../src/keys/fixed-keys.ts';
import type { KeysFound } from '../../src/keys/key-store.ts';
import { secretKeysOf } from '../../src/keys/verification-key.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Request } from '../../src/request/request.ts';
import {
  sampleIssuer,
  samplePipeline,
  samplePolicy,
  sampleRequest,
  sampleRequirement,
  sampleToken,
} from '../policy/samples.ts';

/** A check whose policy and clock the test moves. */
function movable(policy: Policy): { check: Check; live: Live<Policy>; clock: { now: number } } {
  const live = new Live(policy);
  const clock = { now: 1_000 };
  const verifier = new Verifier(
    { entries: 100, bytes: 1024 * 1024, pending: 10 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  const check = checkWith({
    policy: live,
    routes: null,
    verifier,
    tokenBytes: 8192,
    headerBytes: 8192,
    now: () => clock.now,
  });
  return { check, live, clock };
}

const bearing = (token: string, changed: Partial<Request> = {}): Request =>
  sampleRequest({ authorization: `Bearer ${token}`, ...changed });

async function reasonOf(check: Check, request: Request | null): Promise<string> {
  return (await check(request, 60_000)).reason;
}

const scoped = (name: string, scope: string) =>
  samplePipeline(name, {
    require: sampleRequirement({ scopes: { all: [scope], any: [], strategy: 'exact' } }),
  });

test('a request that could not be read is refused without a pipeline', () => {
  const { check } = movable(samplePolicy({ fallback: samplePipeline('p', { require: null }) }));
  const decision = check(null, 100);
  assert.ok(!(decision instanceof Promise));
  assert.deepEqual([decision.reason, decision.pipeline], ['request_malformed', null]);
});

describe('a token that was seen before is judged anew', () => {
  const policy = samplePolicy({
    issuers: [sampleIssuer({ leeway: 0 })],
    matches: { 'a.example': { '/a': scoped('a', 'a'), '/b': scoped('b', 'b') } },
  });

  test('at each time', async () => {
    const { check, clock } = movable(policy);
    const request = bearing(sampleToken({ scope: 'a', exp: 2_000, nbf: 500 }), { path: '/a' });
    assert.equal(await reasonOf(check, request), 'verified');
    clock.now = 1_999;
    assert.equal(await reasonOf(check, request), 'verified');
    clock.now = 2_000;
    assert.equal(await reasonOf(check, request), 'token_expired');
    clock.now = 499;
    assert.equal(await reasonOf(check, request), 'token_premature');
  });

  test('for each pipeline', async () => {
    const { check } = movable(policy);
    const token = sampleToken({ scope: 'a' });
    assert.equal(await reasonOf(check, bearing(token, { path: '/a' })), 'verified');
    assert.equal(await reasonOf(check, bearing(token, { path: '/b' })), 'scope_insufficient');
    assert.equal(await reasonOf(check, bearing(token, { path: '/a' })), 'verified');
  });

  test('by each policy', async () => {
    const issuer = sampleIssuer();
    const before = samplePolicy({ issuers: [issuer], fallback: scoped('p', 'a') });
    const { check, live } = movable(before);
    const request = bearing(sampleToken({ scope: 'a' }));
    assert.equal(await reasonOf(check, request), 'verified');
    live.replace(samplePolicy({ issuers: [issuer], fallback: scoped('p', 'b') }));
    assert.equal(await reasonOf(check, request), 'scope_insufficient');
    live.replace(samplePolicy({ issuers: [], fallback: scoped('p', 'a') }));
    assert.equal(await reasonOf(check, request), 'issuer_untrusted');
  });

  test('by each issuer that has its name', async () => {
    const before = samplePolicy({ issuers: [sampleIssuer()], fallback: scoped('p', 'a') });
    const { check, live } = movable(before);
    const request = bearing(sampleToken({ scope: 'a' }));
    assert.equal(await reasonOf(check, request), 'verified');
    const otherKeys = sampleIssuer({ keys: secretKey(Buffer.alloc(32, 'other'), 0) });
    live.replace(samplePolicy({ issuers: [otherKeys], fallback: scoped('p', 'a') }));
    assert.equal(await reasonOf(check, request), 'signature_invalid');
  });

  test('without a promise', async () => {
    const { check } = movable(policy);
    const request = bearing(sampleToken({ scope: 'a' }), { path: '/a' });
    await check(request, 60_000);
    assert.ok(!(check(request, 60_000) instanceof Promise));
  });
});

test('a reload never changes the rules under a check', async () => {
  const { promise, resolve } = Promise.withResolvers<KeysFound>();
  const keys = { ...secretKey(Buffer.alloc(32), 0), find: () => promise };
  const issuers = [sampleIssuer({ keys })];
  const { check, live } = movable(samplePolicy({ issuers, fallback: scoped('before', 'a') }));
  const decision = check(bearing(sampleToken({ scope: 'a' })), 60_000);
  live.replace(samplePolicy({ issuers: [], fallback: scoped('after', 'b') }));
  resolve({ ok: true, keys: secretKeysOf(Buffer.alloc(32, 's')).slice(0, 1) });
  const { reason, pipeline } = await decision;
  assert.deepEqual([reason, pipeline?.name], ['verified', 'before']);
});

test('a refusal says whose token it was only if it verified', async () => {
  const policy = samplePolicy({ issuers: [sampleIssuer()], fallback: scoped('p', 'a') });
  const { check } = movable(policy);
  const verified = await check(bearing(sampleToken()), 60_000);
  assert.equal(verified.reason, 'scope_insufficient');
  assert.equal(verified.principal?.subject, 'client-1');
  const expired = await check(bearing(sampleToken({ exp: 0 })), 60_000);
  assert.equal(expired.reason, 'token_expired');
  assert.equal(expired.principal, null);
  const spoiled = await check(bearing(`${sampleToken()}AA`), 60_000);
  assert.equal(spoiled.principal, null);
});

test('only claims that some pipeline reads are kept', async () => {
  const policy = samplePolicy({
    issuers: [sampleIssuer({ claimNames: new Set(['sub']) })],
    fallback: samplePipeline('p'),
  });
  const { check } = movable(policy);
  const decision = await check(bearing(sampleToken({ email: 'a@b.example' })), 60_000);
  assert.deepEqual(decision.principal?.claims, { sub: 'client-1' });
});
