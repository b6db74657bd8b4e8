/** How often something happened while decisions were made. */
export interface Counts {
  readonly promises: number;
  /** Calls of `JSON.parse`. */
  readonly parsed: number;
  /** Texts that were decoded as base64url. */
  readonly decoded: number;
  /** Signatures that were verified. */
  readonly signatures: number;
}

/** What decisions cost. */
export interface Work {
  /** Of the decision that was made warm. */
  readonly reason: string;
  /** One decision about a token that was never seen. */
  readonly cold: Counts;
  /** A thousand decisions about a token that was seen before. */
  readonly warm: Counts;
  /** A warm decision, in bytes; collections of garbage that would make the number too small. */
  readonly bytes: {
    readonly heap: number;
    readonly buffers: number;
    readonly collections: number;
  };
}
