import { ClosedStreams } from './closed-streams.ts';
import { ConnectionError, ERROR } from './codes.ts';
import type { Stream } from './stream.ts';
import { StreamTable } from './stream-table.ts';

/** The streams of a connection: those that are open, and what is known of others by their numbers (RFC 9113 section 5.1). */
export class Streams {
  readonly #open = new StreamTable<Stream>();
  readonly #closed = new ClosedStreams();
  /** The highest number that a client has begun a stream with. */
  lastId = 0;

  get size(): number {
    return this.#open.size;
  }

  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  isOpen(stream: Stream): boolean {
    return this.#open.get(stream.id) === stream;
  }

  all(): readonly Stream[] {
    return this.#open.all();
  }

  /** Begins a number. Gives false where we have ended its stream; throws where no client may begin it. */
  begin(id: number): boolean {
    if (id % 2 === 0) throw new ConnectionError(ERROR.protocol, 'a stream with an even number');
    if (id > this.lastId) {
      this.lastId = id;
      return true;
    }
    const end = this.#closed.endOf(id);
    if (end === 'by us') return false;
    const code = end === null ? ERROR.protocol : ERROR.streamClosed;
    throw new ConnectionError(code, 'HEADERS of a stream that is over');
  }

  add(stream: Stream): void {
    this.#open.add(stream);
  }

  /** False where it was not open. */
  close(stream: Stream, byUs: boolean): boolean {
    if (!this.#open.delete(stream.id)) return false;
    this.#closed.add(stream.id, byUs);
    return true;
  }

  /** A number of which no stream is made. */
  refuse(id: number): void {
    this.#closed.add(id, true);
  }

  /** Throws where a stream of this number has not begun. Gives whether we have ended it. */
  isEndedByUs(id: number): boolean {
    if (id > this.lastId || id % 2 === 0)
      throw new ConnectionError(ERROR.protocol, 'a frame of a stream that has not begun');
    return this.#closed.endOf(id) === 'by us';
  }
}
