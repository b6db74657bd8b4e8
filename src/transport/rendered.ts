/** The clocks of `Rendered`, both in milliseconds. */
export interface Clocks {
  readonly now: () => number;
  /** CPU time of this thread. */
  readonly cpu: () => number;
}

const CLOCKS: Clocks = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * A text that costs something to make and that anybody may ask for: `/metrics`. It is made anew for whoever asks, as long as that
 * takes no more than its share of the time; beyond it the last one is given again. One is made at a time.
 */
export class Rendered {
  readonly #make: () => Promise<string>;
  readonly #share: number;
  readonly #clocks: Clocks;
  #last: Promise<string> | null = null;
  #isMaking = false;
  /** Milliseconds of CPU time that may still be spent. */
  #allowance = MAX_ALLOWANCE;
  #at: number;

  /** `share` is the part of the process's time that may be spent on it. */
  constructor(make: () => Promise<string>, share: number, clocks = CLOCKS) {
    this.#make = make;
    this.#share = share;
    this.#clocks = clocks;
    this.#at = clocks.now();
  }

  /** The text: a new one where there is time for it, else the last. */
  text(): Promise<string> {
    const { now, cpu } = this.#clocks;
    const at = now();
    this.#allowance = Math.min(MAX_ALLOWANCE, this.#allowance + (at - this.#at) * this.#share);
    this.#at = at;
    if (this.#last !== null && (this.#isMaking || this.#allowance <= 0)) return this.#last;
    this.#isMaking = true;
    const before = cpu();
    this.#last = this.#make().finally(() => {
      this.#isMaking = false;
      this.#allowance -= cpu() - before;
    });
    // A failure is told to who asked, and not given again.
    this.#last.catch(() => {
      this.#last = null;
    });
    return this.#last;
  }
}

/** What may be saved up, in milliseconds: ten scrapes of 20,000 series, or hundreds of a small configuration. */
const MAX_ALLOWANCE = 500;
