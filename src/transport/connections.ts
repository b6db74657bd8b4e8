import type { Server, Socket } from 'node:net';

/**
 * How many of a listener's connections a peer may have: all of them; half of them, with all others at its address; or one of the
 * first half, with all who are no more than guests.
 */
export type Share = 'all' | 'half by address' | 'first half';

export interface ConnectionLimits {
  readonly most: number;
  readonly shareOf: (peer: string | undefined) => Share;
  /** A connection was closed to keep the limits: the new one, or a silent one that gave way to it. */
  readonly onClosed: (peer: string | undefined) => void;
}

/** How long the share is smaller, in milliseconds, and by which part of all connections. */
const PENALTY = 5_000;
const FINE = 1 / 16;

/**
 * The connections of a listener. Where there is no room, the one that has said nothing for the longest time gives way to a new one,
 * so that whoever only holds connections keeps nobody out; one that has been heard never does.
 *
 * Over TLS the socket that is accepted and the one that is heard are two objects, so both are known by the peer's address and port.
 * A Unix socket has neither: its connections give way to nobody.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #open = new Set<Socket>();
  /** By peer, until they are closed. */
  readonly #punished = new Set<string>();
  /** Connections by address, with what was taken away. */
  readonly #byAddress = new Map<string, number>();
  /** Those that have not been heard, the oldest first. */
  readonly #silent = new Map<string, Socket>();

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /** A connection has said something that its listener listens to. */
  heard(socket: Socket): void {
    this.#silent.delete(keyOf(socket));
  }

  /**
   * A connection is about to be closed for what no honest peer does. A part of its address's share is taken away for a while: who
   * comes again at once would cost as much as one that stays.
   */
  punish(socket: Socket): void {
    this.#punished.add(keyOf(socket));
  }

  /** Closes those that have not been heard. */
  destroySilent(): void {
    for (const socket of this.#silent.values()) socket.destroy();
  }

  /** Closes every connection as it is. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #accept(socket: Socket): void {
    // Null where the peer has gone already.
    const { remoteAddress: peer } = socket;
    if (!this.#hasRoom(peer) && !this.#makeRoom(peer)) {
      this.#limits.onClosed(peer);
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    this.#open.add(socket);
    if (peer !== undefined) {
      this.#count(peer, 1);
      this.#silent.set(key, socket);
    }
    socket.once('close', () => {
      this.#forget(socket, key, peer);
      if (this.#punished.delete(key) && peer !== undefined) this.#fine(peer);
    });
  }

  #fine(peer: string): void {
    const fine = Math.ceil(this.#limits.most * FINE);
    this.#count(peer, fine);
    setTimeout(() => this.#count(peer, -fine), PENALTY).unref();
  }

  #count(peer: string, more: number): void {
    const count = (this.#byAddress.get(peer) ?? 0) + more;
    if (count === 0) this.#byAddress.delete(peer);
    else this.#byAddress.set(peer, count);
  }

  #hasRoom(peer: string | undefined): boolean {
    return this.#open.size < this.#limits.most && this.#hasShare(peer);
  }

  #hasShare(peer: string | undefined): boolean {
    const half = this.#limits.most / 2;
    switch (this.#limits.shareOf(peer)) {
      case 'all':
        return true;
      case 'half by address':
        return peer === undefined || (this.#byAddress.get(peer) ?? 0) < half;
      case 'first half':
        return this.#open.size < half;
    }
  }

  /** Closes the oldest silent connection: of those that the peer has to share with, where its share is used up. */
  #makeRoom(peer: string | undefined): boolean {
    const { shareOf, onClosed } = this.#limits;
    const share = this.#hasShare(peer) ? 'all' : shareOf(peer);
    for (const [key, socket] of this.#silent) {
      const { remoteAddress: other } = socket;
      if (share === 'half by address' && other !== peer) continue;
      if (share === 'first half' && shareOf(other) !== share) continue;
      onClosed(other);
      this.#forget(socket, key, other);
      socket.destroy();
      return true;
    }
    return false;
  }

  #forget(socket: Socket, key: string, peer: string | undefined): void {
    if (!this.#open.delete(socket) || peer === undefined) return;
    if (this.#silent.get(key) === socket) this.#silent.delete(key);
    this.#count(peer, -1);
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
