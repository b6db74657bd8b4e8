/**
 * Decides whether a request may cause one more fetch from an issuer. The clock and the randomness are arguments,
 * so that every answer can be tested.
 */
export interface FetchLimits {
  /** Shortest time between two fetches that requests cause, and after any that failed, in milliseconds. */
  readonly coolDown: number;
  /** Longest that the cool-down grows to while fetches fail, in milliseconds. */
  readonly longestCoolDown: number;
  /** Fetches that requests may cause an issuer and minute. Those of the background are bounded by their interval. */
  readonly budget: number;
}

export type Suppression = 'cooldown' | 'budget';

const MINUTE = 60_000;

/** Remembers the fetches of one issuer, and says whether a request may cause the next. Times in milliseconds. */
export class FetchGate {
  readonly #limits: FetchLimits;
  readonly #random: () => number;
  /** When those of the last minute began that requests caused. */
  #demanded: readonly number[] = [];
  #failures = 0;
  #openAt = Number.NEGATIVE_INFINITY;

  constructor(limits: FetchLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Why a request may not cause a fetch now, or null where it may. */
  suppresses(now: number): Suppression | null {
    if (this.#demanded.filter((at) => at > now - MINUTE).length >= this.#limits.budget)
      return 'budget';
    return now < this.#openAt ? 'cooldown' : null;
  }

  /** A fetch that a request causes begins. */
  beginOnDemand(now: number): void {
    this.#demanded = [...this.#demanded.filter((at) => at > now - MINUTE), now];
  }

  /**
   * A fetch ended. Failures double the cool-down, up to its longest; a success takes it back. After a good fetch of the background
   * there is none: the first token of a key that was published right after it must not wait.
   */
  end(now: number, succeeded: boolean, onDemand: boolean): void {
    this.#failures = succeeded ? 0 : this.#failures + 1;
    this.#openAt = succeeded && !onDemand ? Number.NEGATIVE_INFINITY : now + this.backoff();
  }

  /** The time until the next try after what happened so far, in milliseconds, with jitter of a quarter either way. */
  backoff(): number {
    const { coolDown, longestCoolDown } = this.#limits;
    const grown = Math.min(longestCoolDown, coolDown * 2 ** Math.min(this.#failures, 16));
    return Math.round(grown * (0.75 + 0.5 * this.#random()));
  }
}
