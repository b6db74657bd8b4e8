import type { Server } from 'node:http';
import type { DropArgument, Socket } from 'node:net';
import type { Live } from '../../base/live.ts';
import type { TrustedPeers } from '../../base/peers.ts';
import type { OnRefused } from './refusals.ts';

/**
 * Bounds what connections hold: with TLS and half a request each has up to 130 KB. Beyond `most` they are closed unheard; peers
 * that are not trusted may have half of it, so that they cannot keep the gateways out.
 */
export function limitConnections(
  server: Server,
  most: number,
  peers: Live<TrustedPeers>,
  onRefused: OnRefused,
): void {
  let open = 0;
  server.maxConnections = most;
  server.on('drop', (dropped?: DropArgument) => onRefused('connections', dropped?.remoteAddress));
  server.on('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    const { remoteAddress: peer } = socket;
    if (open <= most / 2 || peers.current.includes(peer)) return;
    onRefused('connections', peer);
    socket.destroy();
  });
}
