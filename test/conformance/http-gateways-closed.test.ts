import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { GATEWAY_NAMES, type Gateway, startGateway } from '../../deploy/gateways/gateway.ts';
import { startWatchword, type Watchword } from '../../src/server/watchword.ts';
import { ask as askHttp } from '../support/http-client.ts';
import { sendRaw } from '../transport/forward-auth/gate.ts';
import { decisionLog, type LoggedDecision } from './decision-log.ts';
import { makeFixture } from './fixtures.ts';
import { makeToken } from './signing.ts';

const IDENTITY = ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'];

const at = (path: string, ...headers: (readonly [string, string])[]) => ({
  method: 'GET',
  host: 'orders.example.com',
  path,
  headers,
});

for (const name of GATEWAY_NAMES) {
  describe(`real ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let watchword: Watchword;
    let backend: Backend;
    let gateway: Gateway;
    let decisions: readonly LoggedDecision[];
    before(async () => {
      const { path } = stack.use(await makeFixture('default', { http: '127.0.0.1:0' }, 'debug'));
      const kept = decisionLog();
      decisions = kept.decisions;
      watchword = stack.use(await startWatchword(path, kept.log));
      backend = stack.use(await startBackend('echo'));
      gateway = stack.use(
        await startGateway(name, {
          watchword: `127.0.0.1:${watchword.httpPort}`,
          backend: backend.address,
          identityHeaders: IDENTITY,
          routes: [{ prefix: '/', pipeline: '-' }],
        }),
      );
    });
    after(() => stack.disposeAsync());

    test('an identity header that Connection names arrives, or the request does not', async () => {
      const before = backend.received.length;
      const authorization = ['authorization', `Bearer ${makeToken({})}`] as const;
      const response = await askHttp({
        port: gateway.port,
        ...at('/orders/1', authorization, ['connection', 'close, X-Auth-Subject, x-auth-scope']),
      });
      const got = backend.received[before];
      if (got === undefined) assert.equal(response.status, 400);
      else assert.equal(got.headers['x-auth-subject'], 'client-1');
    });

    test('an absolute target is judged as it is forwarded, or refused', async () => {
      const before = backend.received.length;
      const decided = decisions.length;
      const target = 'GET http://special.shop.example.com/x HTTP/1.1\r\n';
      const host = 'Host: orders.example.com\r\nConnection: close\r\n\r\n';
      await sendRaw(gateway.port, target + host);
      const got = backend.received[before];
      if (got !== undefined) assert.equal(got.headers.host, decisions[decided]?.host);
    });

    test('two Authorization headers never reach the backend', async () => {
      const before = backend.received.length;
      const authorization = ['authorization', `Bearer ${makeToken({})}`] as const;
      const response = await askHttp({
        port: gateway.port,
        ...at('/orders/1', authorization, authorization),
      });
      assert.equal(response.status >= 400, true);
      assert.equal(backend.received.length, before);
    });

    test('without an answer nothing passes', async () => {
      assert.equal((await askHttp({ port: gateway.port, ...at('/public/x') })).status, 200);
      const before = backend.received.length;
      await watchword[Symbol.asyncDispose]();
      const { status } = await askHttp({ port: gateway.port, ...at('/public/x') });
      assert.ok([500, 502, 503].includes(status), `status ${status}`);
      assert.equal(backend.received.length, before);
    });
  });
}
