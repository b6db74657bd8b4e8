import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { type GatewayName, startGateway } from '../../deploy/gateways/gateway.ts';
import { withWebSockets } from '../../deploy/gateways/nginx-web-socket.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { ask } from '../support/http-client.ts';
import {
  type Handshake,
  startWebSocketServer,
  type WebSocketServer,
} from '../support/web-socket-server.ts';
import { makeFixture } from './fixtures.ts';
import { makeToken } from './signing.ts';

/**
 * Tokens in headers, cookies, the query and WebSocket subprotocols through real gateways, and what is left of them with
 * `forward.token: strip`. Over HTTP the recipe copies `cookie` and `sec-websocket-protocol` as it copies identity headers.
 */

const COPIED = ['cookie', 'sec-websocket-protocol'];
const GATEWAYS = ['Envoy over gRPC', 'nginx', 'haproxy', 'caddy', 'traefik'] as const;

/** Starts a gateway before a backend and gives its port. */
async function startBefore(
  name: (typeof GATEWAYS)[number],
  address: string,
  stack: AsyncDisposableStack,
): Promise<number> {
  const { path } = stack.use(await makeFixture('default', { http: '127.0.0.1:0' }));
  const { grpcPort, httpPort } = stack.use(await startWatchword(path, pino({ level: 'silent' })));
  if (name === 'Envoy over gRPC') {
    const authz = `127.0.0.1:${grpcPort}`;
    const pipelines = [{ name: 'all', address }];
    const envoy = await startEnvoy({ authz, timeout: '5s', webSockets: true, pipelines });
    return stack.use(envoy).port;
  }
  const recipe = {
    watchword: `127.0.0.1:${httpPort}`,
    backend: address,
    identityHeaders: ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant', ...COPIED],
    routes: [{ prefix: '/', pipeline: '-', token: 'strip' as const }],
  };
  const gateway = await startGateway(name satisfies GatewayName, recipe, (files) =>
    name === 'nginx' ? withWebSockets(files) : files,
  );
  return stack.use(gateway).port;
}

for (const name of GATEWAYS) {
  describe(`tokens in other places, through real ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let backend: Backend;
    let port = 0;
    before(async () => {
      backend = stack.use(await startBackend('application'));
      port = await startBefore(name, backend.address, stack);
    });
    after(() => stack.disposeAsync());

    /** What the backend gets, and the status of the client. */
    const get = async (path: string, headers: readonly (readonly [string, string])[]) => {
      const reached = backend.received.length;
      const request = { port, method: 'GET', host: 'orders.example.com', path, headers };
      const { status } = await ask(request);
      return { status, got: backend.received[reached] };
    };

    test('one cookie out of several is found and taken out', async () => {
      const cookie = `theme=dark; access_token=${makeToken({})}; lang=en`;
      const { status, got } = await get('/places-strip/x', [['cookie', cookie]]);
      assert.equal(status, 200);
      assert.equal(got?.headers['cookie'], 'theme=dark; lang=en');
    });

    test('the only cookie is taken out with its header', async () => {
      const { status, got } = await get('/places-strip/x', [
        ['cookie', `access_token=${makeToken({})}`],
      ]);
      assert.equal(status, 200);
      assert.equal(got?.headers['cookie'], undefined);
    });

    test('other cookies stay where the token is elsewhere', async () => {
      const { status, got } = await get('/places-strip/x', [
        ['authorization', `Bearer ${makeToken({})}`],
        ['cookie', 'theme=dark'],
      ]);
      assert.equal(status, 200);
      assert.equal(got?.headers['cookie'], 'theme=dark');
      assert.equal(got?.headers['authorization'], undefined);
    });

    test('a header of its own is found', async () => {
      const { status } = await get('/places/x', [['x-goog-iap-jwt-assertion', makeToken({})]]);
      assert.equal(status, 200);
    });

    test(`the query is found, and ${name === 'Envoy over gRPC' ? 'the token taken out of it' : 'stays as it is'}`, async () => {
      const token = makeToken({});
      const { status, got } = await get(`/places-strip/x?a=1&access_token=${token}`, []);
      assert.equal(status, 200);
      const left = name === 'Envoy over gRPC' ? '' : `&access_token=${token}`;
      assert.equal(got?.path, `/places-strip/x?a=1${left}`);
    });

    test('two tokens in two places are refused', async () => {
      const token = makeToken({});
      const { status, got } = await get(`/places/x?access_token=${token}`, [
        ['cookie', `access_token=${token}`],
      ]);
      assert.deepEqual([status, got], [400, undefined]);
    });
  });

  describe(`a WebSocket through real ${name}, with the token in a subprotocol`, () => {
    const stack = new AsyncDisposableStack();
    let server: WebSocketServer;
    let port = 0;
    before(async () => {
      server = stack.use(await startWebSocketServer());
      port = await startBefore(name, server.address, stack);
    });
    after(() => stack.disposeAsync());

    test('opens, with the token taken out and the other subprotocol chosen', async () => {
      const { protocol, first } = await open(port, ['bearer', makeToken({}), 'chat']);
      assert.equal(protocol, 'chat');
      assert.equal(first.path, '/chat/x');
      assert.equal(first.headers['sec-websocket-protocol'], 'chat');
    });

    test('does not open without a token, and the server hears nothing', async () => {
      const heard = server.handshakes.length;
      await assert.rejects(open(port, ['chat']), /did not open/);
      await assert.rejects(open(port, ['bearer', makeToken({ key: 'stranger' }), 'chat']));
      assert.equal(server.handshakes.length, heard);
    });
  });
}

/** Opens a WebSocket as a browser does and waits for the first message. Rejects where it does not open. */
function open(
  port: number,
  protocols: string[],
): Promise<{ readonly protocol: string; readonly first: Handshake }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat/x`, protocols);
    socket.addEventListener('error', () => reject(new Error('the WebSocket did not open')));
    socket.addEventListener('message', ({ data }) => {
      resolve({ protocol: socket.protocol, first: JSON.parse(String(data)) as Handshake });
      socket.close();
    });
  });
}
