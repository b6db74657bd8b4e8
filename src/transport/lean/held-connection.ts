import type { Socket } from 'node:net';
import { Connection, type ConnectionLimits } from '../../http2/connection.ts';
import type { OnRequest } from '../../http2/requests.ts';

/** What is done to connections as time goes by, in milliseconds. */
export interface Lifetimes {
  /** A client must have begun, and acknowledged our settings, by then. */
  readonly handshake: number;
  /** A client that takes nothing of what was sent to it is let go of. */
  readonly stalled: number;
  /** A client is asked (PING) whether it is there so long after it last said anything, and closed without an answer. */
  readonly keepalive: { readonly after: number; readonly patience: number };
  /** Age at which a connection is ended gently, spread by a tenth. */
  readonly age: number;
  /** How long open requests may take when a connection is to end. */
  readonly grace: number;
}

/** How long a client may take to hear that no further request is begun: GOAWAY says so twice (RFC 9113 section 6.8). */
const GOAWAY_PAUSE = 100;
/** How long a client may take to close a connection that is over. */
const LINGER = 1_000;
const SPREAD = 0.1;

/** A connection and its socket: what is read goes to it, and time ends it. */
export class HeldConnection {
  readonly socket: Socket;
  readonly connection: Connection;
  readonly #lifetimes: Lifetimes;
  readonly #began: number;
  readonly #endsAt: number;
  /** Hears of a client that does not speak HTTP/2. */
  readonly #onSilent: () => void;
  #pingedAt: number | null = null;
  #fullSince: number | null = null;
  /** When it is closed, whatever is open. */
  #closesAt = Number.POSITIVE_INFINITY;
  #isLeaving = false;

  constructor(
    socket: Socket,
    limits: ConnectionLimits,
    lifetimes: Lifetimes,
    onRequest: OnRequest,
    onSilent: () => void,
    onClosed: () => void,
  ) {
    this.socket = socket;
    this.#lifetimes = lifetimes;
    this.#onSilent = onSilent;
    this.#began = performance.now();
    this.#endsAt = this.#began + lifetimes.age * (1 + SPREAD * (2 * Math.random() - 1));
    this.connection = new Connection(socket, limits, onRequest, () => this.#closeBy(LINGER));
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#readOn());
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.connection.closed();
      onClosed();
    });
  }

  #read(chunk: Buffer): void {
    this.connection.read(chunk);
    if (!this.connection.isFull) return;
    this.#fullSince ??= performance.now();
    this.socket.pause();
  }

  #readOn(): void {
    this.#fullSince = null;
    this.socket.resume();
  }

  /** GOAWAY, time for open requests, then the end. */
  leave(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.connection.goaway(false);
    this.#closeBy(this.#lifetimes.grace);
    setTimeout(() => this.connection.goaway(true), GOAWAY_PAUSE).unref();
  }

  #closeBy(milliseconds: number): void {
    this.#closesAt = Math.min(this.#closesAt, performance.now() + milliseconds);
  }

  /** Looks after what is late. */
  tick(now: number): void {
    const { handshake, stalled } = this.#lifetimes;
    const isSilent = !this.connection.isSettled && now - this.#began > handshake;
    const isStalled = this.#fullSince !== null && now - this.#fullSince > stalled;
    if (isSilent) this.#onSilent();
    if (isSilent || isStalled || now >= this.#closesAt || !this.#isThere(now))
      this.socket.destroy();
    else if (now >= this.#endsAt) this.leave();
  }

  #isThere(now: number): boolean {
    const { after, patience } = this.#lifetimes.keepalive;
    const { heardAt } = this.connection;
    if (this.#pingedAt !== null && heardAt >= this.#pingedAt) this.#pingedAt = null;
    if (this.#pingedAt !== null) return now - this.#pingedAt <= patience;
    if (now - heardAt < after) return true;
    this.#pingedAt = now;
    this.connection.ping();
    return true;
  }
}
