const SCRATCH_BYTES = 64 * 1024;

/**
 * Writes Protocol Buffers messages from their end to their start: the length of a nested message is known when its header
 * is written, so nothing is measured twice. Fields are therefore written in reverse order.
 */
export class WireWriter {
  #bytes: Buffer;
  #at: number;

  constructor(size: number = SCRATCH_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#at = size;
  }

  /** How much is written: where a message will end. Give it to `message` once the message's fields are written. */
  get mark(): number {
    return this.#bytes.length - this.#at;
  }

  /** Puts the header of a length-delimited field before everything written since `mark`. */
  message(field: number, mark: number): void {
    const length = this.mark - mark;
    this.#varint(length);
    this.#varint((field << 3) | 2);
  }

  string(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#at -= length;
    this.#bytes.write(value, this.#at, length, 'utf8');
    this.#varint(length);
    this.#varint((field << 3) | 2);
  }

  /** A varint field; values are small and not negative here. */
  varint(field: number, value: number): void {
    this.#varint(value);
    this.#varint(field << 3);
  }

  /** Fields that were encoded before. */
  raw(encoded: Buffer): void {
    this.#reserve(encoded.length);
    this.#at -= encoded.length;
    encoded.copy(this.#bytes, this.#at);
  }

  /** Drops what was written. */
  reset(): void {
    this.#at = this.#bytes.length;
  }

  /** A copy of everything written, and a new start. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(this.#at));
    this.#at = this.#bytes.length;
    return taken;
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1;
    this.#reserve(length);
    this.#at -= length;
    let rest = value;
    for (let index = 0; index < length; index += 1) {
      this.#bytes[this.#at + index] = (rest & 0x7f) | (index < length - 1 ? 0x80 : 0);
      rest >>>= 7;
    }
  }

  /** Room for a long answer: the written end moves to the end of a larger buffer. */
  #reserve(length: number): void {
    if (this.#at >= length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + length));
    const shift = larger.length - this.#bytes.length;
    this.#bytes.copy(larger, this.#at + shift, this.#at);
    this.#bytes = larger;
    this.#at += shift;
  }
}
