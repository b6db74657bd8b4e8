/**
 * The signatures that are checked at once. Only this work is limited: a token that waits for the keys of its issuer costs nothing
 * meanwhile, and must not stand in the way of those whose keys are there.
 */
export class SignatureWork {
  readonly limit: number;
  #running = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Does the work, or gives null where there is too much of it already. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= this.limit) return null;
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}
