import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { startGateway } from '../../deploy/gateways/gateway.ts';
import { withMetadataRoute } from '../../deploy/gateways/metadata-route.ts';
import { freePorts } from '../../deploy/support/free-port.ts';
import { until } from '../../deploy/support/until.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { folderWith } from '../server/folder.ts';
import { CLIENT, type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { loadSdk, type McpSdk, type McpServer, startMcpServer } from './sdk.ts';

/**
 * A client of the Model Context Protocol that knows nothing but a URL: it is refused, finds the metadata of the resource, in that the
 * authorization server, gets a token there, and calls a tool. Nothing in between is ours but Watchword.
 */

const SCOPE = 'tools:call';

/** The gateway's port, before a Watchword at these two addresses is there. */
type StartGateway = (
  at: { readonly grpc: string; readonly http: string },
  backend: string,
  stack: AsyncDisposableStack,
) => Promise<number>;

const GATEWAYS: Readonly<Record<string, StartGateway>> = {
  Envoy: async ({ grpc: authz }, address, stack) => {
    const pipelines = [{ name: 'mcp', address }];
    return stack.use(await startEnvoy({ authz, timeout: '5s', pipelines })).port;
  },
  nginx: async ({ http: watchword }, backend, stack) => {
    const recipe = {
      watchword,
      backend,
      identityHeaders: ['x-auth-subject'],
      routes: [{ prefix: '/', pipeline: '-' }],
    };
    const adapted: Parameters<typeof startGateway>[2] = (files) =>
      withMetadataRoute('nginx', files, watchword);
    return stack.use(await startGateway('nginx', recipe, adapted)).port;
  },
};

function configuration(provider: OidcProvider, identifier: string, listen: object): object {
  return {
    listen: { ...listen, admin: '127.0.0.1:0' },
    log: { level: 'silent' },
    shutdown: { grace: '1s' },
    issuers: [
      {
        name: 'login',
        issuer: provider.issuer,
        audiences: [identifier],
        keys: { discovery: true, allowHttp: true },
      },
    ],
    pipelines: [
      {
        name: 'mcp',
        match: [{ paths: ['/mcp/**'] }],
        require: { issuers: ['login'], scopes: { all: [SCOPE] } },
        resource: { identifier },
        forward: { headers: { 'x-auth-subject': 'sub' }, token: 'strip' },
      },
    ],
  };
}

for (const [name, start] of Object.entries(GATEWAYS)) {
  describe(`an MCP client behind real ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let sdk: McpSdk;
    let provider: OidcProvider;
    let server: McpServer;
    let url: URL;
    const asked: string[] = [];

    before(async () => {
      sdk = await loadSdk();
      provider = stack.use(await startOidcProvider({ scopes: [SCOPE] }));
      server = stack.use(await startMcpServer(sdk));
      const [grpcPort, httpPort] = await freePorts(2);
      const at = { grpc: `127.0.0.1:${grpcPort}`, http: `127.0.0.1:${httpPort}` };
      url = new URL(`http://127.0.0.1:${await start(at, server.address, stack)}/mcp`);
      const folder = stack.use(
        await folderWith({ 'watchword.yaml': configuration(provider, url.href, at) }),
      );
      stack.use(await startWatchword(folder.at('watchword.yaml'), pino({ level: 'silent' })));
      await until('a challenge', async () => (await fetch(url)).status === 401 || undefined);
    });
    after(() => stack.disposeAsync());

    /** A client whose every request is written down. */
    const connect = async (authProvider?: object) => {
      asked.length = 0;
      const client = new sdk.Client({ name: 'test', version: '1' });
      const traced: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        const { origin, pathname } = new URL(String(input));
        const at = origin === url.origin ? pathname : pathname.replace(/^/, 'issuer ');
        asked.push(`${init?.method ?? 'GET'} ${at} ${response.status}`);
        return response;
      };
      const options = { fetch: traced, ...(authProvider === undefined ? {} : { authProvider }) };
      await client.connect(new sdk.ClientTransport(url, options));
      return client;
    };

    test('without credentials it is refused, and the server hears nothing', async () => {
      const heard = server.reached.length;
      await assert.rejects(connect(), /401|Unauthorized/);
      assert.equal(server.reached.length, heard);
    });

    test('it finds its way from the URL to a token, and calls', async () => {
      const client = await connect(
        new sdk.ClientCredentialsProvider({
          clientId: CLIENT.id,
          clientSecret: CLIENT.secret,
          expectedIssuer: provider.issuer,
          // With this grant the SDK asks for the scopes that it was told; with a code it takes those of the metadata.
          scope: SCOPE,
        }),
      );
      const result = await client.callTool({ name: 'whoami' });
      await client.close();
      assert.deepEqual(result.content, [{ type: 'text', text: CLIENT.id }]);
      const first = asked.indexOf('POST /mcp 200');
      assert.deepEqual(
        asked.slice(0, first).filter((line) => !line.endsWith(' 404')),
        [
          'POST /mcp 401',
          'GET /.well-known/oauth-protected-resource/mcp 200',
          'GET issuer /.well-known/oauth-authorization-server 200',
          'POST issuer /token 200',
        ],
        asked.join('\n'),
      );
      assert.ok(
        server.reached.every((path) => path === '/mcp'),
        server.reached.join(),
      );
    });
  });
}
