import { ConnectionError, ERROR } from './codes.ts';
import { type Field, fieldOf } from './field.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/** The size of the dynamic table that a peer may use: the default of RFC 9113 section 6.5.2, which we never change. */
const MAX_TABLE = 4_096;
/** An integer needs no more bytes after its prefix to say any size that is taken here. */
const MAX_CONTINUATIONS = 4;

/**
 * Reads header blocks of one connection (RFC 7541). What it keeps is the dynamic table, at most 4 KiB by HPACK's own count. A block that
 * breaks the format throws a `ConnectionError`, since the table is unknown then.
 */
export class HpackDecoder {
  /** The newest last. */
  #dynamic: Field[] = [];
  #size = 0;
  #maxSize = MAX_TABLE;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /**
   * Reads a block. Gives its fields, or null where they are more than `most` bytes by HPACK's count (RFC 9113 section 6.5.2): the table
   * is kept up to date all the same, since both sides must hold the same.
   */
  decode(block: Buffer, most: number): readonly Field[] | null {
    this.#bytes = block;
    this.#at = 0;
    this.#end = block.length;
    const fields: Field[] = [];
    let size = 0;
    let isFirst = true;
    while (this.#at < this.#end) {
      const field = this.#next(isFirst);
      if (field === null) continue;
      isFirst = false;
      size += field.size;
      if (size <= most) fields.push(field);
    }
    this.#bytes = EMPTY;
    return size <= most ? fields : null;
  }

  /** One field, or null for a change of the table's size, which stands before all fields only (section 4.2). */
  #next(isFirst: boolean): Field | null {
    const byte = this.#bytes[this.#at] as number;
    if ((byte & 0x80) !== 0) return this.#indexed(this.#integer(7));
    if ((byte & 0x40) !== 0) {
      const field = this.#literal(this.#integer(6));
      this.#add(field);
      return field;
    }
    if ((byte & 0x20) === 0) return this.#literal(this.#integer(4));
    const size = this.#integer(5);
    if (!isFirst || size > MAX_TABLE) throw malformed('a wrong change of the table size');
    this.#maxSize = size;
    this.#evict();
    return null;
  }

  #literal(nameIndex: number): Field {
    const name = nameIndex === 0 ? this.#text() : this.#indexed(nameIndex).name;
    return fieldOf(name, this.#text());
  }

  #indexed(index: number): Field {
    const field =
      index <= STATIC_TABLE.length
        ? STATIC_TABLE[index - 1]
        : this.#dynamic[this.#dynamic.length - (index - STATIC_TABLE.length)];
    if (field === undefined) throw malformed('an index that is in no table');
    return field;
  }

  /** Section 5.1. Bounded, so that nothing overflows. */
  #integer(prefixBits: number): number {
    const max = 2 ** prefixBits - 1;
    let value = (this.#bytes[this.#at] as number) & max;
    this.#at += 1;
    if (value < max) return value;
    for (let shift = 1, count = 0; count < MAX_CONTINUATIONS; shift *= 128, count += 1) {
      if (this.#at >= this.#end) throw malformed('an integer that ends early');
      const byte = this.#bytes[this.#at] as number;
      this.#at += 1;
      value += (byte & 0x7f) * shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw malformed('an integer that is too large');
  }

  /** Section 5.2. */
  #text(): string {
    if (this.#at >= this.#end) throw malformed('a text that is missing');
    const isHuffman = ((this.#bytes[this.#at] as number) & 0x80) !== 0;
    const length = this.#integer(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#end) throw malformed('a text that ends early');
    this.#at = to;
    if (!isHuffman) return this.#bytes.toString('latin1', from, to);
    if (length * 2 > scratch.length) scratch = Buffer.alloc(length * 2);
    const written = decodeHuffman(this.#bytes, from, to, scratch);
    if (written < 0) throw malformed('a wrong Huffman code');
    return scratch.toString('latin1', 0, written);
  }

  #add(field: Field): void {
    this.#dynamic.push(field);
    this.#size += field.size;
    this.#evict();
  }

  /** Section 4.3: the oldest go until the rest fits; a field that is larger than the table empties it. */
  #evict(): void {
    let gone = 0;
    while (this.#size > this.#maxSize) {
      this.#size -= (this.#dynamic[gone] as Field).size;
      gone += 1;
    }
    if (gone > 0) this.#dynamic = this.#dynamic.slice(gone);
  }
}

const EMPTY = Buffer.alloc(0);
/** Where Huffman codes are decoded to: all connections share it, since decoding does not wait. */
let scratch = Buffer.alloc(8_192);

function malformed(what: string): ConnectionError {
  return new ConnectionError(ERROR.compression, `HPACK: ${what}`);
}
