import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findPackage } from '../support/npm-package.ts';

/** Client and server of the Model Context Protocol by its own SDK. What is used of it is described here: it is no dependency. */

const VERSION = '1.32.2';

interface Transport {
  close(): Promise<void>;
}

interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

interface Client {
  connect(transport: Transport): Promise<void>;
  callTool(request: { name: string }): Promise<ToolResult>;
  close(): Promise<void>;
}

interface ServerTransport extends Transport {
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type Tool = (extra: { requestInfo: { headers: Record<string, string> } }) => ToolResult;

interface Server {
  registerTool(name: string, config: object, tool: Tool): void;
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

type Made<T> = new (...options: never[]) => T;

export interface McpSdk {
  readonly Client: new (info: object) => Client;
  readonly ClientTransport: new (
    url: URL,
    options: { authProvider?: object; fetch?: typeof fetch },
  ) => Transport;
  readonly ClientCredentialsProvider: new (options: {
    clientId: string;
    clientSecret: string;
    expectedIssuer: string;
    scope: string;
  }) => object;
  readonly McpServer: new (info: object) => Server;
  readonly ServerTransport: new (options: object) => ServerTransport;
}

/** Loads the SDK. */
export async function loadSdk(): Promise<McpSdk> {
  const home = await findPackage('@modelcontextprotocol/sdk', VERSION);
  const load = async <T>(file: string, name: string): Promise<T> =>
    ((await import(join(home, 'dist/esm', file))) as Record<string, T>)[name] as T;
  return {
    Client: await load<Made<Client>>('client/index.js', 'Client'),
    ClientTransport: await load<Made<Transport>>(
      'client/streamableHttp.js',
      'StreamableHTTPClientTransport',
    ),
    ClientCredentialsProvider: await load<Made<object>>(
      'client/auth-extensions.js',
      'ClientCredentialsProvider',
    ),
    McpServer: await load<Made<Server>>('server/mcp.js', 'McpServer'),
    ServerTransport: await load<Made<ServerTransport>>(
      'server/streamableHttp.js',
      'StreamableHTTPServerTransport',
    ),
  } as McpSdk;
}

/** A server with one tool, `whoami`, which says the subject that the gateway has told it. */
export interface McpServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Paths of all requests that reached it. */
  readonly reached: readonly string[];
}

export async function startMcpServer(sdk: McpSdk): Promise<McpServer> {
  const reached: string[] = [];
  const http = createServer((request, response) => {
    reached.push(request.url ?? '');
    // No stream of its own: answers are JSON.
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    void answer(sdk, request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(http.address() as AddressInfo).port}`,
    reached,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** Without sessions, so that each request has a server of its own. */
async function answer(
  sdk: McpSdk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const server = new sdk.McpServer({ name: 'orders', version: '1' });
  server.registerTool('whoami', {}, ({ requestInfo: { headers } }) => ({
    content: [{ type: 'text', text: headers['x-auth-subject'] ?? 'nobody' }],
  }));
  const transport = new sdk.ServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response);
}
