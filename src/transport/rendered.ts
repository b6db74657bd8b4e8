/**
 * A text that costs something to make and that anybody may ask for: `/metrics`. It is made anew for whoever asks, as long as that
 * takes no more than a twentieth of the time; beyond it the last one is given again. One is made at a time.
 */
export class Rendered {
  readonly #make: () => Promise<string>;
  readonly #now: () => number;
  #last: Promise<string> | null = null;
  #isMaking = false;
  /** Milliseconds that may still be spent. */
  #allowance = MAX_ALLOWANCE;
  #at: number;

  /** `now` in milliseconds, for durations only. */
  constructor(make: () => Promise<string>, now: () => number = performance.now.bind(performance)) {
    this.#make = make;
    this.#now = now;
    this.#at = now();
  }

  /** The text: a new one where there is time for it, else the last. */
  text(): Promise<string> {
    const now = this.#now();
    this.#allowance = Math.min(MAX_ALLOWANCE, this.#allowance + (now - this.#at) * SHARE);
    this.#at = now;
    if (this.#last !== null && (this.#isMaking || this.#allowance <= 0)) return this.#last;
    this.#isMaking = true;
    this.#last = this.#make().finally(() => {
      this.#isMaking = false;
      this.#allowance -= this.#now() - now;
    });
    // A failed one is told to who asked, and not given again.
    this.#last.catch(() => {
      this.#last = null;
    });
    return this.#last;
  }
}

/** Of the process's time. */
const SHARE = 0.05;
/** Milliseconds that may be saved up: what a scrape of a large configuration takes, and fifty of a small one. */
const MAX_ALLOWANCE = 50;
