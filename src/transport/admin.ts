import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Registry } from 'prom-client';
import { OPEN_METRICS_TYPE, openMetrics, prefersOpenMetrics } from '../telemetry/open-metrics.ts';
import { Connections } from './connections.ts';
import { closeAtOnce, listen } from './listen.ts';
import { Rendered } from './rendered.ts';

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

/** Connections at once: a kubelet and a Prometheus have one or two each. Half of them from one address. */
const MAX_CONNECTIONS = 32;

/** Of the process's time, for each format of the metrics. */
const RENDERING_SHARE = 0.05;

/** Starts the listener of /metrics, /healthz and /readyz. Throws `ListenError` where it cannot listen. */
export async function startAdmin(
  address: string,
  registry: Registry,
  readiness: () => readonly ReadinessCheck[],
): Promise<AdminServer> {
  const server = createServer({
    ...{ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8192 },
    connectionsCheckingInterval: 1_000,
  });
  const connections = new Connections(server, {
    most: MAX_CONNECTIONS,
    shareOf: () => 'half by address',
    onClosed: () => undefined,
  });
  const pages = {
    metrics: {
      type: registry.contentType,
      text: new Rendered(() => registry.metrics(), RENDERING_SHARE),
    },
    openMetrics: {
      type: OPEN_METRICS_TYPE,
      text: new Rendered(() => openMetrics(registry), RENDERING_SHARE),
    },
    readiness,
  };
  const busy = new WeakSet<Socket>();
  server.on('request', (request, response) => {
    const { socket } = request;
    // Nobody who scrapes or probes asks again before the answer is there; who does could ask thousands of times in one read.
    if (busy.has(socket)) {
      connections.punish(socket);
      socket.destroy();
      return;
    }
    busy.add(socket);
    response.once('finish', () => busy.delete(socket));
    connections.heard(socket);
    answer(request, response, pages).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/plain', 'internal error\n');
    });
  });
  const port = await listen(server, address);
  return {
    port,
    [Symbol.asyncDispose]: () => closeAtOnce(server),
  };
}

/** The metrics in one format. */
interface MetricsPage {
  /** Its content type. */
  readonly type: string;
  readonly text: Rendered;
}

interface Pages {
  readonly metrics: MetricsPage;
  readonly openMetrics: MetricsPage;
  readonly readiness: () => readonly ReadinessCheck[];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, openMetrics: withExemplars, readiness }: Pages,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, 'text/plain', 'only GET and HEAD\n');
    return;
  }
  const [path] = (request.url ?? '').split('?', 1);
  if (path === '/metrics') {
    response.setHeader('vary', 'accept');
    const { type, text } = prefersOpenMetrics(request.headers.accept) ? withExemplars : metrics;
    send(response, 200, type, await text.text());
  } else if (path === '/healthz') send(response, 200, 'text/plain', 'ok\n');
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
