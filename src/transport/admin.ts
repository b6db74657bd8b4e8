import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { freeSocketPath, ListenError, parseAddress } from './address.ts';

/** One thing that readiness depends on, or that an operator should know. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ready: boolean;
  /** Why not, or what is remarkable although it is ready. */
  readonly detail?: string;
}

export interface AdminServer extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
}

/** Starts the listener of /metrics, /healthz and /readyz. Throws `ListenError` where it cannot listen. */
export async function startAdmin(
  address: string,
  registry: Registry,
  readiness: () => readonly ReadinessCheck[],
): Promise<AdminServer> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8192 },
    (request, response) => {
      answer(request, response, registry, readiness).catch(() => {
        if (!response.headersSent) send(response, 500, 'text/plain', 'internal error\n');
      });
    },
  );
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') await freeSocketPath(parsed.path);
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(address, error.code ?? error.name)),
    );
    const listening = (): void => resolve((server.address() as AddressInfo).port ?? 0);
    if (parsed.kind === 'unix') server.listen(parsed.path, listening);
    else server.listen(parsed.port, parsed.host, listening);
  });
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  readiness: () => readonly ReadinessCheck[],
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, 'text/plain', 'only GET and HEAD\n');
    return;
  }
  const [path] = (request.url ?? '').split('?', 1);
  if (path === '/metrics') send(response, 200, registry.contentType, await registry.metrics());
  else if (path === '/healthz') send(response, 200, 'text/plain', 'ok\n');
  else if (path === '/readyz') {
    const checks = readiness();
    const ready = checks.every((check) => check.ready);
    send(
      response,
      ready ? 200 : 503,
      'application/json',
      `${JSON.stringify({ ready, checks }, null, 2)}\n`,
    );
  } else send(response, 404, 'text/plain', 'here are /metrics, /healthz and /readyz\n');
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
