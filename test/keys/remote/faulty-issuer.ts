import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** How the issuer answers the next requests. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** An issuer on 127.0.0.1 whose every answer a test decides. */
export interface FaultyIssuer extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for, oldest first. */
  readonly asked: readonly string[];
  behave(behaviour: Behaviour): void;
}

export function json(document: unknown, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(document));
  };
}

/** What servers do on a bad day. Each must count as a failed fetch and nothing worse. */
export const FAULTS: Readonly<Record<string, Behaviour>> = {
  'an error 500': (_, response) => response.writeHead(500).end('oops'),
  'too many requests': (_, response) => response.writeHead(429, { 'retry-after': '2' }).end(),
  'no JSON': (_, response) => response.end('<html>maintenance</html>'),
  'an empty set': json({ keys: [] }),
  'no set': json({ key: 1 }),
  'a set of keys that are no keys': json({ keys: [{ kty: 'RSA', n: 'x', e: 'AQAB' }, { kty: 5 }] }),
  'a private key': json({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] }),
  'a body without end': (_, response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const more = (): void => {
      if (!response.destroyed) response.write(chunk, () => setImmediate(more));
    };
    more();
  },
  'half a body': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"keys":[');
    setImmediate(() => response.destroy());
  },
  'a closed connection': (request) => request.socket.destroy(),
  'an endless redirect': (request, response) =>
    response.writeHead(302, { location: `${request.url}x` }).end(),
  'a redirect to another origin': (_, response) =>
    response.writeHead(302, { location: 'http://localhost:1/jwks.json' }).end(),
};

/** Starts the issuer; with a certificate and its key it speaks TLS. */
export async function startFaultyIssuer(tls?: {
  cert: string;
  key: string;
}): Promise<FaultyIssuer> {
  let behaviour: Behaviour = (_, response) => response.writeHead(404).end();
  const asked: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(request.url ?? '');
    behaviour(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    behave(next) {
      behaviour = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
