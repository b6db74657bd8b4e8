import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startBackend } from '../../deploy/demo/backend.ts';
import { type AccessLogLine, type Envoy, startEnvoy } from '../../deploy/demo/envoy.ts';
import { REASONS } from '../../src/decision/reason.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { METHOD_CASES } from './cases/requests.ts';
import { type Asked, ask } from './cases.ts';
import { makeFixture } from './fixtures.ts';

/** Sends a request over HTTP/2, in which Envoy takes every method as it is spelled, and gives the status. */
async function askHttp2(port: number, asked: Asked): Promise<number> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ...Object.fromEntries(asked.headers),
      [constants.HTTP2_HEADER_METHOD]: asked.method,
      [constants.HTTP2_HEADER_AUTHORITY]: asked.host,
      [constants.HTTP2_HEADER_PATH]: asked.path,
    });
    stream.resume();
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    return headers[':status'];
  } finally {
    session.close();
  }
}

const control = (method: string, path: string): Asked =>
  ask({ title: 'control', method, path, token: {}, expect: { reason: 'verified' } });

describe('real Envoy over HTTP/2', () => {
  const stack = new AsyncDisposableStack();
  let envoy: Envoy;
  let asked = 0;
  before(async () => {
    const { path } = stack.use(await makeFixture('default'));
    const { grpcPort } = stack.use(await startWatchword(path, pino({ level: 'silent' })));
    const backend = stack.use(await startBackend('echo'));
    envoy = stack.use(
      await startEnvoy({
        authz: `127.0.0.1:${grpcPort}`,
        timeout: '5s',
        accessLog: true,
        pipelines: [{ name: 'echo', address: backend.address }],
      }),
    );
  });
  after(() => stack.disposeAsync());

  async function run(request: Asked): Promise<{ status: number; logged: AccessLogLine }> {
    const status = await askHttp2(envoy.port, request);
    asked += 1;
    const logged = (await envoy.accessLog(asked)).at(asked - 1);
    assert.equal(logged?.method, request.method, 'the method is asked about as it is spelled');
    return { status, logged };
  }

  for (const one of METHOD_CASES) {
    test(one.title, async () => {
      const { status, logged } = await run(ask(one));
      assert.equal(logged.watchword?.['reason'], one.expect.reason);
      assert.equal(logged.details, 'ext_authz_denied');
      assert.equal(status, REASONS[one.expect.reason].http);
    });
  }

  test('a method of a pipeline in upper case passes with a token', async () => {
    const { status } = await run(control('DELETE', '/mixed/x'));
    assert.equal(status, 200);
  });

  test('a method in lower case reaches the backend where both spellings have one pipeline', async () => {
    const { logged } = await run(control('patch', '/public/x'));
    assert.equal(logged.watchword?.['reason'], 'anonymous');
    assert.equal(logged.details, 'via_upstream');
  });
});
