import { createServer, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Live } from '../../base/live.ts';
import type { TrustedPeers } from '../../base/peers.ts';
import type { ListenerCertificate } from '../certificate.ts';
import { Connections } from '../connections.ts';
import { listen } from '../listen.ts';
import { refuseConnection } from './broken-connection.ts';
import { checkListener } from './check-listener.ts';
import type { HandleDocument } from './document.ts';
import type { HandleHttpCheck } from './handle.ts';
import type { OnRefused } from './refusals.ts';
import { createTlsServer, type TlsServer } from './tls.ts';

export interface ForwardAuthSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** Null for no TLS. */
  readonly certificate: ListenerCertificate | null;
  readonly peers: Live<TrustedPeers>;
  /** Longest that a decision may take, in milliseconds. */
  readonly decisionTimeout: number;
  /** Most connections at once. */
  readonly connections: number;
  /** How long open checks may take when the server stops, in milliseconds. */
  readonly grace: number;
}

/** The HTTP server that gateways ask. */
export interface ForwardAuthServer extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
}

const LIMITS = {
  /** Request line and headers together, in bytes; more is a 431 (RFC 6585 section 5). */
  maxHeaderSize: 64 * 1024,
  // Refused like all that is no HTTP, with a reason and counted.
  requireHostHeader: false,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  /** How late these two may be; Node's 30 s would keep a connection that dribbles for so long. */
  connectionsCheckingInterval: 1_000,
  /**
   * Longer than any gateway keeps an idle connection (Envoy: an hour), so that it is the gateway who closes: one that we
   * close while a check is on its way is a refused request.
   */
  keepAliveTimeout: 65 * 60_000,
} as const satisfies ServerOptions;

/** Starts the server. Throws `ListenError` where it cannot listen. `onRefused` hears of what was refused without a decision. */
export async function startForwardAuth(
  settings: ForwardAuthSettings,
  handle: HandleHttpCheck,
  describe: HandleDocument,
  onRefused: OnRefused,
): Promise<ForwardAuthServer> {
  const { certificate } = settings;
  const { server, isOutdated } =
    certificate === null ? plainServer() : createTlsServer(certificate, LIMITS);
  // Node drops what comes after the 2,000th header without a word, and a client could push out a second Authorization.
  server.maxHeadersCount = 0;
  const isEnding = (socket: Socket): boolean => !server.listening || isOutdated(socket);
  const answer = checkListener({ ...settings, isEnding }, handle, describe, onRefused);
  const connections = new Connections(server, {
    most: settings.connections,
    shareOf: (peer) => (settings.peers.current.includes(peer) ? 'all' : 'first half'),
    onClosed: (peer) => onRefused('connections', peer),
  });
  server.on('request', ({ socket }) => connections.heard(socket));
  // A handshake under way would end by the authorities it began with.
  certificate?.onOtherAuthorities(() => connections.destroySilent());
  server.on('request', answer);
  // The client's Expect comes with its other headers; a check has no body to wait for.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('clientError', refuseConnection(onRefused));
  const port = await listen(server, settings.address);
  return { port, [Symbol.asyncDispose]: () => stop(server, settings.grace) };
}

function plainServer(): TlsServer {
  return { server: createServer(LIMITS), isOutdated: () => false };
}

/** No new connections, `connection: close` on what is open, then the end. */
function stop(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
