import { ConnectionError, ERROR, FLAG } from './codes.ts';
import { withoutPadding } from './payload.ts';

/** A header block that has come whole. */
export interface HeaderBlock {
  readonly streamId: number;
  readonly block: Buffer;
  readonly endsStream: boolean;
  /** A fault of the stream. */
  readonly dependsOnItself: boolean;
}

/** Frames after the first one that a block may have: a block of 16 KiB fits two. */
const MAX_CONTINUATIONS = 16;

interface Unfinished {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly dependsOnItself: boolean;
  readonly parts: Buffer[];
  length: number;
}

/**
 * Puts the frames of a header block together (RFC 9113 sections 6.2 and 6.10). What it holds is bounded in bytes and in frames, since
 * the block is not known to end before it does.
 */
export class HeaderAssembly {
  readonly #mostBytes: number;
  #unfinished: Unfinished | null = null;

  /** `mostBytes` of the block as it is sent. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Whether only a CONTINUATION may come next. */
  get isOpen(): boolean {
    return this.#unfinished !== null;
  }

  /** Takes a HEADERS frame. Gives the block, or null where it goes on. */
  headers(streamId: number, flags: number, payload: Buffer): HeaderBlock | null {
    const content = withoutPadding(flags, payload);
    const hasPriority = (flags & FLAG.priority) !== 0;
    if (hasPriority && content.length < PRIORITY_BYTES)
      throw new ConnectionError(ERROR.frameSize, 'a short HEADERS');
    const dependsOnItself = hasPriority && isOnItself(content, streamId);
    const block = hasPriority ? content.subarray(PRIORITY_BYTES) : content;
    const endsStream = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) return { streamId, block, endsStream, dependsOnItself };
    const parts = [Buffer.from(block)];
    this.#unfinished = { streamId, endsStream, dependsOnItself, parts, length: block.length };
    return null;
  }

  /** Takes a CONTINUATION frame. */
  continuation(streamId: number, flags: number, payload: Buffer): HeaderBlock | null {
    const unfinished = this.#unfinished;
    if (unfinished === null || unfinished.streamId !== streamId)
      throw new ConnectionError(ERROR.protocol, 'a CONTINUATION of nothing');
    unfinished.parts.push(Buffer.from(payload));
    unfinished.length += payload.length;
    if (unfinished.length > this.#mostBytes || unfinished.parts.length > MAX_CONTINUATIONS + 1)
      throw new ConnectionError(ERROR.enhanceYourCalm, 'a header block without an end');
    if ((flags & FLAG.endHeaders) === 0) return null;
    this.#unfinished = null;
    const { endsStream, dependsOnItself, parts } = unfinished;
    return { streamId, block: Buffer.concat(parts), endsStream, dependsOnItself };
  }
}

/** RFC 9113 section 6.3. */
export const PRIORITY_BYTES = 5;

/** Whether a priority makes a stream depend on itself (RFC 7540 section 5.3.1; RFC 9113 has no use for priorities). */
export function isOnItself(priority: Buffer, streamId: number): boolean {
  return (priority.readUInt32BE(0) & 0x7fffffff) === streamId;
}
