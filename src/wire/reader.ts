/** Wire types of Protocol Buffers that we read; groups (3, 4) are refused. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** A tag of a field of numbers, as the reader gives it. */
export function varintTag(field: number): number {
  return (field << 3) | VARINT;
}

/** A tag of a length-delimited field, as the reader gives it: field number and wire type together. */
export function lengthTag(field: number): number {
  return (field << 3) | LENGTH;
}

/**
 * Walks over the fields of a Protocol Buffers message without making objects. After `next`, `tag` says what was found and
 * `start`, `end` where a length-delimited value lies, `value` what a varint is. Every length is held against the end of the message it is in, so a
 * field cannot reach into its parent. After anything that is not a valid message `failed` is true and `next` false.
 */
export class WireReader {
  readonly bytes: Buffer;
  failed = false;
  tag = 0;
  start = 0;
  end = 0;
  /** The value of a varint; -1 where it is 2^28 or more. */
  value = 0;
  #at: number;
  #limit: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#at = 0;
    this.#limit = bytes.length;
  }

  /** Moves to the next field of the message; false at its end. */
  next(): boolean {
    if (this.failed || this.#at === this.#limit) return false;
    this.tag = this.#varint();
    switch (this.tag & 7) {
      case VARINT:
        this.#skipVarint();
        break;
      case FIXED64:
        this.#at += 8;
        break;
      case LENGTH: {
        const length = this.#varint();
        this.start = this.#at;
        this.#at += length;
        this.end = this.#at;
        break;
      }
      case FIXED32:
        this.#at += 4;
        break;
      // Groups and the two unassigned wire types.
      default:
        this.failed = true;
    }
    if (this.#at > this.#limit || this.tag >>> 3 === 0) this.failed = true;
    return !this.failed;
  }

  /** Goes into the message at `start`, `end`. Give the result to `leave` afterwards. */
  enter(): number {
    const outer = this.#limit;
    this.#limit = this.end;
    this.#at = this.start;
    return outer;
  }

  /** Goes back out of a message; a message that did not end where it should is a failure. */
  leave(outer: number): void {
    if (this.#at !== this.#limit) this.failed = true;
    this.#limit = outer;
  }

  /** A varint below 2^28: all that a tag or a length of ours can be. Longer ones fail. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#at < this.#limit ? (this.bytes[this.#at] ?? 0) : -1;
      if (byte === -1) break;
      this.#at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.failed = true;
    return 0;
  }

  #skipVarint(): void {
    let value = 0;
    for (let length = 0; length < 10 && this.#at < this.#limit; length += 1) {
      const byte = this.bytes[this.#at] ?? 0;
      this.#at += 1;
      if (length < 4) value |= (byte & 0x7f) << (7 * length);
      else if ((byte & 0x7f) !== 0) value = -1;
      if (byte < 0x80) {
        this.value = value;
        return;
      }
    }
    this.failed = true;
  }
}
