const PREFIX_BYTES = 5;

/**
 * Counts the messages of a request by the five bytes before each (gRPC over HTTP/2, Length-Prefixed-Message). grpc-js takes a frame
 * apart as a whole before anybody may refuse it: one of 16 KB can hold 3,276 messages, or a few that inflate to a thousand times
 * their size.
 */
export class MessagePrefixes {
  readonly #most: number;
  /** Bytes of the prefix that have come, and the length in them. */
  #ofPrefix = 0;
  #length = 0;
  #leftOfMessage = 0;
  #begun = 0;

  /** `most` messages are allowed. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next piece. Gives what is wrong with the request by now, or null. */
  take(piece: Buffer): 'compressed' | 'too many messages' | null {
    for (let at = 0; at < piece.length; ) {
      if (this.#leftOfMessage > 0) {
        const skipped = Math.min(this.#leftOfMessage, piece.length - at);
        this.#leftOfMessage -= skipped;
        at += skipped;
        continue;
      }
      if (this.#ofPrefix === 0) {
        this.#begun += 1;
        if (this.#begun > this.#most) return 'too many messages';
        if (piece[at] !== 0) return 'compressed';
      }
      this.#takePrefix(piece[at] ?? 0);
      at += 1;
    }
    return null;
  }

  /** The first byte is the flag, which was looked at. */
  #takePrefix(byte: number): void {
    if (this.#ofPrefix > 0) this.#length = this.#length * 256 + byte;
    this.#ofPrefix += 1;
    if (this.#ofPrefix < PREFIX_BYTES) return;
    this.#leftOfMessage = this.#length;
    this.#ofPrefix = 0;
    this.#length = 0;
  }
}
