import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { startGateway } from '../../deploy/gateways/gateway.ts';
import { METADATA_GATEWAYS, withMetadataRoute } from '../../deploy/gateways/metadata-route.ts';
import { startWatchword, type Watchword } from '../../src/server/watchword.ts';
import { ask, type HttpResponse } from '../support/http-client.ts';
import { makeFixture } from './fixtures.ts';

/** The client's side of RFC 9728, through real gateways: what it gets, and that no backend hears of it. */

const METADATA = '/.well-known/oauth-protected-resource/mcp';
const DOCUMENT = {
  resource: 'https://orders.example.com/mcp',
  authorization_servers: ['https://issuer.example/'],
  scopes_supported: ['tools:call'],
  bearer_methods_supported: ['header'],
  resource_documentation: 'https://docs.example.com/mcp',
};

/** A gateway that runs, its Watchword, and the backend behind it. */
interface World {
  readonly watchword: Watchword;
  readonly backend: Backend;
  readonly port: number;
}

async function openWorld(name: string, stack: AsyncDisposableStack): Promise<World> {
  const { path } = stack.use(await makeFixture('default', { http: '127.0.0.1:0' }));
  const watchword = stack.use(await startWatchword(path, pino({ level: 'silent' })));
  const backend = stack.use(await startBackend('application'));
  const pipelines = [{ name: 'all', address: backend.address }];
  if (name === 'Envoy over gRPC') {
    const authz = `127.0.0.1:${watchword.grpcPort}`;
    const envoy = stack.use(await startEnvoy({ authz, timeout: '5s', pipelines }));
    return { watchword, backend, port: envoy.port };
  }
  const kind = METADATA_GATEWAYS.find((one) => name === one) ?? 'nginx';
  const http = `127.0.0.1:${watchword.httpPort}`;
  const recipe = {
    watchword: http,
    backend: backend.address,
    identityHeaders: ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'],
    routes: [{ prefix: '/', pipeline: '-' }],
  };
  const { port } = stack.use(
    await startGateway(kind, recipe, (files) => withMetadataRoute(kind, files, http)),
  );
  return { watchword, backend, port };
}

for (const name of ['Envoy over gRPC', ...METADATA_GATEWAYS]) {
  describe(`the metadata of a resource, through real ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let world: World;
    let heard = 0;
    before(async () => {
      world = await openWorld(name, stack);
      heard = world.backend.received.length;
    });
    after(() => stack.disposeAsync());

    const get = (method: string, path = METADATA, headers: [string, string][] = []) =>
      ask({ port: world.port, method, host: 'orders.example.com', path, headers });
    const unheard = (): void => {
      assert.equal(world.backend.received.length, heard, 'the backend hears nothing');
    };

    test('is named by a challenge and is there without a token', async () => {
      const refused = await get('GET', '/mcp');
      assert.equal(refused.status, 401);
      const named = /resource_metadata="https:\/\/orders\.example\.com([^"]+)"/.exec(
        refused.headers['www-authenticate'] ?? '',
      );
      const answer = await get('GET', named?.[1]);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(answer.body), DOCUMENT);
      unheard();
    });

    test('may be read by a page of any origin', async () => {
      const preflight = await get('OPTIONS', METADATA, [
        ['origin', 'https://inspector.example'],
        ['access-control-request-method', 'GET'],
        ['access-control-request-headers', 'mcp-protocol-version'],
      ]);
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers['access-control-allow-headers'], '*');
      const answer = await get('GET', METADATA, [['origin', 'https://inspector.example']]);
      for (const { headers } of [preflight, answer])
        assert.equal(headers['access-control-allow-origin'], '*');
      unheard();
    });

    test('has no body for HEAD', async () => {
      const answer = await get('HEAD');
      assert.deepEqual([answer.status, answer.body], [200, '']);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      unheard();
    });

    test('is not that of another host, path or method', async () => {
      const refusals: readonly HttpResponse[] = [
        await get('GET', `${METADATA}/other`),
        await get('POST'),
        await ask({
          port: world.port,
          method: 'GET',
          host: 'other.example',
          path: METADATA,
          headers: [],
        }),
      ];
      const expected = name === 'Envoy over gRPC' ? 403 : 404;
      assert.deepEqual(
        refusals.map(({ status }) => status),
        [expected, expected, expected],
      );
      unheard();
    });

    test('is counted as allowed, with a reason of its own', async () => {
      const { body } = await ask({
        port: world.watchword.adminPort,
        method: 'GET',
        host: '127.0.0.1',
        path: '/metrics',
        headers: [],
      });
      const counted =
        /^watchword_decisions_total\{pipeline="mcp",outcome="allow",reason="resource_metadata",mode="enforce"\} 4$/m;
      assert.match(body, counted);
    });
  });
}
