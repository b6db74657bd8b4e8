/** The flag and the length before a message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const PREFIX_BYTES = 5;

/** What is wrong with a request before it is whole. */
export type MessageFault = 'compressed' | 'too many messages' | { readonly oversized: number };

const NOTHING = Buffer.alloc(0);

/** Puts the one message of a call together from the pieces that come. What it holds is what has come, whatever the prefix says. */
export class MessageReader {
  readonly #most: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Of the message; null before its prefix has come. */
  #length: number | null = null;

  /** `most` bytes of a message are read. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a piece. `isLent`: it may change after the call, so a copy is kept. */
  take(piece: Buffer, isLent: boolean): MessageFault | null {
    this.#parts.push(isLent ? Buffer.from(piece) : piece);
    this.#bytes += piece.length;
    if (this.#length === null && this.#bytes >= PREFIX_BYTES) {
      const fault = this.#readPrefix();
      if (fault !== null) return fault;
    }
    const isMore = this.#length !== null && this.#bytes > PREFIX_BYTES + this.#length;
    return isMore ? 'too many messages' : null;
  }

  #readPrefix(): MessageFault | null {
    const start = this.#joined();
    if (start[0] !== 0) return 'compressed';
    this.#length = start.readUInt32BE(1);
    return this.#length > this.#most ? { oversized: this.#length } : null;
  }

  #joined(): Buffer {
    const [only = NOTHING] = this.#parts;
    if (this.#parts.length <= 1) return only;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }

  /** The message, once all has come: null where there is none, undefined where it is not whole. */
  message(): Buffer | null | undefined {
    if (this.#bytes === 0) return null;
    if (this.#length === null || this.#bytes < PREFIX_BYTES + this.#length) return undefined;
    return this.#joined().subarray(PREFIX_BYTES);
  }

  /** Lets go of what has come. */
  forget(): void {
    this.#parts = [];
  }
}
