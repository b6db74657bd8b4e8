import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../../deploy/support/until.ts';
import { JwksDiskCache } from '../../../src/keys/jwks-disk-cache.ts';
import { type Folder, folderWith } from '../../server/folder.ts';
import { type Running, run } from '../../server/running.ts';
import { ORDERS, settings } from '../../server/settings.ts';
import { ISS, makeSigner, type Signer } from '../../server/signer.ts';
import {
  type Behaviour,
  FAULTS,
  type FaultyIssuer,
  json,
  startFaultyIssuer,
} from './faulty-issuer.ts';
import { tell, told } from './recorded-events.ts';

/** What operators see of each fault: /metrics and /readyz of a real server. */

const A = makeSigner('key-a');
const B = makeSigner('key-b');
const ERROR_500 = FAULTS['an error 500'] as Behaviour;
const publishing = (...signers: readonly Signer[]): Behaviour =>
  json({ keys: signers.map(({ jwk }) => jwk) });

describe('what /metrics and /readyz tell of remote keys', () => {
  let issuer: FaultyIssuer;
  let folder: Folder;
  let stack: AsyncDisposableStack;
  before(async () => {
    stack = new AsyncDisposableStack();
    issuer = stack.use(await startFaultyIssuer());
    folder = stack.use(await folderWith({}));
  });
  after(() => stack.disposeAsync());

  /** The configuration with these settings of the issuer and its keys laid over quick ones. */
  function configuration(keys: object = {}, own: object = {}, whole: object = {}): object {
    const jwks = `${issuer.url}/jwks.json`;
    const quick = { jwks, allowHttp: true, refreshAtLeast: '50ms', refreshAtMost: '50ms' };
    return settings({
      issuers: [{ name: 'main', issuer: ISS, keys: { ...quick, ...keys }, ...own }],
      ...whole,
    });
  }

  async function start(keys: object = {}, own: object = {}): Promise<Running> {
    await folder.write('watchword.json', configuration(keys, own));
    return stack.use(await run(folder.at('watchword.json')));
  }

  /** The moment of a set that is kept there, once it is later than this one. */
  function keptAfter(cacheDir: string, moment: number): Promise<number> {
    return until('a kept set', async () => {
      const kept = await new JwksDiskCache(cacheDir).read(ISS);
      if (kept === null || typeof kept === 'string') return undefined;
      return kept.fetchedAt > moment ? kept.fetchedAt : undefined;
    });
  }

  const SELDOM = { refreshAtLeast: '1h', refreshAtMost: '1h' };

  test('an issuer that is down at the start: not ready and why, then ready by itself', async () => {
    issuer.behave(ERROR_500);
    await using server = await start();
    const down = await told(
      server,
      'a failed start',
      ({ fetches }) => fetches['start failure'] === 1,
    );
    assert.equal(down.ready, false);
    assert.match(down.detail, /jwks\.json: it answered 500/);
    assert.deepEqual([down.keys, down.stale, down.lastSuccess], [0, 0, 0]);
    assert.equal(await server.reason({ token: A.token() }), 'keys_unavailable');
    issuer.behave(publishing(A));
    const up = await told(server, 'readiness', ({ ready }) => ready);
    assert.deepEqual([up.keys, up.stale, up.detail], [1, 0, '']);
    assert.ok(Math.abs(up.lastSuccess - Date.now() / 1000) < 10, `${up.lastSuccess}`);
    assert.ok((up.fetches['schedule success'] ?? 0) + (up.fetches['unknown_kid success'] ?? 0) > 0);
    assert.equal(await server.reason({ token: A.token() }), 'verified');
  });

  test('a query, which may hold a secret, stands in no log line, not at /readyz and in no metric', async () => {
    for (const [keys, path] of [
      [{ jwks: `${issuer.url}/jwks.json?key=sekrit` }, '/jwks.json'],
      [{ jwks: undefined, discovery: `${issuer.url}/.well-known/x?key=sekrit` }, '/.well-known/x'],
    ] as const) {
      issuer.behave(json({ jwks_uri: `${issuer.url}/k?key=sekrit` }));
      await using server = await start(keys);
      const down = await told(
        server,
        'a failed start',
        ({ fetches }) => fetches['start failure'] === 1,
      );
      await server.said(
        'there are no keys of the issuer that may be used; its tokens are answered with keys_unavailable',
      );
      const { body } = await server.get('/metrics');
      assert.doesNotMatch(`${down.detail}${JSON.stringify(server.log)}${body}`, /sekrit/);
      assert.ok(
        down.detail.includes(`${issuer.url}${path}: `) || path === '/jwks.json',
        down.detail,
      );
      assert.ok(issuer.asked.includes(`${path}?key=sekrit`), 'it is asked with it');
    }
  });

  test('an issuer that is not required keeps nobody from being ready, and says what is wrong', async () => {
    issuer.behave(ERROR_500);
    await using server = await start({}, { required: false });
    const down = await told(
      server,
      'a failed start',
      ({ fetches }) => fetches['start failure'] === 1,
    );
    assert.equal(down.ready, true);
    assert.match(down.detail, /it answered 500/);
    assert.equal(await server.reason({ token: A.token() }), 'keys_unavailable');
  });

  test('a rotation: the new key by one fetch, the old one gone with what it had verified', async () => {
    issuer.behave(publishing(A));
    await using server = await start(SELDOM);
    await told(server, 'readiness', ({ ready }) => ready);
    const ofA = A.token();
    assert.equal(await server.reason({ token: ofA }), 'verified');
    issuer.behave(publishing(B));
    assert.equal(await server.reason({ token: B.token() }), 'verified', 'its first token');
    const { fetches, keys, stale } = await tell(server);
    assert.deepEqual(fetches, { 'start success': 1, 'unknown_kid success': 1 });
    assert.deepEqual([keys, stale], [1, 0]);
    assert.equal(await server.reason({ token: ofA }), 'key_unknown');
  });

  test('a rotation with a grace: the old key is counted, named as taken back, and used', async () => {
    issuer.behave(publishing(A));
    await using server = await start({ rotationGrace: '1h' });
    await told(server, 'readiness', ({ ready }) => ready);
    issuer.behave(publishing(B));
    const rotated = await told(server, 'two keys', ({ keys }) => keys === 2);
    assert.equal(rotated.ready, true);
    assert.match(rotated.detail, /1 keys that the issuer has taken back are still used/);
    assert.ok((rotated.fetches['schedule success'] ?? 0) > 0);
    for (const signer of [A, B])
      assert.equal(await server.reason({ token: signer.token() }), 'verified');
  });

  for (const fault of ['an error 500', 'no JSON', 'an empty set', 'half a body']) {
    test(`${fault}: stale and still ready, the last success stands still; then it is over`, async () => {
      issuer.behave(publishing(A));
      await using server = await start();
      await told(server, 'readiness', ({ ready }) => ready);
      issuer.behave(FAULTS[fault] as Behaviour);
      const first = await told(server, 'stale keys', ({ stale }) => stale === 1);
      assert.deepEqual([first.ready, first.keys], [true, 1]);
      assert.match(first.detail, /could not be refreshed; the last good ones are used/);
      assert.equal(await server.reason({ token: A.token() }), 'verified');
      assert.equal(await server.reason({ token: B.token() }), 'keys_unavailable');
      const failures = first.fetches['schedule failure'] ?? 0;
      const second = await told(
        server,
        'one more failure',
        ({ fetches }) => (fetches['schedule failure'] ?? 0) > failures,
      );
      assert.equal(second.lastSuccess, first.lastSuccess);
      const warning = await server.said(
        'the keys of the issuer could not be refreshed; the last good ones are used',
      );
      assert.equal(warning['issuer'], 'main');
      issuer.behave(publishing(A));
      const over = await told(server, 'fresh keys', ({ stale }) => stale === 0);
      assert.ok(over.lastSuccess > first.lastSuccess);
      assert.equal(over.detail, '');
    });
  }

  test('an outage longer than maxStale: no keys, not ready, 503 to every token of the issuer', async () => {
    issuer.behave(publishing(A));
    await using server = await start({ maxStale: '300ms' });
    await told(server, 'readiness', ({ ready }) => ready);
    const token = A.token();
    issuer.behave(ERROR_500);
    const over = await told(server, 'the end of the keys', ({ keys }) => keys === 0);
    assert.deepEqual([over.ready, over.stale], [false, 0]);
    assert.match(over.detail, /it answered 500/);
    assert.equal(await server.reason({ token }), 'keys_unavailable');
    issuer.behave(publishing(A));
    await told(server, 'readiness again', ({ ready }) => ready);
    await until('verified tokens', async () =>
      (await server.reason({ token })) === 'verified' ? true : undefined,
    );
  });

  test('a flood of unknown kids: each fetch that was not made has its cause', async () => {
    issuer.behave(publishing(A));
    await using server = await start(SELDOM);
    await told(server, 'readiness', ({ ready }) => ready);
    let number = 0;
    const reasons: string[] = [];
    const flood = async (): Promise<void> => {
      number += 1;
      const stranger = A.token({}, { kid: `unknown-${number}` });
      reasons.push(await server.reason({ token: stranger }));
    };
    await told(
      server,
      'a spent budget',
      ({ suppressed }) => (suppressed['budget'] ?? 0) > 0,
      flood,
    );
    const { fetches, suppressed } = await tell(server);
    assert.equal(fetches['unknown_kid success'], 6);
    const unknown = reasons.filter((reason) => reason === 'key_unknown').length;
    assert.equal(unknown, 6, 'one for each fetch that lacked its key');
    assert.equal(reasons.filter((reason) => reason === 'keys_unavailable').length, number - 6);
    assert.ok((suppressed['cooldown'] ?? 0) > 0, JSON.stringify(suppressed));
    assert.equal(await server.reason({ token: A.token() }), 'verified');
  });

  test('the same unknown kid again: negative_cache', async () => {
    issuer.behave(publishing(A));
    await using server = await start(SELDOM);
    await told(server, 'readiness', ({ ready }) => ready);
    const found = await told(
      server,
      'the negative cache',
      ({ suppressed }) => (suppressed['negative_cache'] ?? 0) > 0,
      () => server.reason({ token: A.token({}, { kid: 'nobody' }) }),
    );
    assert.equal(found.fetches['unknown_kid success'], 1);
  });

  test('an issuer that hangs, asked by more than may wait: waiters', async () => {
    issuer.behave(publishing(A));
    await using server = await start(SELDOM);
    await told(server, 'readiness', ({ ready }) => ready);
    issuer.behave(() => undefined);
    const kids = Array.from({ length: 300 }, (_, number) => `unknown-${number}`);
    const found = await told(
      server,
      'waiters',
      ({ suppressed }) => (suppressed['waiters'] ?? 0) > 0,
      () => Promise.all(kids.map((kid) => server.reason({ token: A.token({}, { kid }) }))),
    );
    assert.equal(found.ready, true);
    assert.equal(await server.reason({ token: A.token() }), 'verified');
  });

  test('kept keys: a start without the issuer is ready and stale, and verifies', async () => {
    const cacheDir = folder.at('kept');
    issuer.behave(publishing(A));
    await using first = await start({ cacheDir });
    await keptAfter(cacheDir, 0);
    await first[Symbol.asyncDispose]();
    issuer.behave(ERROR_500);
    await using second = await start({ cacheDir });
    const kept = await told(
      second,
      'a failed start',
      ({ fetches }) => fetches['start failure'] === 1,
    );
    assert.deepEqual([kept.ready, kept.keys, kept.stale], [true, 1, 1]);
    assert.equal(await second.reason({ token: A.token() }), 'verified');
  });

  test('a set that was confirmed by 304 is kept with its new age', async () => {
    const cacheDir = folder.at('confirmed');
    issuer.behave((request, response) => {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else json({ keys: [A.jwk] }, { etag: '"1"' })(request, response);
    });
    await using server = await start({ cacheDir });
    await told(server, 'readiness', ({ ready }) => ready);
    const first = await keptAfter(cacheDir, 0);
    assert.ok((await keptAfter(cacheDir, first)) > first);
  });

  test('keys of watchword dev-issuer: refused and said so, or allowed and shown', async () => {
    const dev = makeSigner('watchword-dev-1');
    issuer.behave(publishing(dev));
    await using refusing = await start();
    const refused = await told(
      refusing,
      'a refused set',
      ({ fetches }) => fetches['start failure'] === 1,
    );
    assert.equal(refused.ready, false);
    assert.match(refused.detail, /dev-issuer, and the issuer has no allowDevIssuer/);
    await using allowing = await start({}, { allowDevIssuer: true });
    const allowed = await told(allowing, 'readiness', ({ ready }) => ready);
    assert.match(allowed.detail, /keys of watchword dev-issuer are accepted: not for production/);
    assert.equal((await allowing.metrics()).get('watchword_dev_issuers'), 1);
    assert.equal(await allowing.reason({ token: dev.token() }), 'verified');
  });

  test('a reload while the issuer is down keeps the good keys, whatever else it changes', async () => {
    issuer.behave(publishing(A));
    await using server = await start();
    await told(server, 'readiness', ({ ready }) => ready);
    issuer.behave(ERROR_500);
    await told(server, 'stale keys', ({ stale }) => stale === 1);
    const forward = { headers: { 'x-mail': 'email' } };
    const pipelines = [{ ...ORDERS, forward }];
    await folder.write('watchword.json', configuration({}, { leeway: '10s' }, { pipelines }));
    await server.said('the configuration was reloaded');
    const reloaded = await tell(server);
    assert.deepEqual([reloaded.ready, reloaded.keys, reloaded.stale], [true, 1, 1]);
    assert.equal(await server.reason({ token: A.token() }), 'verified');
  });
});
