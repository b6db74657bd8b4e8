import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { type Gateway, startGateway } from '../../deploy/gateways/gateway.ts';
import { overTls, TLS_GATEWAYS } from '../../deploy/gateways/over-tls.ts';
import { startWatchword, type Watchword } from '../../src/server/watchword.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { ask, type HttpResponse } from '../support/http-client.ts';
import { makeIdentity } from '../support/identity.ts';
import { makeFixture } from './fixtures.ts';
import { makeToken } from './signing.ts';

const NAME = 'watchword.example';
const SERVER = makeIdentity(NAME);
const GATEWAY = makeIdentity('gateway.example');
const STRANGER = makeIdentity('stranger.example');
const IDENTITY = ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'];

for (const name of TLS_GATEWAYS) {
  describe(`real ${name} asks over TLS, with a certificate of its own`, () => {
    const stack = new AsyncDisposableStack();
    let folder: Folder;
    let watchword: Watchword;
    let backend: Backend;
    before(async () => {
      folder = stack.use(
        await folderWith({
          'server.crt': SERVER.cert,
          'server.key': SERVER.key,
          'gateway.crt': GATEWAY.cert,
          'gateway.key': GATEWAY.key,
          'stranger.crt': STRANGER.cert,
          'stranger.key': STRANGER.key,
        }),
      );
      const httpTls = {
        cert: folder.at('server.crt'),
        key: folder.at('server.key'),
        clientCa: folder.at('gateway.crt'),
      };
      const { path } = stack.use(await makeFixture('default', { http: '127.0.0.1:0', httpTls }));
      watchword = stack.use(await startWatchword(path, pino({ level: 'silent' })));
      backend = stack.use(await startBackend('echo'));
    });
    after(() => stack.disposeAsync());

    const start = (trusts: string, own: string): Promise<Gateway> => {
      const recipe = {
        watchword: `127.0.0.1:${watchword.httpPort}`,
        backend: backend.address,
        identityHeaders: IDENTITY,
        routes: [{ prefix: '/', pipeline: '-' }],
      };
      const tls = {
        ca: folder.at(`${trusts}.crt`),
        name: NAME,
        own: { cert: folder.at(`${own}.crt`), key: folder.at(`${own}.key`) },
      };
      return startGateway(name, recipe, (files) => overTls(name, files, tls));
    };
    const at = (gateway: Gateway, path: string, token?: string): Promise<HttpResponse> => {
      const headers = token === undefined ? [] : [['authorization', `Bearer ${token}`] as const];
      return ask({ port: gateway.port, method: 'GET', host: 'orders.example.com', path, headers });
    };

    test('and gets the same answers', async () => {
      await using gateway = await start('server', 'gateway');
      const before = backend.received.length;
      assert.equal((await at(gateway, '/orders/1')).status, 401);
      assert.equal(backend.received.length, before);
      assert.equal((await at(gateway, '/orders/1', makeToken({}))).status, 200);
      assert.equal(backend.received[before]?.headers['x-auth-subject'], 'client-1');
      assert.equal((await at(gateway, '/public/x')).status, 200);
    });

    test('lets nothing pass where it does not trust the certificate', async () => {
      await using gateway = await start('stranger', 'gateway');
      await refused(gateway, backend, at);
    });

    test('lets nothing pass where its own certificate is not heard', async () => {
      await using gateway = await start('server', 'stranger');
      await refused(gateway, backend, at);
    });
  });
}

async function refused(
  gateway: Gateway,
  backend: Backend,
  at: (gateway: Gateway, path: string) => Promise<HttpResponse>,
): Promise<void> {
  const before = backend.received.length;
  const { status } = await at(gateway, '/public/x');
  assert.ok([500, 502, 503].includes(status), `status ${status}`);
  assert.equal(backend.received.length, before);
}
