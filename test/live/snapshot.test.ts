import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import type { KeysFound } from '../../src/keys/key-store.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { LiveConfig } from '../../src/live/live-config.ts';
import type { Issuer } from '../../src/policy/issuer.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Request } from '../../src/request/request.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';

const signer = makeSigner();

/** A live configuration in a folder, and the results of its reloads. */
async function open(folder: Folder) {
  const reloads: string[] = [];
  const live = await LiveConfig.open(
    folder.at('watchword.yaml'),
    new IssuerPool(() => silentKeyEvents),
    {
      reloaded: () => void reloads.push('taken'),
      refused: (problems) => void reloads.push(problems.join('\n')),
    },
  );
  let seen = 0;
  return {
    live,
    /** Changes a file and gives the result of the reload that follows. */
    change: async (name: string, content: unknown): Promise<string> => {
      await folder.write(name, content);
      const result = await until('a reload', () => reloads[seen]);
      seen += 1;
      return result;
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

const files = () => ({ 'watchword.yaml': settings(), 'jwks.json': { keys: [signer.jwk] } });
const issuerOf = ({ current }: Live<Policy>): Issuer => {
  const issuer = current.issuers.get(ISS);
  assert.ok(issuer !== undefined);
  return issuer;
};

const verifier = (lookedUp: (result: 'hit' | 'miss') => void = () => undefined) =>
  new Verifier(
    { entries: 10, bytes: 1_000_000, pending: 10 },
    { lookedUp, verified: () => undefined },
  );

const httpCheck = (token: string): Request => ({
  method: 'GET',
  host: 'orders.example.com',
  path: '/orders/1',
  authorization: `Bearer ${token}`,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: null,
  id: '',
});

const gate = (policy: Live<Policy>, tokens: Verifier) =>
  checkWith({
    policy,
    routes: null,
    verifier: tokens,
    tokenBytes: 8192,
    headerBytes: 8192,
    now: () => Date.now() / 1000,
  });

describe('a reload replaces the policy as a whole', () => {
  test('whoever holds the old policy keeps it', async () => {
    await using folder = await folderWith(files());
    await using opened = await open(folder);
    const { policy } = opened.live;
    const old = policy.current;
    assert.equal(await opened.change('watchword.yaml', settings({ pipelines: [ORDERS] })), 'taken');
    assert.notEqual(policy.current, old);
    assert.deepEqual([...old.pipelines.keys()], ['orders', 'public']);
    assert.deepEqual([...policy.current.pipelines.keys()], ['orders']);
  });

  test('a listener hears of each reload that is taken, when all is new, until it wants no more', async () => {
    await using folder = await folderWith(files());
    await using opened = await open(folder);
    const { live } = opened;
    const heard: unknown[] = [];
    const listening = live.onReload(() =>
      heard.push([live.config.pipelines.length, live.policy.current.pipelines.size]),
    );
    await opened.change('watchword.yaml', settings({ pipelines: [ORDERS] }));
    await opened.change('watchword.yaml', 'a: 1');
    assert.deepEqual(heard, [[1, 1]]);
    listening[Symbol.dispose]();
    await opened.change('watchword.yaml', settings());
    assert.deepEqual(heard, [[1, 1]]);
  });

  test('a check under way finishes on the policy that it began with', async () => {
    await using folder = await folderWith(files());
    await using opened = await open(folder);
    const current = opened.live.policy.current;
    const issuer = issuerOf(opened.live.policy);
    const { promise, resolve } = Promise.withResolvers<KeysFound>();
    const keys = { ...issuer.keys, find: () => promise };
    const held: Policy = { ...current, issuers: new Map([[ISS, { ...issuer, keys }]]) };
    const live = new Live(held);
    const decision = gate(live, verifier())(httpCheck(signer.token()), 5_000);
    assert.ok(decision instanceof Promise, 'it waits for its key');

    live.replace({ ...current, pipelines: new Map(), issuers: new Map(), fallback: null });
    resolve(await issuer.keys.find({ algorithm: 'ES256', kid: 'key-1' }));
    const { reason, pipeline } = await decision;
    assert.equal(reason, 'verified');
    assert.equal(pipeline, held.pipelines.get('orders'), 'the pipeline of the old policy');
    const next = await gate(live, verifier())(httpCheck(signer.token()), 5_000);
    assert.equal(next.reason, 'issuer_untrusted', 'the next check sees the new policy');
  });

  test('a wrong file replaces nothing', async () => {
    await using folder = await folderWith(files());
    await using opened = await open(folder);
    const { live } = opened;
    const { current } = live.policy;
    const before = live.lastSuccess;
    assert.match(await opened.change('watchword.yaml', { pipelnes: [] }), /unknown setting/);
    assert.equal(live.policy.current, current);
    assert.equal(live.lastSuccess, before);
    assert.equal(live.problems.length, 1);
    assert.equal(
      await opened.change('watchword.yaml', settings({ issuers: [], pipelines: [] })),
      'taken',
    );
    assert.deepEqual(live.problems, []);
  });
});

describe('what was verified before a reload', () => {
  const TOKEN = signer.token({ tenant: 'acme' });

  /** Verifies a token, reloads, and tells whether the issuer object and the cached verification outlive it. */
  async function across(change: readonly [file: string, content: unknown]) {
    await using folder = await folderWith(files());
    await using opened = await open(folder);
    const { policy } = opened.live;
    const lookups: string[] = [];
    const check = gate(
      policy,
      verifier((result) => lookups.push(result)),
    );
    const before = issuerOf(policy);
    assert.equal((await check(httpCheck(TOKEN), 5_000)).reason, 'verified');
    await check(httpCheck(TOKEN), 5_000);
    assert.deepEqual(lookups, ['miss', 'hit'], 'it is cached');
    assert.equal(await opened.change(...change), 'taken');
    const decision = await check(httpCheck(TOKEN), 5_000);
    return {
      sameIssuer: issuerOf(policy) === before,
      cached: lookups.at(-1) === 'hit',
      decision,
    };
  }

  test('counts where the issuer is unchanged', async () => {
    const changed = await across([
      'watchword.yaml',
      settings({ pipelines: [ORDERS, { ...PUBLIC, name: 'x' }] }),
    ]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [true, true]);
    assert.equal(changed.decision.reason, 'verified');
  });

  test('is judged by the new rules all the same', async () => {
    const strict = { ...ORDERS, require: { ...ORDERS.require, scopes: { all: ['admin'] } } };
    const changed = await across(['watchword.yaml', settings({ pipelines: [strict] })]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [true, true]);
    assert.equal(changed.decision.reason, 'scope_insufficient');
  });

  test('does not count where the key file changed, although the key is in it still', async () => {
    const changed = await across(['jwks.json', { keys: [signer.jwk, makeSigner('key-2').jwk] }]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [false, false]);
    assert.equal(changed.decision.reason, 'verified');
  });

  test('does not count where its key is gone', async () => {
    const changed = await across(['jwks.json', { keys: [makeSigner('key-2').jwk] }]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [false, false]);
    assert.equal(changed.decision.reason, 'key_unknown');
  });

  test('does not count where a setting of the issuer changed', async () => {
    const keys = { file: 'jwks.json' };
    const issuers = [{ name: 'main', issuer: ISS, types: ['at+jwt'], keys }];
    const changed = await across(['watchword.yaml', settings({ issuers })]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [false, false]);
    assert.equal(changed.decision.reason, 'type_wrong');
  });

  test('does not count where a pipeline now reads another claim', async () => {
    const forwards = { ...ORDERS, forward: { headers: { 'x-tenant': 'tenant' } } };
    const changed = await across(['watchword.yaml', settings({ pipelines: [forwards] })]);
    assert.deepEqual([changed.sameIssuer, changed.cached], [false, false]);
    const { decision } = changed;
    assert.deepEqual(decision.outcome === 'allow' && decision.identity, [
      { name: 'x-tenant', value: 'acme' },
    ]);
  });
});
