import { ConnectionError, ERROR } from './codes.ts';

/**
 * How many of something a peer may do: so many at once, and so many a second after that. `now` is in milliseconds and only rises.
 */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #since: number;

  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#since = now;
  }

  /** Takes one. False where none is left. */
  take(now: number): boolean {
    if (this.#left < 1) {
      const earned = ((now - this.#since) * this.#perSecond) / 1000;
      this.#left = Math.min(this.#burst, this.#left + earned);
      this.#since = now;
    }
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/** What a client may do that costs and asks for nothing. Each method throws a `ConnectionError` where it was too often. */
export class Allowances {
  readonly #resets: Allowance;
  readonly #windowUpdates: Allowance;
  readonly #idle: Allowance;
  readonly #longHeaders: Allowance;
  readonly #now: () => number;

  constructor(resets: Rate, now: () => number) {
    const began = now();
    this.#now = now;
    this.#resets = new Allowance(resets.burst, resets.perSecond, began);
    this.#windowUpdates = new Allowance(WINDOW_UPDATES.burst, WINDOW_UPDATES.perSecond, began);
    this.#longHeaders = new Allowance(LONG_HEADERS.burst, LONG_HEADERS.perSecond, began);
    this.#idle = new Allowance(IDLE_FRAMES.burst, IDLE_FRAMES.perSecond, began);
  }

  reset(): void {
    this.#take(this.#resets, 'RST_STREAM');
  }

  windowUpdate(): void {
    this.#take(this.#windowUpdates, 'WINDOW_UPDATE');
  }

  /** PING, SETTINGS, PRIORITY, empty DATA, what is malformed, late or not known. */
  idle(): void {
    this.#take(this.#idle, 'frames that ask for nothing');
  }

  /** Header lists that are longer than may be: each is read to its end. */
  longHeaders(): void {
    this.#take(this.#longHeaders, 'long header lists');
  }

  #take(allowance: Allowance, what: string): void {
    if (!allowance.take(this.#now()))
      throw new ConnectionError(ERROR.enhanceYourCalm, `too many: ${what}`);
  }
}

/** So many at once, and a second after that. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const LONG_HEADERS: Rate = { burst: 32, perSecond: 1 };
const IDLE_FRAMES: Rate = { burst: 1_000, perSecond: 200 };
/** A client may give back each byte of an answer with a frame of its own; one or two an answer are usual. */
const WINDOW_UPDATES: Rate = { burst: 10_000, perSecond: 10_000 };
