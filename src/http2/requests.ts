import type { Allowances } from './allowance.ts';
import {
  ConnectionError,
  DEFAULT_WINDOW,
  ERROR,
  type ErrorCode,
  FLAG,
  MAX_WINDOW,
} from './codes.ts';
import type { Field } from './field.ts';
import { rstStreamFrame, windowUpdateFrame } from './frame-writer.ts';
import { type HeaderBlock, isOnItself, PRIORITY_BYTES } from './header-assembly.ts';
import { withoutPadding } from './payload.ts';
import { areTrailers, type RequestHead, requestHead } from './request-head.ts';
import type { Sender } from './sender.ts';
import { type RequestHandler, Stream, type StreamOwner } from './stream.ts';
import { Streams } from './streams.ts';

/** Takes a request; what it gives hears of the body. Null where it has answered or reset the stream already. */
export type OnRequest = (stream: Stream, head: RequestHead) => RequestHandler | null;

export interface RequestLimits {
  /** Requests at once. */
  readonly streams: number;
  /** The body of a request, in bytes. */
  readonly body: number;
  /** Hears of a request that was reset since its header list is too long. */
  readonly onLongHeaders: () => void;
}

/** The window of the connection for bodies: as much as may be on its way. */
export const RECEIVE_WINDOW: number = 1024 * 1024;

/** The requests of one connection and their answers. Faults of a stream end it; those of the connection are thrown. */
export class Requests implements StreamOwner {
  readonly #limits: RequestLimits;
  readonly #onRequest: OnRequest;
  readonly #sender: Sender;
  readonly #allowances: Allowances;
  readonly #streams = new Streams();
  /** What a client may send of one body. Before our settings are known the default holds (section 6.9.2). */
  readonly streamWindow: number;
  /** The first window of answers, as the client has set it. */
  #peerWindow = DEFAULT_WINDOW;
  /** Bytes of bodies since the window of the connection was last given back. */
  #received = 0;
  /** Streams with higher numbers are refused. */
  #acceptedId = MAX_WINDOW;
  /** Hears, whenever a request ends, that none is open any longer. */
  readonly #onIdle: () => void;

  constructor(
    limits: RequestLimits,
    sender: Sender,
    allowances: Allowances,
    onRequest: OnRequest,
    onIdle: () => void,
  ) {
    this.#limits = limits;
    this.#sender = sender;
    this.#allowances = allowances;
    this.#onRequest = onRequest;
    this.#onIdle = onIdle;
    this.streamWindow = Math.max(DEFAULT_WINDOW, limits.body);
  }

  get open(): number {
    return this.#streams.size;
  }

  get lastId(): number {
    return this.#streams.lastId;
  }

  /** Begins no further streams. */
  stop(): void {
    this.#acceptedId = this.#streams.lastId;
  }

  /** The connection is gone. */
  abandonAll(): void {
    for (const stream of this.#streams.all()) this.#close(stream, true, 'gone');
  }

  answer(stream: Stream, head: Buffer, body: Buffer, trailers: Buffer | null): void {
    if (this.#streams.isOpen(stream)) this.#sender.answer(stream, head, body, trailers);
  }

  answerHead(stream: Stream, head: Buffer): void {
    if (this.#streams.isOpen(stream)) this.#sender.answerHead(stream, head);
  }

  reset(stream: Stream, code: ErrorCode): void {
    if (this.#close(stream, true, null)) this.#sender.write(rstStreamFrame(stream.id, code));
  }

  /** An answer has left: of a client that has not said all nothing more is read (section 8.1). */
  sent(stream: Stream): void {
    if (!this.#close(stream, !stream.isRemoteEnded, 'sent') || stream.isRemoteEnded) return;
    this.#sender.write(rstStreamFrame(stream.id, ERROR.noError));
  }

  #close(stream: Stream, byUs: boolean, hears: 'sent' | 'gone' | null): boolean {
    if (!this.#streams.isOpen(stream) || !this.#streams.close(stream, byUs)) return false;
    this.#sender.forget(stream);
    if (hears === 'sent') stream.handler?.onSent();
    else if (hears === 'gone') stream.handler?.onGone();
    if (this.#streams.size === 0) this.#onIdle();
    return true;
  }

  /** Ends a stream for what the client did on it. */
  #fail(stream: Stream, code: ErrorCode): void {
    if (this.#close(stream, true, 'gone')) this.#sender.write(rstStreamFrame(stream.id, code));
    this.#allowances.idle();
  }

  /** A header list has come; null for one that is longer than may be. */
  onHeaders(block: HeaderBlock, fields: readonly Field[] | null): void {
    const { streamId: id, endsStream } = block;
    const open = this.#streams.get(id);
    if (open !== undefined) this.#onTrailers(open, endsStream, fields);
    else if (this.#streams.begin(id)) this.#onHead(block, fields);
  }

  /** Nobody reads them, but they must be such (section 8.1). */
  #onTrailers(stream: Stream, endsStream: boolean, fields: readonly Field[] | null): void {
    if (stream.isRemoteEnded) this.#fail(stream, ERROR.streamClosed);
    else if (!endsStream || (fields !== null && !areTrailers(fields)))
      this.#fail(stream, ERROR.protocol);
    else this.#end(stream);
  }

  #onHead(block: HeaderBlock, fields: readonly Field[] | null): void {
    const { streamId: id, endsStream } = block;
    const isFull = this.#streams.size >= this.#limits.streams;
    const head = fields === null || block.dependsOnItself ? null : requestHead(fields);
    if (id > this.#acceptedId || isFull) this.#refuse(id, ERROR.refusedStream);
    else if (head !== null) this.#begin(id, head, endsStream);
    else if (fields !== null) this.#refuse(id, ERROR.protocol);
    else {
      this.#limits.onLongHeaders();
      this.#refuse(id, ERROR.enhanceYourCalm);
      this.#allowances.longHeaders();
    }
  }

  #begin(id: number, head: RequestHead, endsStream: boolean): void {
    const stream = new Stream(id, this.#peerWindow, this);
    this.#streams.add(stream);
    stream.contentLength = head.contentLength;
    stream.handler = this.#onRequest(stream, head);
    if (endsStream && this.#streams.isOpen(stream)) this.#end(stream);
  }

  #refuse(id: number, code: ErrorCode): void {
    this.#streams.refuse(id);
    this.#sender.write(rstStreamFrame(id, code));
    // Of an honest client some are on their way when it is told that there are too many.
    if (code !== ERROR.refusedStream) this.#allowances.idle();
  }

  #end(stream: Stream): void {
    stream.isRemoteEnded = true;
    const { contentLength, bodyBytes } = stream;
    if (contentLength !== null && contentLength !== bodyBytes) this.#fail(stream, ERROR.protocol);
    else stream.handler?.onEnd();
  }

  onData(flags: number, id: number, payload: Buffer): void {
    this.#countReceived(payload.length);
    const piece = withoutPadding(flags, payload);
    const stream = this.#streams.get(id);
    const endsStream = (flags & FLAG.endStream) !== 0;
    if (stream === undefined) this.#onLateData(id);
    else this.#onPiece(stream, piece, payload.length, endsStream);
  }

  /** `length` counts against the window, with the padding. */
  #onPiece(stream: Stream, piece: Buffer, length: number, endsStream: boolean): void {
    stream.received += length;
    stream.bodyBytes += piece.length;
    if (stream.isRemoteEnded) this.#fail(stream, ERROR.streamClosed);
    else if (stream.received > this.streamWindow) this.#fail(stream, ERROR.flowControl);
    else if (piece.length > 0) stream.handler?.onData(piece, endsStream);
    else if (!endsStream) this.#allowances.idle();
    if (endsStream && this.#streams.isOpen(stream)) this.#end(stream);
  }

  /** What has been read is given back: how much is kept of it is bounded by who keeps it. */
  #countReceived(length: number): void {
    this.#received += length;
    if (this.#received < RECEIVE_WINDOW / 2) return;
    this.#sender.write(windowUpdateFrame(0, this.#received));
    this.#received = 0;
  }

  /** What was on its way when we ended its stream is no fault. */
  #onLateData(id: number): void {
    const isExpected = this.#streams.isEndedByUs(id);
    this.#allowances.idle();
    if (!isExpected) this.#sender.write(rstStreamFrame(id, ERROR.streamClosed));
  }

  onReset(id: number): void {
    this.#allowances.reset();
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#streams.isEndedByUs(id);
    else this.#close(stream, false, 'gone');
  }

  /** Section 6.9.2: it changes the windows of open streams too, maybe below zero. */
  onPeerWindow(window: number): void {
    const more = window - this.#peerWindow;
    this.#peerWindow = window;
    for (const stream of this.#streams.all()) {
      stream.sendWindow += more;
      if (stream.sendWindow > MAX_WINDOW)
        throw new ConnectionError(ERROR.flowControl, 'a window that is too large');
    }
    this.#sender.streamWidened();
  }

  onWindowUpdate(id: number, increment: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      this.#streams.isEndedByUs(id);
      return;
    }
    stream.sendWindow += increment;
    if (increment === 0) this.#fail(stream, ERROR.protocol);
    else if (stream.sendWindow > MAX_WINDOW) this.#fail(stream, ERROR.flowControl);
    else this.#sender.streamWidened();
  }

  /** Priorities are read and mean nothing (section 5.3.2). */
  onPriority(id: number, payload: Buffer): void {
    this.#allowances.idle();
    const isWrong = payload.length !== PRIORITY_BYTES;
    if (!isWrong && !isOnItself(payload, id)) return;
    const code = isWrong ? ERROR.frameSize : ERROR.protocol;
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#sender.write(rstStreamFrame(id, code));
    else this.#fail(stream, code);
  }
}
