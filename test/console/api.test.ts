import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import type {
  Configuration,
  Decisions,
  Issuers,
  Pipelines,
  Refusals,
} from '../../src/console/api.ts';
import type { ExplanationForm } from '../../src/explain/explanation-form.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import type { HttpCheck } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner, type Signer } from '../server/signer.ts';
import { ask, type HttpResponse } from '../support/http-client.ts';

const PATHS = [
  'overview',
  'decisions',
  'refusals',
  'pipelines',
  'issuers',
  'gateways',
  'configuration',
];

describe('the API of the console', () => {
  const signer = makeSigner();
  let folder: Folder;
  let running: Running;

  before(async () => {
    const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', console: '127.0.0.1:0' };
    folder = await folderWith({
      'watchword.json': settings({ listen }),
      'jwks.json': { keys: [signer.jwk] },
    });
    running = await run(folder.at('watchword.json'));
  });
  after(async () => {
    await running?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const request = (
    method: string,
    path: string,
    headers: readonly (readonly [string, string])[] = [],
    body?: string,
  ): Promise<HttpResponse> =>
    ask({
      port: running.consolePort ?? 0,
      ...{ method, host: 'localhost:9189', path, headers },
      ...(body === undefined ? {} : { body }),
    });
  const get = async <T>(name: string): Promise<T> =>
    JSON.parse((await request('GET', `/api/${name}`)).body) as T;
  const post = (body: string): Promise<HttpResponse> =>
    request(
      'POST',
      '/api/explain',
      [
        ['x-watchword-console', 'explain'],
        ['content-type', 'application/json'],
      ],
      body,
    );
  const explain = async (asked: object): Promise<ExplanationForm> => {
    const { status, body } = await post(JSON.stringify(asked));
    assert.equal(status, 200, body);
    return JSON.parse(body) as ExplanationForm;
  };
  const everything = async (): Promise<string> => {
    const answers = await Promise.all(PATHS.map((name) => request('GET', `/api/${name}`)));
    const { body: metrics } = await running.get('/metrics');
    return [...answers.map(({ body }) => body), metrics, JSON.stringify(running.log)].join('\n');
  };

  test('says where it listens when it serves, and the page is there', async () => {
    assert.ok((running.consolePort ?? 0) > 0);
    for (const [path, type] of [
      ['/', /^text\/html/],
      ['/page.js', /^text\/javascript/],
      ['/page.css', /^text\/css/],
      ['/icon.svg', /^image\/svg/],
    ] as const) {
      const { status, headers } = await request('GET', path);
      assert.equal(status, 200, path);
      assert.match(headers['content-type'] ?? '', type);
    }
  });

  test('lets nothing be loaded from elsewhere, run inline, framed or kept', async () => {
    for (const path of ['/', '/page.js', '/api/overview', '/nothing']) {
      const { headers } = await request('GET', path);
      const policy = headers['content-security-policy'] ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /trusted-types 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
  });

  test('counts what was decided, and keeps what was refused', async () => {
    assert.equal(await running.reason({ token: signer.token() }), 'verified');
    assert.equal(await running.reason({ path: '/orders/7?key=of-the-client' }), 'token_missing');
    const { series } = await get<Decisions>('decisions');
    const counted = series.map(({ pipeline, reason, total }) => `${pipeline} ${reason} ${total}`);
    assert.ok(counted.includes('orders verified 1'), counted.join());
    assert.ok(counted.includes('orders token_missing 1'), counted.join());
    const { refusals } = await get<Refusals>('refusals');
    const [refusal] = refusals;
    assert.deepEqual(
      [refusal?.reason, refusal?.pipeline, refusal?.path, refusal?.request],
      ['token_missing', 'orders', '/orders/7', 'request-1'],
    );
  });

  test('says where pipelines and issuers were written, and what is known of keys', async () => {
    const { pipelines } = await get<Pipelines>('pipelines');
    assert.deepEqual(
      pipelines.map(({ name }) => name),
      ['orders', 'public'],
    );
    assert.match(pipelines[0]?.place ?? '', /^watchword\.json:1:\d+ pipelines\[0\]$/);
    const { issuers } = await get<Issuers>('issuers');
    const [issuer] = issuers;
    assert.deepEqual([issuer?.usable, issuer?.kids, issuer?.state], [1, ['key-1'], 'fresh']);
    assert.deepEqual([issuer?.nextRefresh, issuer?.error], [null, null]);
  });

  test('says what is wrong with the files while the configuration before them runs', async () => {
    const { hash } = await get<Configuration>('configuration');
    await folder.write('watchword.json', '{ "pipelinez": [] }');
    const wrong = await until('the problems', async () => {
      const configuration = await get<Configuration>('configuration');
      return configuration.problems.length > 0 ? configuration : undefined;
    });
    assert.match(wrong.problems[0] ?? '', /pipelinez/);
    assert.equal(wrong.hash, hash);
    const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', console: '127.0.0.1:0' };
    await folder.write('watchword.json', settings({ listen }));
    await until('no problems', async () => {
      const { problems } = await get<Configuration>('configuration');
      return problems.length === 0 ? true : undefined;
    });
  });

  test('explains a token that passes, and one that does not, with what to change and where', async () => {
    const asked = { url: 'https://orders.example.com/orders/1' };
    const good = await explain({ ...asked, token: `Authorization: Bearer ${signer.token()}\n` });
    assert.deepEqual([good.decision.reason, good.change], ['verified', null]);
    const bad = await explain({ ...asked, token: signer.token({ aud: 'http://billings' }) });
    assert.equal(bad.decision.reason, 'audience_wrong');
    assert.match(
      bad.change ?? '',
      /^Have the client ask .* at watchword\.json:1:\d+ pipelines\[0\]\.require\.audiences\.$/,
    );
    const step = bad.steps.find(({ result }) => result === 'refused');
    assert.match(step?.detail ?? '', /http:\/\/billings.*accepted.*http:\/\/orders/);
  });

  test('leads to the cause of ten refusals: by the list, the metric, the log and explain', async () => {
    const stranger = makeSigner();
    for (const [reason, asked] of tenRefusals(signer, stranger)) {
      const { token, path = '/orders/1', method = 'GET', host = 'orders.example.com' } = asked;
      assert.equal(await running.reason({ ...asked, path: `${path}?by=${reason}` }), reason);
      const { refusals } = await get<Refusals>('refusals');
      assert.deepEqual([refusals[0]?.reason, refusals[0]?.path], [reason, path]);
      const { body: metrics } = await running.get('/metrics');
      assert.match(metrics, new RegExp(`watchword_decisions_total\\{.*reason="${reason}"`));
      assert.ok(running.log.some((line) => line['reason'] === reason && line['path'] === path));
      const url = `https://${host}${path}`;
      const explanation = await explain({ url, method, ...(token === undefined ? {} : { token }) });
      assert.equal(explanation.decision.reason, reason);
      assert.equal(explanation.steps.filter(({ result }) => result === 'refused').length, 1);
      assert.match(explanation.change ?? '', /watchword\.json|Have the client/);
    }
  });

  test('explains as a gateway over HTTP asks', async () => {
    const url = 'https://orders.example.com/orders/1';
    const { decision, answer } = await explain({ url, via: 'nginx', headers: ['x-a: b'] });
    assert.deepEqual([decision.reason, answer.status], ['token_missing', 401]);
  });

  test('answers one clear line where the question is none', async () => {
    for (const [body, says] of [
      ['', 'the body is not JSON'],
      ['{"url":', 'the body is not JSON'],
      ['[]', 'the body is not a JSON object'],
      ['null', 'the body is not a JSON object'],
      ['{}', 'url is missing'],
      ['{"url":7}', /^url has the wrong type/],
      ['{"url":"https://a.example/","headers":"x: y"}', /^headers has the wrong type/],
      ['{"url":"https://a.example/","headers":["x"]}', "header must be 'NAME: VALUE'"],
      ['{"url":"https://a.example/","tokn":"x"}', /^the body has an unknown member/],
      ['{"url":"orders.example.com"}', 'url must be http(s)://HOST/PATH'],
      ['{"url":"https://a.example/","via":"apache"}', /^via apache is not one of grpc, nginx/],
      ['{"url":"https://a.example/","via":"nginx","pipeline":"a b"}', /^pipeline a b is not/],
    ] as const) {
      const { status, body: answered } = await post(body);
      const { error } = JSON.parse(answered) as { error: string };
      assert.equal(status, 400, body);
      if (typeof says === 'string') assert.equal(error, says);
      else assert.match(error, says);
      assert.equal(error.split('\n').length, 1);
    }
  });

  test('answers one clear line to a token of a megabyte, and goes on', async () => {
    const url = 'https://orders.example.com/orders/1';
    const { status, body } = await post(JSON.stringify({ url, token: 'a'.repeat(1 << 20) }));
    assert.equal(status, 413);
    const says = 'the question has more than 139264 bytes; limits.tokenBytes is 8192';
    assert.deepEqual(JSON.parse(body), { error: says });
    const { decision } = await explain({ url, token: `eyJ${'a'.repeat(9_000)}` });
    assert.equal(decision.reason, 'token_oversized');
  });

  test('keeps, logs and counts nothing of what was asked', async () => {
    const secret = signer.token({ sub: 'nobody-else', aud: 'http://billings' });
    const before = await get<Decisions>('decisions');
    const logged = running.log.length;
    const garbage = 'hunter2-is-no-token-at-all';
    for (const token of [secret, garbage]) {
      const explanation = await explain({
        url: 'https://orders.example.com/orders/1?only=asked-here',
        token,
        headers: ['x-only: asked-here'],
      });
      const text = JSON.stringify(explanation);
      for (const part of token.split('.')) assert.ok(!text.includes(part), text);
    }
    const all = await everything();
    for (const part of [...secret.split('.'), garbage, 'nobody-else', 'asked-here'])
      assert.ok(!all.includes(part), part);
    assert.equal(running.log.length, logged);
    const totals = ({ series }: Decisions) => series.map(({ total }) => total);
    assert.deepEqual(totals(await get<Decisions>('decisions')), totals(before));
  });

  test('refuses another host, another origin and a question without the header', async () => {
    const status = async (...asked: Parameters<typeof ask>): Promise<number> =>
      (await ask(...asked)).status;
    const port = running.consolePort ?? 0;
    const base = { port, method: 'GET', path: '/api/refusals' };
    assert.equal(await status({ ...base, host: 'rebound.example', headers: [] }), 421);
    const origin = [['origin', 'https://evil.example']] as const;
    assert.equal(await status({ ...base, host: 'localhost', headers: origin }), 403);
    const type = [['content-type', 'application/json']] as const;
    const explained = { port, method: 'POST', path: '/api/explain', host: 'localhost' };
    assert.equal(await status({ ...explained, headers: type, body: '{}' }), 403);
  });
});

test('without listen.console there is none', async () => {
  await using folder = await folderWith({
    'watchword.json': settings(),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  await using running = await run(folder.at('watchword.json'));
  assert.equal(running.consolePort, null);
});

/** Ten requests that are refused, each for a reason of its own. */
function tenRefusals(signer: Signer, stranger: Signer): readonly (readonly [string, HttpCheck])[] {
  return [
    ['token_missing', {}],
    ['token_malformed', { token: 'opaque' }],
    ['token_expired', { token: signer.token({ exp: 1_700_000_000 }) }],
    ['audience_wrong', { token: signer.token({ aud: 'http://billings' }) }],
    ['issuer_untrusted', { token: signer.token({ iss: 'https://issuer.example' }) }],
    ['scope_insufficient', { token: signer.token({ scope: 'write:orders' }) }],
    ['signature_invalid', { token: stranger.token() }],
    ['key_unknown', { token: signer.token({}, { kid: 'gone' }) }],
    ['pipeline_missing', { path: '/elsewhere' }],
    ['algorithm_refused', { token: signer.token({}, { alg: 'HS256' }) }],
  ];
}
