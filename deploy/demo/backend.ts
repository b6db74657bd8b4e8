import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a backend got; it answers with the same as JSON. */
export interface Received {
  /** The name of the backend. */
  readonly backend: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case; repeated headers are joined as `node:http` does. */
  readonly headers: IncomingHttpHeaders;
}

/** A backend that tells what reached it. Disposing of it stops it. */
export interface Backend extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** `HOST:PORT`, as the bootstrap takes it. */
  readonly address: string;
  /** All requests since the start, oldest first. */
  readonly received: readonly Received[];
}

/** Starts a backend on 127.0.0.1. Port 0, the default, lets the kernel choose. */
export async function startBackend(name: string, port = 0): Promise<Backend> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const got = receivedBy(name, request);
    received.push(got);
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify(got, null, 2)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    name,
    port: bound,
    address: `127.0.0.1:${bound}`,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function receivedBy(backend: string, request: IncomingMessage): Received {
  const { method = '', url = '', headers } = request;
  return { backend, method, path: url, headers };
}
