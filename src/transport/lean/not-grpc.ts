import { ERROR } from '../../http2/codes.ts';
import type { RequestHandler, Stream } from '../../http2/stream.ts';
import { NOT_GRPC } from './answers.ts';

/** Bytes that are read, and thrown away, of what is no call. */
const MAX_BODY = 16 * 1024;

/** A request that is no call of gRPC: 415, once it has come whole (gRPC over HTTP/2, "Requests"). */
export class NotGrpc implements RequestHandler {
  readonly #stream: Stream;
  #bytes = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  onData(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_BODY) this.#stream.reset(ERROR.refusedStream);
  }

  onEnd(): void {
    this.#stream.answer(NOT_GRPC.head, NOT_GRPC.body, null);
  }

  onGone(): void {
    this.#bytes = 0;
  }

  onSent(): void {
    this.#bytes = 0;
  }
}
