import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Eventually } from '../../base/deferred.ts';
import type { Live } from '../../base/live.ts';
import type { TrustedPeers } from '../../base/peers.ts';
import { readCheckUrl } from './check-url.ts';
import type { HttpCheck } from './decode.ts';
import type { HandleDocument } from './document.ts';
import type { HttpAnswer } from './encode.ts';
import type { HandleHttpCheck } from './handle.ts';
import { type AnsweredCause, type OnRefused, REFUSALS } from './refusals.ts';

export interface ListenerSettings {
  readonly peers: Live<TrustedPeers>;
  /** Longest that a decision may take, in milliseconds. */
  readonly decisionTimeout: number;
  /** Whether a connection is to be closed after the answer: the server stops, or what it was let in for is over. */
  readonly isEnding: (socket: Socket) => boolean;
}

/** Refused, and the connection closed: its next bytes would be a body, or another request of somebody who is not heard. */
const CLOSING: readonly AnsweredCause[] = ['body', 'untrusted_peer', 'not_http'];

/** Answers requests: checks by `handle`, documents by `describe`, all others with a refusal that `onRefused` hears of. */
export function checkListener(
  { peers, decisionTimeout, isEnding }: ListenerSettings,
  handle: HandleHttpCheck,
  describe: HandleDocument,
  onRefused: OnRefused,
): RequestListener {
  const isTrusted = trustOf(peers);
  const send = (response: ServerResponse, { status, headers, body }: HttpAnswer): void => {
    // Asked now and not when the request came: the server may have been stopped while it was decided.
    if (isEnding(response.req.socket)) response.shouldKeepAlive = false;
    response.writeHead(status, headers as string[]);
    response.end(body);
  };
  const closed = new WeakSet<Socket>();
  const turnAway = (cause: AnsweredCause, response: ServerResponse): void => {
    const { socket } = response.req;
    onRefused(cause, socket.remoteAddress);
    if (CLOSING.includes(cause)) {
      response.shouldKeepAlive = false;
      closed.add(socket);
    }
    send(response, REFUSALS[cause]);
  };
  return (request, response) => {
    // What came in one read with a request that closed the connection: nobody would hear the answer.
    if (closed.has(request.socket)) return;
    const target = request.url ?? '';
    const url = readCheckUrl(target);
    const cause = causeOf(request, isTrusted, url !== null);
    if (cause === null && url !== null) {
      const answer = handle(url, asCheck(request), decisionTimeout);
      sendWhenReady(answer, (ready) => send(response, ready));
      return;
    }
    const document = cause === 'unknown_url' ? describe(target, asCheck(request)) : null;
    if (document === null) turnAway(cause ?? 'unknown_url', response);
    else send(response, document);
  };
}

function asCheck({ method = '', rawHeaders }: IncomingMessage): HttpCheck {
  return { method, rawHeaders };
}

function sendWhenReady(answer: Eventually<HttpAnswer>, send: (answer: HttpAnswer) => void): void {
  if (!(answer instanceof Promise)) {
    send(answer);
    return;
  }
  answer.then(send, () => send(REFUSALS.internal));
}

function causeOf(
  request: IncomingMessage,
  isTrusted: (socket: Socket) => boolean,
  known: boolean,
): AnsweredCause | null {
  if (!isTrusted(request.socket)) return 'untrusted_peer';
  if (!isHttp1(request)) return 'not_http';
  if (!known) return 'unknown_url';
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return (length !== undefined && length !== '0') || encoding !== undefined ? 'body' : null;
}

/** `node:http` reads the request line of HTTP/2.0 too. RFC 9112 section 3.2: HTTP/1.1 has a Host. */
function isHttp1({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.0' || (httpVersion === '1.1' && headers.host !== undefined);
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
