import { ConnectionError, ERROR, MAX_FRAME } from './codes.ts';
import { FRAME_HEADER } from './frame-writer.ts';

/** Hears of a frame. `payload` is lent: whoever keeps of it after the call keeps a copy. */
export type OnFrame = (type: number, flags: number, streamId: number, payload: Buffer) => void;

/** RFC 9113 section 3.4. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/**
 * Cuts what comes of a client into frames, the preface first. Of a frame that has not come whole it keeps what there is, which
 * is one frame at most. Throws a `ConnectionError` where it is no HTTP/2, or a frame is larger than may be.
 */
export class FrameReader {
  #ofPreface = 0;
  /** A frame that has not come whole, and how much of it has. */
  #pending: Buffer | null = null;
  #have = 0;

  /** Whether the client has said that it speaks HTTP/2. */
  get isBegun(): boolean {
    return this.#ofPreface === PREFACE.length;
  }

  read(chunk: Buffer, onFrame: OnFrame): void {
    let at = this.isBegun ? 0 : this.#readPreface(chunk);
    while (at < chunk.length) {
      if (this.#pending === null && chunk.length - at >= FRAME_HEADER) {
        const end = at + FRAME_HEADER + lengthAt(chunk, at);
        if (end <= chunk.length) {
          emit(chunk, at, end, onFrame);
          at = end;
          continue;
        }
      }
      at += this.#keep(chunk, at, onFrame);
    }
  }

  #readPreface(chunk: Buffer): number {
    const length = Math.min(PREFACE.length - this.#ofPreface, chunk.length);
    const isRight =
      chunk.compare(PREFACE, this.#ofPreface, this.#ofPreface + length, 0, length) === 0;
    if (!isRight) throw new ConnectionError(ERROR.protocol, 'no preface of HTTP/2');
    this.#ofPreface += length;
    return length;
  }

  /** Adds to the frame that has not come whole. Gives how many bytes were taken. */
  #keep(chunk: Buffer, at: number, onFrame: OnFrame): number {
    this.#pending ??= Buffer.allocUnsafe(FRAME_HEADER);
    const taken = chunk.copy(this.#pending, this.#have, at, at + this.#pending.length - this.#have);
    this.#have += taken;
    if (this.#have < this.#pending.length) return taken;
    const whole = FRAME_HEADER + lengthAt(this.#pending, 0);
    if (whole > this.#have) {
      const larger = Buffer.allocUnsafe(whole);
      this.#pending.copy(larger);
      this.#pending = larger;
      return taken;
    }
    const frame = this.#pending;
    this.#pending = null;
    this.#have = 0;
    emit(frame, 0, whole, onFrame);
    return taken;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > MAX_FRAME) throw new ConnectionError(ERROR.frameSize, `a frame of ${length} bytes`);
  return length;
}

function emit(bytes: Buffer, at: number, end: number, onFrame: OnFrame): void {
  const type = bytes[at + 3] as number;
  const flags = bytes[at + 4] as number;
  // The first bit is reserved (section 4.1).
  const streamId = bytes.readUInt32BE(at + 5) & 0x7fffffff;
  onFrame(type, flags, streamId, bytes.subarray(at + FRAME_HEADER, end));
}
