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

/** What decisions leave for the garbage collector, in bytes each. */
export interface Bytes {
  readonly heap: number;
  readonly buffers: number;
  /** Collections of garbage meanwhile, which would make the numbers too small. */
  readonly collections: number;
}

/** What decisions cost. */
export interface Work {
  /** Of the decision that was made warm. */
  readonly reason: string;
  /** A decision that is made to wait: shows that promises are seen. */
  readonly control: Counts;
  /** One decision about a token that was never seen. */
  readonly cold: Counts;
  /** A thousand decisions about a token that was seen before. */
  readonly warm: Counts;
  /** Of reading a request, without a decision: the unit that does not depend on how a Node lays out its strings and objects. */
  readonly readingBytes: Bytes;
  /** Of a warm decision. */
  readonly bytes: Bytes;
  /** Of one about a token that was never seen, what is remembered of it among them. */
  readonly coldBytes: Bytes;
}
