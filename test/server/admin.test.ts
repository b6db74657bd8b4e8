import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { ask } from '../support/http-client.ts';
import { folderWith } from './folder.ts';
import { startIssuer } from './issuer.ts';
import { type Running, run } from './running.ts';
import { settings } from './settings.ts';
import { ISS, makeSigner } from './signer.ts';

interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly detail?: string;
  }[];
}

async function readiness(watchword: Running): Promise<readonly [status: number, Readiness]> {
  const { status, body } = await watchword.get('/readyz');
  return [status, JSON.parse(body) as Readiness];
}

describe('the admin listener', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  before(async () => {
    const files = { 'watchword.yaml': settings(), 'jwks.json': { keys: [makeSigner().jwk] } };
    const folder = stack.use(await folderWith(files));
    watchword = stack.use(await run(folder.at('watchword.yaml')));
  });
  after(() => stack.disposeAsync());

  const send = (method: string, path: string) =>
    ask({ port: watchword.adminPort, method, host: 'admin', path, headers: [] });

  test('/healthz says that the process is alive', async () => {
    const { status, body } = await send('GET', '/healthz');
    assert.deepEqual([status, body], [200, 'ok\n']);
  });

  test('/readyz names each thing that was looked at', async () => {
    const [status, { ready, checks }] = await readiness(watchword);
    assert.equal(status, 200);
    assert.equal(ready, true);
    assert.deepEqual(checks, [
      { name: 'configuration', ready: true },
      { name: 'issuer main', ready: true },
    ]);
  });

  test('/metrics is OpenMetrics where that is asked for', async () => {
    const { status, headers, body } = await ask({
      ...{ port: watchword.adminPort, method: 'GET', host: 'admin', path: '/metrics' },
      headers: [['accept', 'application/openmetrics-text; version=1.0.0']],
    });
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
    assert.ok(body.endsWith('\n# EOF\n'));
  });

  test('/metrics is the Prometheus text format, a query or not', async () => {
    for (const path of ['/metrics', '/metrics?a=b']) {
      const { status, headers, body } = await send('GET', path);
      assert.equal(status, 200);
      assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
      assert.match(body, /^# HELP watchword_decisions_total /m);
    }
  });

  for (const path of [
    '/',
    '/metrics/',
    '/Metrics',
    '//metrics',
    '/config',
    '/debug/pprof',
    '/%6detrics',
  ]) {
    test(`${path} is 404`, async () => {
      const { status, body } = await send('GET', path);
      assert.deepEqual([status, body], [404, 'here are /metrics, /healthz and /readyz\n']);
    });
  }

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    test(`${method} is 405 and says what is allowed`, async () => {
      for (const path of ['/metrics', '/healthz', '/nothing']) {
        const { status, headers } = await send(method, path);
        assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD'], path);
      }
    });
  }

  test('HEAD has the headers of GET and no body', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      const { status, headers, body } = await send('HEAD', path);
      assert.deepEqual([status, body], [200, ''], path);
      assert.equal(headers['content-type'], (await send('GET', path)).headers['content-type']);
    }
  });

  test('no answer may be kept or guessed at', async () => {
    for (const path of ['/metrics', '/readyz', '/nothing']) {
      const { headers } = await send('GET', path);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  test('what is no HTTP ends its connection and nothing else', async () => {
    const socket = connect(watchword.adminPort, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('\x16\x03\x01 hello\r\n\r\n');
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal((await send('GET', '/healthz')).status, 200);
  });
});

test('/readyz is 503 and says why while an issuer has no keys, then 200', async () => {
  await using issuer = await startIssuer('down');
  const remote = { name: 'remote', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } };
  const optional = { ...remote, name: 'optional', issuer: `${ISS}2`, required: false };
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers: [remote, optional], pipelines: [] }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const asked = await until('a fetch that failed', async () => {
    const seen = await readiness(watchword);
    return seen[1].checks.some(({ detail }) => detail?.includes('503')) ? seen : undefined;
  });
  const [status, { ready, checks }] = asked;
  assert.equal(status, 503);
  assert.equal(ready, false);
  const byName = new Map(checks.map((check) => [check.name, check]));
  assert.equal(byName.get('issuer remote')?.ready, false);
  assert.match(byName.get('issuer remote')?.detail ?? '', /127\.0\.0\.1.*503/);
  assert.equal(byName.get('issuer optional')?.ready, true, 'it is not required');
  assert.equal((await watchword.get('/healthz')).status, 200, 'alive all the same');

  issuer.answer = { keys: [makeSigner().jwk] };
  await until('readiness', async () => (await readiness(watchword))[0] === 200 || undefined);
});

test('an issuer that accepts keys of dev-issuer is ready, and /readyz and a gauge say so', async () => {
  const issuers = [
    { name: 'main', issuer: ISS, allowDevIssuer: true, keys: { file: 'jwks.json' } },
  ];
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers }),
    'jwks.json': { keys: [makeSigner('watchword-dev-1').jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const [status, { checks }] = await readiness(watchword);
  assert.equal(status, 200);
  assert.match(checks[1]?.detail ?? '', /dev-issuer.*not for production/);
  assert.equal((await watchword.metrics()).get('watchword_dev_issuers'), 1);
});
