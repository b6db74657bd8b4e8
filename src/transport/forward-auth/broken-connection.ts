import type { Socket } from 'node:net';
import type { HttpAnswer } from './encode.ts';
import { type AnsweredCause, type OnRefused, REFUSALS } from './refusals.ts';

/** How long the other side may take to read the refusal and close, in milliseconds. */
const LINGER = 1_000;

/** What `node:http` and OpenSSL say of a connection without a request that could be answered, as a cause of ours. */
const CAUSES: Readonly<Record<string, AnsweredCause>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout',
};

/** The listener of `clientError`: refuses where somebody can hear it, and always closes. */
export function refuseConnection(
  onRefused: OnRefused,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    const { code = '' } = error;
    const peer = socket.remoteAddress;
    // Preconnected, or gone: nothing was asked. `connections` of gateways come and go like that.
    const isSilent = code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    if (isGone(code) || isSilent || !socket.writable) {
      socket.destroy();
      return;
    }
    const cause = CAUSES[code] ?? (code.startsWith('HPE_') ? 'not_http' : null);
    if (cause === null) {
      onRefused('tls', peer, code);
      socket.destroy();
      return;
    }
    onRefused(cause, peer);
    socket.end(rawAnswer(REFUSALS[cause]));
    // Who never closes its side would keep the connection for ever.
    setTimeout(() => socket.destroy(), LINGER).unref();
  };
}

function isGone(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** For a connection that has no request that could be answered. */
function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : [],
  );
  return [`HTTP/1.1 ${status} `, ...lines, 'connection: close', '', body].join('\r\n');
}
