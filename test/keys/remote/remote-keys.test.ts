import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type FetchSettings, openFetcher } from '../../../src/keys/fetch-document.ts';
import { FetchQueue } from '../../../src/keys/fetch-queue.ts';
import { JwksDiskCache } from '../../../src/keys/jwks-disk-cache.ts';
import type { KeyEvents } from '../../../src/keys/key-events.ts';
import { metadataUrls } from '../../../src/keys/key-source.ts';
import type { KeyQuery } from '../../../src/keys/key-store.ts';
import { RemoteKeys } from '../../../src/keys/remote-keys.ts';
import type { RemoteSettings } from '../../../src/keys/remote-settings.ts';
import { certificateFor } from '../../support/certificate.ts';
import { FAULTS, type FaultyIssuer, json, startFaultyIssuer } from './faulty-issuer.ts';

const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});
const A = jwk('a');
const B = jwk('b');
const query = (kid: string | null): KeyQuery => ({ algorithm: 'ES256', kid });

/** What the store told about itself. */
class Story implements KeyEvents {
  readonly fetches: string[] = [];
  readonly suppressions: string[] = [];
  readonly states: string[] = [];
  fetched(result: string, trigger: string): void {
    this.fetches.push(`${trigger} ${result}`);
  }
  changed(): void {}
  suppressed(cause: string): void {
    this.suppressions.push(cause);
  }
  turned(state: string): void {
    this.states.push(state);
  }
}

interface Opened {
  readonly keys: RemoteKeys;
  readonly story: Story;
  /** Moves the store's clock. */
  readonly pass: (ms: number) => void;
}

async function open(
  issuer: FaultyIssuer,
  stack: AsyncDisposableStack,
  settings: Partial<RemoteSettings & FetchSettings & { cacheDir: string }> = {},
): Promise<Opened> {
  const { allowHttp = true, allowOtherOrigin = false, caFile = null, tokenFile = null } = settings;
  const fetcher = stack.use(openFetcher({ allowHttp, allowOtherOrigin, caFile, tokenFile }));
  const story = new Story();
  let ahead = 0;
  const keys = await RemoteKeys.open(
    {
      location: { kind: 'jwks', url: `${issuer.url}/jwks.json` },
      algorithms: ['ES256'],
      allowDevKeys: false,
      // Far away, so that only the fetches that a test asks for happen.
      refreshAtLeast: 3_600_000,
      refreshAtMost: 3_600_000,
      maxStale: 43_200_000,
      grace: 0,
      issuer: 'https://issuer.example/',
      fallback: null,
      ...settings,
    },
    {
      fetcher,
      queue: new FetchQueue({ all: 2, ofOrigin: 2, hold: 60_000 }),
      kept: settings.cacheDir === undefined ? null : new JwksDiskCache(settings.cacheDir),
      before: null,
      now: () => Date.now() + ahead,
    },
    story,
  );
  stack.use(keys);
  return {
    keys,
    story,
    pass: (ms) => {
      ahead += ms;
    },
  };
}

describe('remote keys', () => {
  let issuer: FaultyIssuer;
  const stack = new AsyncDisposableStack();
  before(async () => {
    issuer = await startFaultyIssuer();
    stack.use(issuer);
  });
  after(() => stack.disposeAsync());

  for (const [fault, behaviour] of Object.entries(FAULTS)) {
    test(`${fault} at the start leaves no keys, and the next success brings them`, async () => {
      issuer.behave(behaviour);
      const { keys, story, pass } = await open(issuer, stack);
      await keys.start();
      assert.equal(keys.status().keys, 0);
      assert.notEqual(keys.status().fault, null);
      assert.equal((await keys.find(query('a'))).ok, false);
      issuer.behave(json({ keys: [A] }));
      pass(120_000);
      assert.equal((await keys.find(query('a'))).ok, true);
      assert.deepEqual(story.states, ['expired', 'fresh']);
    });

    test(`${fault} at a refresh keeps the last good keys and is told`, async () => {
      issuer.behave(json({ keys: [A] }));
      const { keys, story, pass } = await open(issuer, stack);
      await keys.start();
      const { generation } = keys;
      issuer.behave(behaviour);
      pass(120_000);
      const unknown = await keys.find(query('b'));
      assert.equal(
        unknown.ok ? 'found' : unknown.reason,
        'keys_unavailable',
        'we cannot know whether b exists',
      );
      assert.equal((await keys.find(query('a'))).ok, true);
      assert.equal(keys.generation, generation, 'what verified stays verified');
      assert.notEqual(keys.status().stale, null);
      assert.deepEqual(story.fetches, ['start success', 'unknown_kid failure']);
      assert.deepEqual(story.states, ['fresh', 'stale']);
    });
  }

  test('an unknown kid is one shared fetch, however many ask', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story, pass } = await open(issuer, stack);
    await keys.start();
    issuer.behave(json({ keys: [A, B] }));
    pass(60_000);
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.find(query('b'))));
    assert.ok(found.every((one) => one.ok));
    assert.deepEqual(story.fetches, ['start success', 'unknown_kid success']);
  });

  test('a kid that the issuer does not have is key_unknown, and is not asked for again', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story, pass } = await open(issuer, stack);
    await keys.start();
    pass(60_000);
    for (let time = 0; time < 3; time += 1) {
      const found = await keys.find(query('nobody'));
      assert.equal(found.ok ? 'found' : found.reason, 'key_unknown');
    }
    assert.deepEqual(story.fetches, ['start success', 'unknown_kid success']);
    assert.deepEqual(story.suppressions, ['negative_cache', 'negative_cache']);
  });

  test('the first token of a new key passes, however recent the last background fetch was', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story } = await open(issuer, stack);
    await keys.start();
    issuer.behave(json({ keys: [A, B] }));
    assert.equal((await keys.find(query('b'))).ok, true);
    assert.deepEqual(story.fetches, ['start success', 'unknown_kid success']);
    assert.deepEqual(story.suppressions, []);
  });

  test('a key that is published while a fetch is under way is found by the next one, which its token waits for', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story, pass } = await open(issuer, stack);
    await keys.start();
    pass(60_000);
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      issuer.behave((_, response) => {
        resolve();
        answer = () => json({ keys: [A] })(_, response);
      });
    });
    const refreshed = keys.start();
    await asked;
    issuer.behave(json({ keys: [A, B] }));
    const found = keys.find(query('b'));
    answer();
    await refreshed;
    assert.equal((await found).ok, true);
    assert.deepEqual(story.fetches, ['start success', 'start success', 'unknown_kid success']);
  });

  test('a new key in a flood that has spent the budget is keys_unavailable, never key_unknown', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story, pass } = await open(issuer, stack);
    await keys.start();
    for (let stranger = 0; stranger < 10; stranger += 1) {
      pass(2_000);
      await keys.find(query(`stranger-${stranger}`));
    }
    assert.ok(story.suppressions.includes('budget'));
    issuer.behave(json({ keys: [A, B] }));
    const found = await keys.find(query('b'));
    assert.ok(!found.ok);
    assert.equal(found.reason, 'keys_unavailable');
    assert.match(
      found.detail,
      /no fetch now: requests have caused 6 in the last minute \(budget\)/,
    );
    const late = await keys.find(query('stranger-9'));
    assert.equal(late.ok ? 'found' : late.reason, 'keys_unavailable', 'no fetch began after it');
    const early = await keys.find(query('stranger-0'));
    assert.equal(early.ok ? 'found' : early.reason, 'key_unknown', 'a later fetch lacked it');
    await keys.start();
    assert.equal((await keys.find(query('b'))).ok, true);
  });

  test('a key that was asked for while a fetch was suppressed is key_unknown once a later one lacked it', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys } = await open(issuer, stack);
    await keys.start();
    await keys.find(query('first'));
    const suppressed = await keys.find(query('second'));
    assert.equal(suppressed.ok ? 'found' : suppressed.reason, 'keys_unavailable');
    await keys.start();
    const told = await keys.find(query('second'));
    assert.equal(told.ok ? 'found' : told.reason, 'key_unknown');
  });

  test('an issuer that hangs holds a check for 150 ms at most', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, pass } = await open(issuer, stack);
    await keys.start();
    issuer.behave(() => undefined);
    pass(60_000);
    const began = performance.now();
    const found = await keys.find(query('b'));
    const took = performance.now() - began;
    assert.equal(found.ok ? 'found' : found.reason, 'keys_unavailable');
    assert.ok(took >= 140 && took < 1_000, `${took} ms`);
    issuer.behave(json({ keys: [A] }));
  });

  test('a flood of random kids costs no more fetches than the budget', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, story, pass } = await open(issuer, stack, { refreshAtLeast: 10_000 });
    await keys.start();
    for (let number = 0; number < 60_000; number += 1) {
      // A minute in 60,000 steps.
      pass(1);
      const found = await keys.find(query(`random-${number}`));
      assert.equal(found.ok, false);
    }
    assert.ok(story.fetches.length <= 12, `${story.fetches.length} fetches`);
    assert.ok(story.suppressions.length > 50_000);
    assert.equal((await keys.find(query('a'))).ok, true);
  });

  test('keys are usable until maxStale is over, then their verifications count for nothing', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, pass } = await open(issuer, stack, { maxStale: 1_000_000 });
    await keys.start();
    const { generation } = keys;
    issuer.behave(FAULTS['an error 500'] as never);
    pass(990_000);
    assert.equal((await keys.find(query('a'))).ok, true);
    assert.equal(keys.generation, generation);
    pass(20_000);
    assert.notEqual(keys.generation, generation);
    const found = await keys.find(query('a'));
    assert.equal(found.ok ? 'found' : found.reason, 'keys_unavailable');
  });

  test('a key that left the set is gone at once by default', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, pass } = await open(issuer, stack);
    await keys.start();
    const { generation } = keys;
    issuer.behave(json({ keys: [B] }));
    pass(60_000);
    assert.equal((await keys.find(query('b'))).ok, true);
    assert.notEqual(keys.generation, generation);
    const found = await keys.find(query('a'));
    assert.equal(found.ok ? 'found' : found.reason, 'key_unknown');
  });

  test('a key that left the set is usable and marked for its grace, and no longer', async () => {
    issuer.behave(json({ keys: [A] }));
    const { keys, pass } = await open(issuer, stack, { grace: 30_000 });
    await keys.start();
    issuer.behave(json({ keys: [B] }));
    pass(60_000);
    assert.equal((await keys.find(query('b'))).ok, true);
    assert.equal((await keys.find(query('a'))).ok, true);
    assert.equal(keys.status().retired, 1);
    const { generation } = keys;
    pass(31_000);
    assert.notEqual(keys.generation, generation);
    assert.equal(keys.status().retired, 0);
    assert.equal((await keys.find(query('a'))).ok, false);
  });

  for (const [coding, encode] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    test(`a set in ${coding} that nobody asked for is read`, async () => {
      issuer.behave((_, response) => {
        response.writeHead(200, { 'content-encoding': coding });
        response.end(encode(JSON.stringify({ keys: [A] })));
      });
      const { keys } = await open(issuer, stack);
      await keys.start();
      assert.equal((await keys.find(query('a'))).ok, true);
    });
  }

  for (const [title, coding, body, says] of [
    [
      'a small body that becomes a large one',
      'gzip',
      gzipSync(Buffer.alloc(10_000_000)),
      /answered more than 524288 bytes/,
    ],
    [
      'a coding that is none',
      'gzip',
      Buffer.from('{"keys":[]}'),
      /does not decode as gzip, its content-encoding/,
    ],
    [
      'an unknown coding',
      'compress',
      Buffer.from('x'),
      /content-encoding "compress", which nobody asked for/,
    ],
  ] as const) {
    test(`${title} is a failed fetch that says so`, async () => {
      issuer.behave((_, response) => {
        response.writeHead(200, { 'content-encoding': coding });
        response.end(body);
      });
      const { keys } = await open(issuer, stack);
      await keys.start();
      assert.match(keys.status().fault ?? '', says);
    });
  }

  test('what of a set is not used is told with its kid and why', async () => {
    issuer.behave(json({ keys: [A, null, { ...B, use: 'enc' }] }));
    const { keys, pass } = await open(issuer, stack);
    await keys.start();
    const unused = ['keys[1]: it is null, not a key', 'keys[2] (kid "b"): use is \'enc\''];
    assert.deepEqual(keys.status().unused, unused);
    pass(60_000);
    const found = await keys.find(query('b'));
    assert.ok(!found.ok);
    assert.match(
      found.detail,
      /no ES256 key with kid "b".*kids there: "a"; not used: keys\[1\].*use is 'enc'/,
    );
  });

  test('an unchanged set is asked for by its ETag and keeps the generation', async () => {
    let conditional = 0;
    issuer.behave((request, response) => {
      if (request.headers['if-none-match'] === '"1"') {
        conditional += 1;
        response.writeHead(304).end();
      } else json({ keys: [A] }, { etag: '"1"' })(request, response);
    });
    const { keys, pass } = await open(issuer, stack);
    await keys.start();
    const { generation } = keys;
    pass(60_000);
    const found = await keys.find(query('b'));
    assert.equal(found.ok ? 'found' : found.reason, 'key_unknown');
    assert.equal(conditional, 1);
    assert.equal(keys.generation, generation);
  });

  test('a redirect within the origin is followed, one to another origin only where that is allowed', async () => {
    const other = stack.use(await startFaultyIssuer());
    other.behave(json({ keys: [B] }));
    issuer.behave((request, response) => {
      if (request.url === '/jwks.json') response.writeHead(302, { location: '/moved' }).end();
      else json({ keys: [A] })(request, response);
    });
    const within = await open(issuer, stack);
    await within.keys.start();
    assert.equal(within.keys.status().keys, 1);
    issuer.behave((_, response) =>
      response.writeHead(307, { location: `${other.url}/jwks.json` }).end(),
    );
    const refused = await open(issuer, stack);
    await refused.keys.start();
    assert.match(refused.keys.status().fault ?? '', /another origin/);
    const allowed = await open(issuer, stack, { allowOtherOrigin: true });
    await allowed.keys.start();
    assert.equal((await allowed.keys.find(query('b'))).ok, true);
  });

  test('the last good set is kept for its owner alone and survives a restart without the issuer', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'watchword-kept-'));
    stack.defer(() => rm(cacheDir, { recursive: true }));
    issuer.behave(json({ keys: [A] }));
    const first = await open(issuer, stack, { cacheDir });
    await first.keys.start();
    const [file = ''] = await readdir(cacheDir);
    assert.equal((await stat(join(cacheDir, file))).mode & 0o777, 0o600);
    issuer.behave(FAULTS['an error 500'] as never);
    const second = await open(issuer, stack, { cacheDir });
    await second.keys.start();
    assert.equal((await second.keys.find(query('a'))).ok, true);
    assert.deepEqual(
      second.story.states,
      ['stale'],
      'kept keys are stale until the issuer answers',
    );
    const old = await open(issuer, stack, { cacheDir, maxStale: 1 });
    old.pass(1_000);
    await old.keys.start();
    assert.equal(old.keys.status().keys, 0, 'kept keys have their age');
    await chmod(join(cacheDir, file), 0o666);
    const third = await open(issuer, stack, { cacheDir });
    await third.keys.start();
    assert.equal(third.keys.status().keys, 0, 'a file that others can write is not read');
    assert.match(
      third.keys.status().unused.join(),
      /can be written by others \(mode 0666\); it is not used/,
    );
    await writeFile(join(cacheDir, file), 'garbage');
    await chmod(join(cacheDir, file), 0o600);
    const fourth = await open(issuer, stack, { cacheDir });
    await fourth.keys.start();
    assert.equal(fourth.keys.status().keys, 0, 'a file that does not parse is not read');
  });

  test('the fallback serves until the issuer has answered once', async () => {
    issuer.behave(FAULTS['an error 500'] as never);
    const { keys, pass } = await open(issuer, stack, { fallback: { keys: [A] } });
    await keys.start();
    assert.equal((await keys.find(query('a'))).ok, true);
    issuer.behave(json({ keys: [B] }));
    pass(120_000);
    assert.equal((await keys.find(query('b'))).ok, true);
    assert.equal((await keys.find(query('a'))).ok, false);
  });
});

describe('discovery', () => {
  let issuer: FaultyIssuer;
  const stack = new AsyncDisposableStack();
  const at = (name: string) => ({
    kind: 'discovery' as const,
    issuer: name,
    urls: metadataUrls(issuer.url),
    allowHttp: true,
    allowOtherOrigin: false,
  });
  before(async () => {
    issuer = await startFaultyIssuer();
    stack.use(issuer);
  });
  after(() => stack.disposeAsync());

  const serving = (documents: Readonly<Record<string, unknown>>): void =>
    issuer.behave((request, response) => {
      const document = documents[request.url ?? ''];
      if (document === undefined) response.writeHead(404).end();
      else json(document)(request, response);
    });

  test('the metadata is looked for at both standard places', () => {
    assert.deepEqual(metadataUrls('https://id.example/tenant/'), [
      'https://id.example/tenant/.well-known/openid-configuration',
      'https://id.example/.well-known/oauth-authorization-server/tenant',
    ]);
  });

  for (const place of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
  ]) {
    test(`keys are found by ${place}`, async () => {
      serving({
        [place]: { issuer: 'https://id.example/', jwks_uri: `${issuer.url}/k` },
        '/k': { keys: [A] },
      });
      const { keys } = await open(issuer, stack, { location: at('https://id.example/') });
      await keys.start();
      assert.equal((await keys.find(query('a'))).ok, true);
    });
  }

  test('a document that names another issuer is refused', async () => {
    serving({
      '/.well-known/openid-configuration': {
        issuer: 'https://evil.example/',
        jwks_uri: `${issuer.url}/k`,
      },
      '/k': { keys: [A] },
    });
    const { keys } = await open(issuer, stack, { location: at('https://id.example/') });
    await keys.start();
    assert.match(keys.status().fault ?? '', /names another issuer/);
    assert.ok(!issuer.asked.slice(-1).includes('/k'));
  });

  test('a changed jwks_uri is followed', async () => {
    const place = '/.well-known/openid-configuration';
    serving({
      [place]: { issuer: 'https://id.example/', jwks_uri: `${issuer.url}/k` },
      '/k': { keys: [A] },
    });
    const { keys, pass } = await open(issuer, stack, { location: at('https://id.example/') });
    await keys.start();
    serving({
      [place]: { issuer: 'https://id.example/', jwks_uri: `${issuer.url}/k2` },
      '/k2': { keys: [B] },
    });
    pass(400_000);
    assert.equal((await keys.find(query('b'))).ok, true);
  });

  test('a jwks_uri of another origin is refused unless redirects are allowed, and the message says what to write', async () => {
    const other = stack.use(await startFaultyIssuer());
    other.behave(json({ keys: [A] }));
    serving({
      '/.well-known/openid-configuration': {
        issuer: 'https://id.example/',
        jwks_uri: `${other.url}/oauth2/v3/certs?secret=1`,
      },
    });
    const refused = await open(issuer, stack, { location: at('https://id.example/') });
    await refused.keys.start();
    const fault = refused.keys.status().fault ?? '';
    assert.match(fault, /jwks_uri is of another origin than the metadata: http:\/\/127/);
    assert.match(fault, /certs; write keys.jwks with this URL .* or keys.allowRedirects: true/);
    assert.deepEqual(other.asked, []);
    const location = { ...at('https://id.example/'), allowOtherOrigin: true };
    const allowed = await open(issuer, stack, { location });
    await allowed.keys.start();
    assert.equal((await allowed.keys.find(query('a'))).ok, true);
  });

  for (const [title, document, says] of [
    [
      'a slash less',
      { issuer: 'https://id.example' },
      /names "https:\/\/id.example", the configuration "https:\/\/id.example\/" \(the configuration has a slash more/,
    ],
    ['http', { issuer: 'http://id.example/' }, /\(http and https\)/],
    ['other letters', { issuer: 'https://ID.example/' }, /\(they differ by letter case\)/],
    [
      'another name',
      { issuer: 'https://sso.example/' },
      /names "https:\/\/sso.example\/", the configuration "https:\/\/id.example\/"; write under issuer/,
    ],
    ['none', { jwks_uri: 'https://id.example/k' }, /names no issuer: it is no metadata/],
    [
      'a JWK Set in its place',
      { keys: [A] },
      /is a JWK Set, not metadata: name its URL under keys.jwks/,
    ],
    ['no jwks_uri', { issuer: 'https://id.example/' }, /slash|has no jwks_uri/],
  ] as const) {
    test(`metadata with ${title} for its issuer says what differs`, async () => {
      serving({ '/.well-known/openid-configuration': document });
      const { keys } = await open(issuer, stack, { location: at('https://id.example/') });
      await keys.start();
      assert.match(keys.status().fault ?? '', says);
    });
  }

  test('metadata at no place says both that were asked', async () => {
    serving({});
    const { keys } = await open(issuer, stack, { location: at('https://id.example/') });
    await keys.start();
    assert.match(
      keys.status().fault ?? '',
      /openid-configuration: it answered 404; .*oauth-authorization-server: it answered 404/,
    );
  });

  test('a jwks_uri without TLS is refused where http is not allowed', async () => {
    serving({
      '/.well-known/openid-configuration': {
        issuer: 'https://id.example/',
        jwks_uri: 'http://id.example/k',
      },
    });
    const location = { ...at('https://id.example/'), allowHttp: false };
    const { keys } = await open(issuer, stack, { location });
    await keys.start();
    assert.match(keys.status().fault ?? '', /not https/);
  });
});

describe('TLS to the issuer', () => {
  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  test('a certificate of the wrong name is refused, whoever signed it', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const cert = certificateFor(pair, 'somebody.example');
    const folder = await mkdtemp(join(tmpdir(), 'watchword-ca-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, cert);
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const issuer = stack.use(await startFaultyIssuer({ cert, key }));
    issuer.behave(json({ keys: [A] }));
    const trusted = await open(issuer, stack, { caFile, allowHttp: false });
    await trusted.keys.start();
    assert.match(trusted.keys.status().fault ?? '', /ERR_TLS_CERT_ALTNAME_INVALID/);
    const untrusted = await open(issuer, stack, { allowHttp: false });
    await untrusted.keys.start();
    assert.match(untrusted.keys.status().fault ?? '', /SELF_SIGNED/);
    assert.deepEqual(issuer.asked, []);
  });
});
