import type { Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { contextOf, HANDSHAKE_TIMEOUT, type ListenerCertificate } from '../certificate.ts';

/** A server, and which of its connections are to be closed after their next answer. */
export interface TlsServer {
  readonly server: Server;
  readonly isOutdated: (socket: Socket) => boolean;
}

/**
 * An HTTPS server that follows the reloads of its certificate. With `clientCa` nobody is heard who shows no certificate of it,
 * and other authorities count for open connections too: those that are idle are closed, the rest after their answer.
 */
export function createTlsServer(
  certificate: ListenerCertificate,
  limits: ServerOptions,
): TlsServer {
  const server = createServer({
    ...limits,
    ...contextOf(certificate.material),
    requestCert: certificate.demandsClient,
    rejectUnauthorized: certificate.demandsClient,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  let current = new WeakSet<Socket>();
  if (certificate.demandsClient)
    server.on('secureConnection', (socket: Socket) => current.add(socket));
  certificate.onReload((material) => server.setSecureContext(contextOf(material)));
  certificate.onOtherAuthorities(() => {
    current = new WeakSet();
    server.closeIdleConnections();
  });
  return {
    server,
    isOutdated: (socket) => certificate.demandsClient && !current.has(socket),
  };
}
