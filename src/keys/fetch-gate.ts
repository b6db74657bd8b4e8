/**
 * Decides whether a request may cause one more fetch from an issuer. The clock and the randomness are arguments,
 * so that every answer can be tested.
 */
export interface FetchLimits {
  /** Shortest time between two fetches that requests cause, in milliseconds. Counts failures too. */
  readonly coolDown: number;
  /** Longest that the cool-down grows to while fetches fail, in milliseconds. */
  readonly longestCoolDown: number;
  /** Fetches an issuer and minute, whatever their cause. */
  readonly budget: number;
  /** The part of the budget that requests cannot use: background refreshes at their shortest interval need it. */
  readonly reserved: number;
}

export type Suppression = 'cooldown' | 'budget';

const MINUTE = 60_000;

/** Remembers the fetches of one issuer, and says whether the next may begin. Times in milliseconds. */
export class FetchGate {
  readonly #limits: FetchLimits;
  readonly #random: () => number;
  #begun: readonly number[] = [];
  #failures = 0;
  #openAt = Number.NEGATIVE_INFINITY;

  constructor(limits: FetchLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Why a request may not cause a fetch now, or null where it may. */
  suppresses(now: number): Suppression | null {
    const { budget, reserved } = this.#limits;
    if (this.#begun.filter((at) => at > now - MINUTE).length >= budget - reserved) return 'budget';
    return now < this.#openAt ? 'cooldown' : null;
  }

  begin(now: number): void {
    this.#begun = [...this.#begun.filter((at) => at > now - MINUTE), now];
  }

  /** A fetch ended. Failures double the cool-down, up to its longest; a success takes it back. */
  end(now: number, succeeded: boolean): void {
    this.#failures = succeeded ? 0 : this.#failures + 1;
    this.#openAt = now + this.backoff();
  }

  /** The time until the next try after what happened so far, in milliseconds, with jitter of a quarter either way. */
  backoff(): number {
    const { coolDown, longestCoolDown } = this.#limits;
    const grown = Math.min(longestCoolDown, coolDown * 2 ** Math.min(this.#failures, 16));
    return Math.round(grown * (0.75 + 0.5 * this.#random()));
  }
}
