import type { Duplex } from 'node:stream';
import { DEFAULT_WINDOW, FLAG, FRAME, MAX_FRAME, MAX_WINDOW } from './codes.ts';
import { FRAME_HEADER, writeFrameHeader } from './frame-writer.ts';
import type { Stream } from './stream.ts';

/** Bytes that may wait in the socket before nothing more is read of the peer. */
const MAX_UNSENT = 256 * 1024;

/**
 * Writes to a connection: what is written while one piece of input is read leaves in one write, and no more of an answer than the
 * windows of the peer allow (RFC 9113 section 5.2).
 */
export class Sender {
  readonly #socket: Duplex;
  #parts: Buffer[] = [];
  #isScheduled = false;
  /** Of the connection. */
  #window = DEFAULT_WINDOW;
  /** Answers that the windows hold back, the oldest first. */
  #blocked: Stream[] = [];
  /** Hears of an answer that has been written whole. */
  readonly #onSent: (stream: Stream) => void;

  constructor(socket: Duplex, onSent: (stream: Stream) => void) {
    this.#socket = socket;
    this.#onSent = onSent;
  }

  /** Whether the peer takes so little that nothing more should be read of it. */
  get isFull(): boolean {
    return this.#socket.writableLength > MAX_UNSENT;
  }

  write(bytes: Buffer): void {
    this.#parts.push(bytes);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Writes what has been gathered. */
  flush(): void {
    this.#isScheduled = false;
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    if (this.#socket.destroyed) return;
    this.#socket.write(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
  }

  /**
   * A whole answer in one piece of memory, where the windows allow it at once; else its head, and the rest as they open. Without
   * trailers the body ends it.
   */
  answer(stream: Stream, head: Buffer, body: Buffer, trailers: Buffer | null): void {
    const { length } = body;
    const isFree = this.#blocked.length === 0 && trailers !== null;
    if (isFree && length <= this.#window && length <= stream.sendWindow && length <= MAX_FRAME) {
      this.#window -= length;
      const bytes = Buffer.allocUnsafe(3 * FRAME_HEADER + head.length + length + trailers.length);
      let at = writeFrameHeader(bytes, 0, head.length, FRAME.headers, FLAG.endHeaders, stream.id);
      at += head.copy(bytes, at);
      at = writeFrameHeader(bytes, at, length, FRAME.data, 0, stream.id);
      at += body.copy(bytes, at);
      trailers.copy(bytes, this.#endAt(bytes, at, stream.id, trailers.length));
      this.write(bytes);
      this.#onSent(stream);
      return;
    }
    this.#writeHeaders(stream.id, head, FLAG.endHeaders);
    stream.rest = { body, trailers };
    this.#blocked.push(stream);
    this.#pump();
  }

  #endAt(bytes: Buffer, at: number, id: number, length: number): number {
    return writeFrameHeader(bytes, at, length, FRAME.headers, FLAG.endHeaders | FLAG.endStream, id);
  }

  answerHead(stream: Stream, head: Buffer): void {
    this.#writeHeaders(stream.id, head, FLAG.endHeaders | FLAG.endStream);
    this.#onSent(stream);
  }

  #writeHeaders(id: number, block: Buffer, flags: number): void {
    const bytes = Buffer.allocUnsafe(FRAME_HEADER + block.length);
    block.copy(bytes, writeFrameHeader(bytes, 0, block.length, FRAME.headers, flags, id));
    this.write(bytes);
  }

  /** A stream is over: nothing more of its answer is sent. */
  forget(stream: Stream): void {
    if (stream.rest === null) return;
    stream.rest = null;
    this.#blocked = this.#blocked.filter((one) => one !== stream);
  }

  /** The window of the connection grows. False where it would be larger than any may be. */
  widen(increment: number): boolean {
    this.#window += increment;
    if (this.#window > MAX_WINDOW) return false;
    this.#pump();
    return true;
  }

  /** A window of a stream has grown. */
  streamWidened(): void {
    if (this.#blocked.length > 0) this.#pump();
  }

  /** Sends of the answers that were held back what the windows allow by now. */
  #pump(): void {
    for (const stream of this.#blocked) {
      this.#sendRest(stream);
      if (this.#window <= 0) break;
    }
    this.#blocked = this.#blocked.filter(({ rest }) => rest !== null);
  }

  #sendRest(stream: Stream): void {
    while (stream.rest !== null) {
      const { body, trailers } = stream.rest;
      const length = Math.min(body.length, this.#window, stream.sendWindow, MAX_FRAME);
      if (length <= 0 && body.length > 0) return;
      const left = body.subarray(length);
      if (length > 0)
        this.#writeData(stream, body.subarray(0, length), trailers === null && left.length === 0);
      stream.rest = left.length > 0 ? { body: left, trailers } : null;
      if (left.length === 0) this.#endRest(stream, trailers);
    }
  }

  #writeData(stream: Stream, piece: Buffer, isLast: boolean): void {
    this.#window -= piece.length;
    stream.sendWindow -= piece.length;
    const bytes = Buffer.allocUnsafe(FRAME_HEADER + piece.length);
    const flags = isLast ? FLAG.endStream : 0;
    piece.copy(bytes, writeFrameHeader(bytes, 0, piece.length, FRAME.data, flags, stream.id));
    this.write(bytes);
  }

  #endRest(stream: Stream, trailers: Buffer | null): void {
    if (trailers !== null)
      this.#writeHeaders(stream.id, trailers, FLAG.endHeaders | FLAG.endStream);
    this.#onSent(stream);
  }
}
