import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Eventually } from '../../base/deferred.ts';
import type { Live } from '../../base/live.ts';
import type { TrustedPeers } from '../../base/peers.ts';
import { freeSocketPath, ListenError, parseAddress } from '../address.ts';
import type { HttpAnswer } from './encode.ts';
import type { HandleQuestion } from './handle.ts';
import { readQuestionUrl } from './question-url.ts';
import { REFUSALS, type RefusalCause } from './refusals.ts';

export interface ForwardAuthSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  readonly peers: Live<TrustedPeers>;
  /** Longest that a decision may take, in milliseconds. */
  readonly decisionTimeout: number;
  /** How long open checks may take when the server stops, in milliseconds. */
  readonly grace: number;
}

/** The HTTP server that gateways ask. */
export interface ForwardAuthServer extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
}

/** Request line and headers together, in bytes; more is a 431 (RFC 6585 section 5). */
const MOST_HEADER_BYTES = 64 * 1024;
const HEADERS_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 10_000;
/**
 * Longer than any gateway keeps an idle connection (Envoy: an hour), so that it is the gateway who closes: one that we close
 * while a check is on its way is a refused request.
 */
const KEEP_ALIVE = 65 * 60_000;

/** Starts the server. Throws `ListenError` where it cannot listen. `onRefused` hears of what was refused without a decision. */
export async function startForwardAuth(
  settings: ForwardAuthSettings,
  handle: HandleQuestion,
  onRefused: OnRefused,
): Promise<ForwardAuthServer> {
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE,
  });
  // Node drops what comes after the 2,000th header without a word, and a client could push out a second Authorization.
  server.maxHeadersCount = 0;
  const answer = listenerFor(settings, handle, onRefused, () => !server.listening);
  server.on('request', answer);
  // The client's Expect comes with its other headers; a check has no body to wait for.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const cause = error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'not_http';
    onRefused(cause, socket.remoteAddress);
    socket.end(rawAnswer(REFUSALS[cause]));
  });
  const port = await listen(server, settings.address);
  return { port, [Symbol.asyncDispose]: () => stop(server, settings.grace) };
}

type OnRefused = (cause: RefusalCause, peer: string | undefined) => void;

function listenerFor(
  settings: ForwardAuthSettings,
  handle: HandleQuestion,
  onRefused: OnRefused,
  isStopping: () => boolean,
): (request: IncomingMessage, response: ServerResponse) => void {
  const isTrusted = trustOf(settings.peers);
  return (request, response) => {
    if (isStopping()) response.shouldKeepAlive = false;
    const url = readQuestionUrl(request.url ?? '');
    const cause = causeOf(request, isTrusted, url !== null);
    if (cause === null && url !== null) {
      const { method = '', rawHeaders } = request;
      sendWhenReady(response, handle(url, { method, rawHeaders }, settings.decisionTimeout));
      return;
    }
    const refused = cause ?? 'unknown_url';
    onRefused(refused, request.socket.remoteAddress);
    // A body that is not read would be taken for the next request.
    if (refused === 'body') response.shouldKeepAlive = false;
    send(response, REFUSALS[refused]);
  };
}

function sendWhenReady(response: ServerResponse, answer: Eventually<HttpAnswer>): void {
  if (!(answer instanceof Promise)) {
    send(response, answer);
    return;
  }
  answer.then(
    (later) => send(response, later),
    () => send(response, REFUSALS.internal),
  );
}

function causeOf(
  request: IncomingMessage,
  isTrusted: (socket: Socket) => boolean,
  known: boolean,
): RefusalCause | null {
  if (!isTrusted(request.socket)) return 'untrusted_peer';
  if (!known) return 'unknown_url';
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return (length !== undefined && length !== '0') || encoding !== undefined ? 'body' : null;
}

/** A peer is looked up once a connection, and again after the list was replaced. */
function trustOf(peers: Live<TrustedPeers>): (socket: Socket) => boolean {
  const known = new WeakMap<Socket, { readonly list: TrustedPeers; readonly trusted: boolean }>();
  return (socket) => {
    const list = peers.current;
    const found = known.get(socket);
    if (found?.list === list) return found.trusted;
    const trusted = list.includes(socket.remoteAddress);
    known.set(socket, { list, trusted });
    return trusted;
  };
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, headers as string[]);
  response.end(body);
}

/** For a connection that has no request that could be answered. */
function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : [],
  );
  return [`HTTP/1.1 ${status} `, ...lines, 'connection: close', '', body].join('\r\n');
}

async function listen(server: Server, address: string): Promise<number> {
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') await freeSocketPath(parsed.path);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(address, error.code ?? error.name)),
    );
    const listening = (): void => resolve((server.address() as AddressInfo).port ?? 0);
    if (parsed.kind === 'unix') server.listen(parsed.path, listening);
    else server.listen(parsed.port, parsed.host, listening);
  });
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
