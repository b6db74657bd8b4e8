/** What a table needs to know of what is in it. */
export interface Numbered {
  /** An odd number: clients begin streams (RFC 9113 section 5.1.1). */
  readonly id: number;
}

const FIRST_SIZE = 8;

/**
 * Open streams by their number: open addressing in one array, at most half full. A `Map` that every call fills and empties keeps its
 * outgrown tables, and the streams in them, until a full collection.
 */
export class StreamTable<T extends Numbered> {
  #slots: (T | undefined)[] = new Array<undefined>(FIRST_SIZE).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    const mask = this.#slots.length - 1;
    for (let at = (id >>> 1) & mask; ; at = (at + 1) & mask) {
      const found = this.#slots[at];
      if (found === undefined || found.id === id) return found;
    }
  }

  /** Adds one that is not there. */
  add(one: T): void {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    this.#place(one);
    this.#size += 1;
  }

  /** False where it was not there. */
  delete(id: number): boolean {
    const mask = this.#slots.length - 1;
    let at = (id >>> 1) & mask;
    for (let found = this.#slots[at]; found?.id !== id; found = this.#slots[at]) {
      if (found === undefined) return false;
      at = (at + 1) & mask;
    }
    this.#slots[at] = undefined;
    this.#size -= 1;
    // What stands behind a free slot would not be found: it is placed again.
    for (let next = (at + 1) & mask; ; next = (next + 1) & mask) {
      const moved = this.#slots[next];
      if (moved === undefined) return true;
      this.#slots[next] = undefined;
      this.#place(moved);
    }
  }

  /** All of them, as they were when it was asked. */
  all(): readonly T[] {
    return this.#slots.filter((one) => one !== undefined);
  }

  #place(one: T): void {
    const mask = this.#slots.length - 1;
    let at = (one.id >>> 1) & mask;
    while (this.#slots[at] !== undefined) at = (at + 1) & mask;
    this.#slots[at] = one;
  }

  #grow(): void {
    const before = this.all();
    this.#slots = new Array<undefined>(this.#slots.length * 2).fill(undefined);
    for (const one of before) this.#place(one);
  }
}
