import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Server as NetServer } from 'node:net';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { contextOf, HANDSHAKE_TIMEOUT, type ListenerCertificate } from '../certificate.ts';
import { Connections } from '../connections.ts';
import { listen } from '../listen.ts';
import { Admission, admittedHeaders } from './admission.ts';
import type { CallCounters } from './call-counters.ts';
import { STREAM_RESETS } from './stream-resets.ts';

export interface ListenerSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** Null for no TLS. */
  readonly certificate: ListenerCertificate | null;
  /** Most connections at once; half of them from one address. */
  readonly connections: number;
  /** Most calls at once on one of them. */
  readonly callsOnConnection: number;
  /** Most calls at once, over all connections. */
  readonly calls: number;
  /** Counts what is refused before it is begun. */
  readonly counters: CallCounters;
  /** How long open calls may take when a connection is to end, in milliseconds. */
  readonly grace: number;
}

/** A listener for HTTP/2 that gives its calls to grpc-js. Disposing of it lets open calls finish. */
export interface Listener extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
}

/**
 * The header list of a request, as RFC 9113 section 6.5.2 counts it, in bytes: a gateway sends a dozen short ones. HPACK lets 160 bytes
 * stand for 54 KB of them, so it is held against what they stand for.
 */
const MAX_HEADER_LIST = 16 * 1024;

/** How long a client may take to say that it speaks HTTP/2, in milliseconds. */
const PREFACE_TIMEOUT = 5_000;

/** The parts of grpc-js's server that its own listener calls: with ours in their place nothing of its request handling changes. */
interface GrpcParts {
  _sessionHandler(server: Http2Server): (session: ServerHttp2Session) => void;
  _streamHandler(
    interceptors: readonly [],
    stream: ServerHttp2Stream,
    headers: Readonly<Record<string, string>>,
  ): void;
}

/**
 * Starts to listen; throws `ListenError`. grpc-js's own listener has no limits of connections, handshakes and headers, and does not
 * let go of the connections of an authority that is no longer trusted.
 */
export async function openListener(
  grpc: GrpcServer,
  settings: ListenerSettings,
): Promise<Listener> {
  const { certificate, grace, counters } = settings;
  const server = serverFor(settings);
  const connections = new Connections(server as unknown as NetServer, {
    most: settings.connections,
    shareOf: () => 'half by address',
    onClosed: () => counters.refused('connections'),
  });
  const abandon = (session: Http2Session): void => {
    connections.punish(session.socket);
    session.destroy();
  };
  const admission = new Admission({ most: settings.calls }, counters, abandon);
  const parts = grpc as unknown as GrpcParts;
  const sessions = new Set<ServerHttp2Session>();
  const follow = parts._sessionHandler.call(grpc, server);
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    endUnlessSpoken(session, () => counters.refused('not_http'));
    follow(session);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const { session } = stream;
    // Of a stream that is reset, by either side: there is nobody left to tell, and unheard it would end the process.
    stream.on('error', () => undefined);
    // The connection ended in the same read.
    if (session === undefined || stream.destroyed) return;
    // Node holds no header list against a limit that its sender has not acknowledged.
    if (session.pendingSettingsAck && isTooLong(headers)) {
      counters.refused('headers_too_large');
      abandon(session);
      return;
    }
    if (!admission.admit(stream, headers, session, sessions.size)) return;
    connections.heard(session.socket);
    parts._streamHandler.call(grpc, [], stream, admittedHeaders(headers));
  });
  // What is wrong with a connection ends it; nothing else hears of it.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => counters.refused('tls'));
  certificate?.onOtherAuthorities(() => {
    connections.destroySilent();
    for (const session of sessions) end(session, grace);
  });
  const port = await listen(server as unknown as NetServer, settings.address);
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => connections.destroyAll(), grace);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        connections.destroySilent();
        for (const session of sessions) session.close();
      }),
  };
}

function serverFor({ certificate, callsOnConnection }: ListenerSettings): Http2Server {
  const options: SecureServerOptions = {
    ...STREAM_RESETS,
    settings: {
      maxConcurrentStreams: callsOnConnection,
      maxHeaderListSize: MAX_HEADER_LIST,
    },
    // What is open is limited by `Admission` and `OpenCalls`; Node's own limit of 10 MB resets calls that are none the worse for it.
    maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER,
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  };
  if (certificate === null) return createServer(options);
  const server = createSecureServer({
    ...options,
    ...contextOf(certificate.material),
    requestCert: certificate.demandsClient,
    rejectUnauthorized: certificate.demandsClient,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  // https://github.com/nodejs/node/issues/35824: nobody else listens to the errors of a connection whose session is not there yet.
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  certificate.onReload((material) => server.setSecureContext(contextOf(material)));
  return server as unknown as Http2Server;
}

function isTooLong(headers: IncomingHttpHeaders): boolean {
  const lengths = Object.values(headers).map((value) => value?.length ?? 0);
  return lengths.reduce((sum, length) => sum + length, 0) > MAX_HEADER_LIST;
}

/** A client begins with its settings (RFC 9113 section 3.4). */
function endUnlessSpoken(session: ServerHttp2Session, onEnded: () => void): void {
  const timer = setTimeout(() => {
    onEnded();
    session.destroy();
  }, PREFACE_TIMEOUT).unref();
  const settle = (): void => clearTimeout(timer);
  session.once('remoteSettings', settle).once('close', settle);
}

/** GOAWAY, time for open calls, then the end. */
function end(session: ServerHttp2Session, grace: number): void {
  const timer = setTimeout(() => session.destroy(), grace).unref();
  session.once('close', () => clearTimeout(timer));
  session.close();
}
