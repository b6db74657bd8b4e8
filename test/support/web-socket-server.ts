import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findPackage } from './npm-package.ts';

/** What a handshake brought. */
export interface Handshake {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A real WebSocket server (`ws`), which tells each client what came with its handshake. */
export interface WebSocketServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly handshakes: readonly Handshake[];
}

interface Socket {
  send(text: string): void;
}

interface Ws {
  readonly WebSocketServer: new (
    options: object,
  ) => {
    on(event: 'connection', listener: (socket: Socket, request: IncomingMessage) => void): void;
  };
}

/** Starts it. It chooses the first subprotocol that is offered. */
export async function startWebSocketServer(): Promise<WebSocketServer> {
  const home = await findPackage('ws', '8.23.0');
  const { WebSocketServer } = (await import(join(home, 'wrapper.mjs'))) as Ws;
  const handshakes: Handshake[] = [];
  // Any other request is answered too: gateways are asked whether they are there.
  const server = createServer((_, response) => response.end());
  new WebSocketServer({ server }).on('connection', (socket, request) => {
    const handshake = { path: request.url ?? '', headers: request.headers };
    handshakes.push(handshake);
    socket.send(JSON.stringify(handshake));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    handshakes,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
