/** Lines at once, and lines a second after that. */
export interface LogLimits {
  readonly burst: number;
  readonly perSecond: number;
}

/** A bucket of lines that fills with time. */
class Bucket {
  left: number;
  at: number;
  suppressed = 0;

  constructor(left: number, at: number) {
    this.left = left;
    this.at = at;
  }
}

/** How many lines each pipeline may have: a flood at one leaves the lines of the others alone. */
export class LogBudget {
  readonly #now: () => number;
  /** Names of pipelines, so their number is bounded by what was ever configured. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many lines were left out before this one; null where this one is left out too. */
  take(pipeline: string, { burst, perSecond }: LogLimits): number | null {
    const now = this.#now();
    const bucket = this.#buckets.get(pipeline) ?? new Bucket(burst, now);
    this.#buckets.set(pipeline, bucket);
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.left < 1) {
      bucket.suppressed += 1;
      return null;
    }
    bucket.left -= 1;
    const { suppressed } = bucket;
    bucket.suppressed = 0;
    return suppressed;
  }
}
