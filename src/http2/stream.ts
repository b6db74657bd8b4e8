import type { ErrorCode } from './codes.ts';

/** What becomes of a request; one for each, made by whoever answers. */
export interface RequestHandler {
  /**
   * A piece of the body. It is lent: whoever keeps it keeps a copy, but for the last one, after which `onEnd` is called before the memory
   * changes.
   */
  onData(piece: Buffer, isLast: boolean): void;
  /** The client has said all. */
  onEnd(): void;
  /** The stream ended without its answer: the client took it back, or the connection is gone. */
  onGone(): void;
  /** The answer has left for the client, as far as its windows and its connection allow. */
  onSent(): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  answer(stream: Stream, head: Buffer, body: Buffer, trailers: Buffer | null): void;
  answerHead(stream: Stream, head: Buffer): void;
  reset(stream: Stream, code: ErrorCode): void;
}

/** What is left to send of an answer that the windows hold back. */
export interface Rest {
  readonly body: Buffer;
  /** Null where the body ends the answer. */
  readonly trailers: Buffer | null;
}

/** One request and its answer. */
export class Stream {
  readonly id: number;
  readonly #owner: StreamOwner;
  /** Null before the request was given to somebody. */
  handler: RequestHandler | null = null;
  /** Bytes that the client takes. */
  sendWindow: number;
  /** Bytes of the body by flow control's count, padding too. */
  received = 0;
  /** Bytes of the body alone, against `content-length`. */
  bodyBytes = 0;
  contentLength: number | null = null;
  /** The client has said all. */
  isRemoteEnded = false;
  rest: Rest | null = null;

  constructor(id: number, sendWindow: number, owner: StreamOwner) {
    this.id = id;
    this.sendWindow = sendWindow;
    this.#owner = owner;
  }

  /**
   * Answers with a head, a body and trailers; without trailers the body, which is not empty then, ends it. Head and trailers are
   * blocks of header fields, as `headerBlock` makes them. Once.
   */
  answer(head: Buffer, body: Buffer, trailers: Buffer | null): void {
    this.#owner.answer(this, head, body, trailers);
  }

  /** Answers with a head alone. */
  answerHead(head: Buffer): void {
    this.#owner.answerHead(this, head);
  }

  /** Ends it without an answer, or in the middle of it. */
  reset(code: ErrorCode): void {
    this.#owner.reset(this, code);
  }
}
