import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  FIRST_BLOCK,
  FRAME,
  FRAME_HEADER_BYTES,
  frame,
  NEXT_BLOCK,
  PADDED,
  PREFACE,
  uint32,
} from './http2-head.ts';

/** A call that waits for its answer. `message` is what has arrived of it, with the 5 bytes of gRPC before it. */
interface OpenCall {
  readonly tag: number;
  message: Buffer;
}

export interface ConnectionEvents {
  /** A call was answered with a message. `tag` is what `call` was given; `message` is valid until this returns. */
  answered(tag: number, message: Buffer): void;
  /** Something that a measurement must not survive: a call without an answer, a connection that ended. */
  failed(error: Error): void;
}

/** More than can be in flight; a power of two. */
const SLOTS = 1 << 16;
const SETTINGS_INITIAL_WINDOW_SIZE = 4;
const DEFAULT_WINDOW = 65_535;
const LARGEST_WINDOW = 2 ** 31 - 1;
const GRPC_PREFIX_BYTES = 5;
const EMPTY = Buffer.alloc(0);
/** Given back to the server when it has used half of it. */
const RECEIVE_WINDOW = 1 << 30;

/**
 * The client half of one HTTP/2 connection, for unary gRPC calls that are all alike. It does what a server that is measured can
 * see (windows, SETTINGS, PING, the dynamic table) and nothing else. `node:http2` costs more for each call than the servers,
 * so they would wait for it, and its garbage collection would show as their latency.
 */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #open: (OpenCall | undefined)[] = new Array(SLOTS).fill(undefined);
  #unread: Buffer = EMPTY;
  #outgoing: Buffer[] = [];
  #flushing = false;
  readonly #waiting: { readonly message: Buffer; readonly tag: number }[] = [];
  #nextStream = 1;
  #sendWindow = DEFAULT_WINDOW;
  #received = 0;
  #closing = false;

  private constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(SETTINGS_INITIAL_WINDOW_SIZE);
    settings.writeUInt32BE(LARGEST_WINDOW, 2);
    socket.write(
      Buffer.concat([
        PREFACE,
        frame(FRAME.settings, 0, 0, settings),
        frame(FRAME.windowUpdate, 0, 0, uint32(RECEIVE_WINDOW)),
      ]),
    );
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('the server closed the connection'));
  }

  /** `address` is `HOST:PORT` or `unix:/PATH`. */
  static async open(address: string, events: ConnectionEvents): Promise<Http2Connection> {
    const colon = address.lastIndexOf(':');
    const socket = address.startsWith('unix:')
      ? connect({ path: address.slice('unix:'.length) })
      : connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return new Http2Connection(socket, events);
  }

  /** Starts a call. `message` has gRPC's 5 bytes before it. */
  call(message: Buffer, tag: number): void {
    if (this.#waiting.length > 0 || message.length > this.#sendWindow) {
      this.#waiting.push({ message, tag });
    } else this.#send(message, tag);
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #send(message: Buffer, tag: number): void {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const slot = (stream >>> 1) & (SLOTS - 1);
    if (this.#open[slot] !== undefined) {
      this.#fail('too many calls in flight');
      return;
    }
    this.#open[slot] = { tag, message: EMPTY };
    this.#sendWindow -= message.length;
    const block = stream === 1 ? FIRST_BLOCK : NEXT_BLOCK;
    const head = Buffer.allocUnsafe(block.length + 2 * FRAME_HEADER_BYTES);
    head.writeUIntBE(block.length, 0, 3);
    head[3] = FRAME.headers;
    head[4] = END_HEADERS;
    head.writeUInt32BE(stream, 5);
    block.copy(head, FRAME_HEADER_BYTES);
    const at = FRAME_HEADER_BYTES + block.length;
    head.writeUIntBE(message.length, at, 3);
    head[at + 3] = FRAME.data;
    head[at + 4] = END_STREAM;
    head.writeUInt32BE(stream, at + 5);
    this.#write(head);
    this.#write(message);
  }

  /** Everything written in one turn of the event loop leaves in one piece. */
  #write(bytes: Buffer): void {
    this.#outgoing.push(bytes);
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => {
      this.#flushing = false;
      if (!this.#closing) this.#socket.write(Buffer.concat(this.#outgoing));
      this.#outgoing = [];
    });
  }

  #read(chunk: Buffer): void {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let at = 0;
    while (at + FRAME_HEADER_BYTES <= bytes.length) {
      const end = at + FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#handle(
        bytes[at + 3] ?? 0,
        bytes[at + 4] ?? 0,
        bytes.readUInt32BE(at + 5),
        bytes.subarray(at + FRAME_HEADER_BYTES, end),
      );
      at = end;
    }
    this.#unread = bytes.subarray(at);
  }

  #handle(type: number, flags: number, stream: number, payload: Buffer): void {
    switch (type) {
      case FRAME.data:
        if ((flags & PADDED) !== 0) this.#fail('the server pads frames');
        else this.#receiveData(stream, payload);
        break;
      case FRAME.settings:
        if ((flags & ACK) === 0) this.#write(frame(FRAME.settings, ACK, 0, EMPTY));
        return;
      case FRAME.ping:
        if ((flags & ACK) === 0) this.#write(frame(FRAME.ping, ACK, 0, payload));
        return;
      case FRAME.windowUpdate:
        if (stream === 0) this.#widen(payload.readUInt32BE());
        return;
      case FRAME.rstStream:
        // After its answer a call may be reset without an error (RFC 9113 section 8.1).
        if (this.#open[(stream >>> 1) & (SLOTS - 1)] !== undefined)
          this.#fail(`the server reset a call with error ${payload.readUInt32BE()}`);
        return;
      case FRAME.goAway:
        this.#fail(`the server said GOAWAY with error ${payload.readUInt32BE(4)}`);
        return;
    }
    const ends = type === FRAME.data || type === FRAME.headers;
    if (ends && (flags & END_STREAM) !== 0) this.#finish(stream);
  }

  #receiveData(stream: number, payload: Buffer): void {
    const call = this.#open[(stream >>> 1) & (SLOTS - 1)];
    if (call !== undefined) {
      call.message = call.message.length === 0 ? payload : Buffer.concat([call.message, payload]);
    }
    this.#received += payload.length;
    if (this.#received < RECEIVE_WINDOW / 2) return;
    this.#write(frame(FRAME.windowUpdate, 0, 0, uint32(this.#received)));
    this.#received = 0;
  }

  #widen(increment: number): void {
    this.#sendWindow += increment;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || next.message.length > this.#sendWindow) return;
      this.#waiting.shift();
      this.#send(next.message, next.tag);
    }
  }

  /** A gRPC call that fails ends without a message, so there is no need to read its trailers. */
  #finish(stream: number): void {
    const slot = (stream >>> 1) & (SLOTS - 1);
    const call = this.#open[slot];
    if (call === undefined) return;
    this.#open[slot] = undefined;
    const { message, tag } = call;
    const isWhole =
      message.length >= GRPC_PREFIX_BYTES &&
      message.length === GRPC_PREFIX_BYTES + message.readUInt32BE(1);
    if (isWhole) this.#events.answered(tag, message.subarray(GRPC_PREFIX_BYTES));
    else this.#fail('a call ended without an answer');
  }

  #fail(what: string): void {
    if (this.#closing) return;
    this.close();
    this.#events.failed(new Error(what));
  }
}
