import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpAnswer } from './encode.ts';
import { type AnsweredCause, type OnRefused, REFUSALS } from './refusals.ts';

/** What `node:http` says of a request that it could not read, as a cause of ours. Its other `HPE_` codes are `not_http`. */
const CAUSES: Readonly<Record<string, AnsweredCause>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout',
};

/** The listener of `clientError`: refuses where somebody can hear it, and always closes. */
export function refuseConnection(
  onRefused: OnRefused,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    const peer = socket.remoteAddress;
    const fault = handshakeFault(error, socket);
    if (fault !== null) onRefused('tls', peer, fault);
    const cause = fault === null ? requestFault(error, socket) : null;
    if (cause === null) {
      socket.destroy();
      return;
    }
    onRefused(cause, peer);
    // Who never closes its side is heard of once more when the time for the request is over, and destroyed then.
    socket.end(rawAnswer(REFUSALS[cause]));
  };
}

/** What is wrong with a handshake or a client's certificate, in OpenSSL's words; null where it is not that. */
function handshakeFault({ code = '' }: NodeJS.ErrnoException, socket: Socket): string | null {
  // Node closes a connection whose certificate does not verify and reports no more than its end.
  const unauthorized = socket instanceof TLSSocket ? socket.authorizationError : null;
  if (unauthorized) return String(unauthorized);
  return /^ERR_(?:SSL|TLS)_/.test(code) ? code : null;
}

/** Null where nothing was asked or nobody is there to be answered: gateways open connections ahead and drop them. */
function requestFault({ code = '' }: NodeJS.ErrnoException, socket: Socket): AnsweredCause | null {
  if (!socket.writable || socket.bytesRead === 0) return null;
  return CAUSES[code] ?? (code.startsWith('HPE_') ? 'not_http' : null);
}

/** For a connection that has no request that could be answered. */
function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : [],
  );
  return [`HTTP/1.1 ${status} `, ...lines, 'connection: close', '', body].join('\r\n');
}
