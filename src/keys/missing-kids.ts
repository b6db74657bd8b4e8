/** How many `kid`s are remembered, and for how long in milliseconds. */
const MOST = 1_000;
const LIFETIME = 10_000;

/** A bounded, short-lived memory of `kid`s that a good key set lacked: the same bad token costs no second fetch. */
export class MissingKids {
  /** When each was missed. In the order of that time, so the oldest comes first. */
  readonly #missedAt = new Map<string, number>();

  has(kid: string, now: number): boolean {
    const at = this.#missedAt.get(kid);
    return at !== undefined && now - at < LIFETIME;
  }

  add(kid: string, now: number): void {
    this.#missedAt.delete(kid);
    this.#missedAt.set(kid, now);
    for (const [oldest] of this.#missedAt) {
      if (this.#missedAt.size <= MOST) break;
      this.#missedAt.delete(oldest);
    }
  }

  clear(): void {
    this.#missedAt.clear();
  }
}
