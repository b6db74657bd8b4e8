import type { Convention } from './convention.ts';

/** What a decision reads of every check, besides the convention's sources. */
const ALWAYS = [
  'authorization',
  'content-type',
  'origin',
  'access-control-request-method',
  'connect-protocol-version',
  'x-request-id',
  'traceparent',
] as const;

/**
 * The headers that a convention reads, found in one pass over a request: a check has a few that are wanted and many that are
 * not, and an object of all of them costs more than the rest of the decoding.
 */
export class HeaderPlan {
  readonly #slots: ReadonlyMap<string, number>;
  /** By length of the name, since most names differ in it already. */
  readonly #isWanted: readonly boolean[];

  constructor(names: readonly string[]) {
    this.#slots = new Map(names.map((name, slot) => [name, slot]));
    const longest = Math.max(...names.map(({ length }) => length));
    const lengths = new Set(names.map(({ length }) => length));
    this.#isWanted = Array.from({ length: longest + 1 }, (_, length) => lengths.has(length));
  }

  /** `more` are read beside those that every check reads, in lower case. */
  static for({ source }: Convention, more: readonly string[] = []): HeaderPlan {
    const { from: _, ...names } = source;
    const own = source.from === 'request' ? ['host'] : Object.values(names as object);
    return new HeaderPlan([...new Set([...ALWAYS, ...(own as string[]), ...more])]);
  }

  /** `raw` has names as sent and values, in turns. */
  find(raw: readonly string[]): FoundHeaders {
    const found = new FoundHeaders(this.#slots);
    for (let index = 0; index < raw.length; index += 2) {
      const sent = raw[index] ?? '';
      if (this.#isWanted[sent.length] !== true) continue;
      const slot = this.#slots.get(sent.toLowerCase());
      if (slot !== undefined) found.add(slot, raw[index + 1] ?? '');
    }
    return found;
  }
}

/** The wanted headers of one request. */
export class FoundHeaders {
  readonly #slots: ReadonlyMap<string, number>;
  readonly #values: (string | undefined)[] = [];
  /** A bit for each slot that was filled again. */
  #twice = 0;
  /** The first source that was missing or said twice. */
  fault: string | null = null;

  constructor(slots: ReadonlyMap<string, number>) {
    this.#slots = slots;
  }

  add(slot: number, value: string): void {
    const before = this.#values[slot];
    this.#values[slot] = before === undefined ? value : `${before},${value}`;
    if (before !== undefined) this.#twice |= 1 << slot;
  }

  /** A source, which must be there once. Two values contradict each other, also where they are equal. */
  one(name: string): string {
    const slot = this.#slots.get(name) ?? -1;
    const value = this.#values[slot];
    if (value === undefined) this.fault ??= `${name} is missing`;
    else if ((this.#twice & (1 << slot)) !== 0) this.fault ??= `${name} is there twice`;
    return value ?? '';
  }

  /** All values joined with a comma, as Envoy shows them; null where there is none. */
  joined(name: string): string | null {
    return this.#values[this.#slots.get(name) ?? -1] ?? null;
  }
}
