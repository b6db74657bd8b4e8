import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sourcesOf } from '../../src/explain/gateway-check.ts';
import {
  CONVENTION_NAMES,
  CONVENTIONS,
  type ConventionName,
} from '../../src/transport/forward-auth/convention.ts';
import { questionFor } from '../conformance/http-cases.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { ORDERS, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { ask } from '../support/http-client.ts';
import { type Ended, runProgram } from './program.ts';

const signer = makeSigner();
const GOOD = signer.token();
const FORWARDS = {
  ...ORDERS,
  forward: { headers: { 'x-auth-subject': 'sub', 'x-auth-mail': 'mail' } },
};
const NAMED = { name: 'named', selectableBy: { context: true }, require: 'none' };

interface Said {
  readonly asked: Readonly<Record<'method' | 'host' | 'target', { from: string; value: string }>>;
  readonly decision: { readonly reason: string; readonly pipeline: string | null };
  readonly answer: {
    readonly status: number;
    readonly headers: readonly { readonly name: string; readonly value: string }[];
    readonly body: string;
    readonly sets?: readonly { readonly name: string }[];
    readonly removes?: readonly string[];
    readonly removal?: string | null;
  };
}

/** What the client sends, and the pipeline that the gateway's configuration names. */
interface Client {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly pipeline?: string;
}

const HOST = 'orders.example.com';
const BEARER = ['authorization', `Bearer ${GOOD}`] as const;
const CLIENTS: Readonly<Record<string, Client>> = {
  'a request that passes': { path: '/orders/1?q=1', headers: [BEARER] },
  'a request without a token': { method: 'DELETE', path: '/orders/1' },
  'a path with several readings': { path: '/public/../orders/1', headers: [BEARER] },
  'two tokens': { path: '/orders/1', headers: [BEARER, BEARER] },
  'a preflight that is refused': {
    method: 'OPTIONS',
    path: '/orders/1',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
    ],
  },
  'a pipeline that the gateway names': { path: '/else', pipeline: 'named' },
  'a pipeline that it may not name': { path: '/else', pipeline: 'orders' },
};

describe('explain --via', () => {
  const stack = new AsyncDisposableStack();
  let folder: Folder;
  let watchword: Running;
  before(async () => {
    const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' };
    folder = stack.use(
      await folderWith({
        'watchword.yaml': settings({ listen, pipelines: [FORWARDS, NAMED] }),
        'jwks.json': { keys: [signer.jwk] },
      }),
    );
    watchword = stack.use(await run(folder.at('watchword.yaml')));
  });
  after(() => stack.disposeAsync());

  const explain = async (via: string, client: Client, ...more: string[]): Promise<Ended> => {
    const { method = 'GET', path, headers = [], pipeline } = client;
    const ended = await runProgram([
      ...['explain', '--config', folder.at('watchword.yaml'), '--via', via],
      ...['--url', `http://${HOST}${path}`, '--method', method, ...more],
      ...headers.flatMap((header) => ['--header', header.join(': ')]),
      ...(pipeline === undefined ? [] : ['--pipeline', pipeline]),
    ]);
    for (const part of GOOD.split('.'))
      assert.ok(
        !`${ended.stdout}${ended.stderr}`.includes(part),
        'no part of the token is printed',
      );
    return ended;
  };
  const json = async (via: string, client: Client): Promise<Said> => {
    const { stdout, stderr } = await explain(via, client, '--json');
    assert.equal(stderr, '');
    return JSON.parse(stdout) as Said;
  };
  /** What the running listener answers to the same check, written by hand for each convention. */
  const listens = (via: ConventionName, client: Client) => {
    const { method = 'GET', path, headers = [], pipeline = '-' } = client;
    const httpCheck = questionFor(via, pipeline, {
      method,
      host: HOST,
      path,
      headers,
      context: {},
      token: '',
    });
    return ask({ port: watchword.httpPort ?? 0, ...httpCheck, body: '' });
  };

  for (const via of CONVENTION_NAMES) {
    test(`${via}: says what the listener answers, to the letter`, async () => {
      const asked = Object.entries(CLIENTS).map(async ([title, client]) => {
        const [{ answer, decision }, listened] = await Promise.all([
          json(via, client),
          listens(via, client),
        ]);
        const { date: _, connection: _c, 'keep-alive': _k, ...headers } = listened.headers;
        const said = Object.fromEntries(answer.headers.map(({ name, value }) => [name, value]));
        assert.deepEqual(said, headers, title);
        assert.deepEqual([answer.status, answer.body], [listened.status, listened.body], title);
        return decision.reason;
      });
      assert.deepEqual(await Promise.all(asked), [
        ...['verified', 'token_missing', 'path_ambiguous', 'token_ambiguous', 'token_missing'],
        ...['anonymous', 'pipeline_forbidden'],
      ]);
    });

    test(`${via}: shows the sources, and what the gateway sets and removes`, async () => {
      const { asked, answer } = await json(via, CLIENTS['a request that passes'] as Client);
      const { source, removal } = CONVENTIONS[via];
      assert.deepEqual(
        [asked.method, asked.host, asked.target].map(({ from }) => from),
        sourcesOf(source),
      );
      assert.equal(asked.method.value, 'GET');
      for (const { value } of [asked.host, asked.target])
        assert.ok(`http://${HOST}/orders/1?q=…`.includes(value), value);
      assert.deepEqual(answer.sets, [{ name: 'x-auth-subject', value: 'client-1' }]);
      assert.ok(answer.removes?.includes('x-auth-mail'), 'not set, so it must not arrive');
      assert.ok(!answer.removes?.includes('x-auth-subject'));
      assert.equal(answer.removal, removal);
    });
  }

  test('what a client sends under the name of a source is replaced, as the recipe does', async () => {
    const forged = [['X-Original-URI', '/else']] as const;
    const { asked } = await json('nginx', { path: '/orders/1', headers: forged });
    assert.deepEqual(asked.target, { from: 'x-original-uri', value: '/orders/1' });
  });

  test('a question that the listener cannot read is said', async () => {
    const args = ['explain', '--config', folder.at('watchword.yaml'), '--via', 'ingress-nginx'];
    const { code, stdout } = await runProgram([...args, '--url', 'http://a\\b/']);
    assert.equal(code, 3);
    assert.match(stdout, /^NO {2}request .*; x-original-url is no http\(s\) URL$/m);
    assert.match(
      stdout,
      /^answers {2}403 to ingress-nginx\n {9}watchword-reason: request_malformed$/m,
    );
  });

  test('no value of the query is shown: a token may look like any other word', async () => {
    for (const via of CONVENTION_NAMES)
      for (const more of [[], ['--json']]) {
        const path = '/orders/1?page=2&access_token=opaque-secret;t=opaque-secret';
        const { stdout, stderr } = await explain(via, { path }, ...more);
        assert.ok(!`${stdout}${stderr}`.includes('opaque-secret'), stdout);
        assert.ok(stdout.includes('/orders/1?page=…&access_token=…;t=…'), stdout);
      }
  });

  test('nor are the cookies that are left where one was a token', async () => {
    const pipeline = {
      ...ORDERS,
      tokenFrom: [{ cookie: 'token' }],
      forward: { token: 'strip' },
    };
    await using strips = await folderWith({
      'watchword.yaml': settings({ pipelines: [pipeline] }),
      'jwks.json': { keys: [signer.jwk] },
    });
    for (const more of [['--via', 'nginx'], ['--via', 'nginx', '--json'], [], ['--json']]) {
      const { code, stdout } = await runProgram([
        ...['explain', '--config', strips.at('watchword.yaml'), ...more],
        ...['--url', `http://${HOST}/orders/1`, '--header', `cookie: sid=secret; token=${GOOD}`],
      ]);
      assert.equal(code, 0, stdout);
      assert.ok(!stdout.includes('secret'), stdout);
      assert.match(stdout, /cookie/);
    }
  });

  test('the text has the question, the steps and the answer', async () => {
    const { code, stdout } = await explain('nginx', CLIENTS['a request that passes'] as Client);
    assert.equal(code, 0);
    const lines = stdout.split('\n');
    assert.deepEqual(lines.slice(0, 5), [
      'asks     GET /auth/nginx/-',
      '         method  x-original-method: GET',
      '         host    host: orders.example.com',
      '         target  x-original-uri: /orders/1?q=…',
      '',
    ]);
    assert.match(stdout, /^answers {2}200 to nginx$/m);
    assert.match(stdout, /^sets {5}x-auth-subject$/m);
    assert.match(stdout, /^removes {2}.*x-auth-mail, also spelled with '_'$/m);
  });
});
