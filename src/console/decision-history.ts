import type { DecisionSeries, Decisions } from './api.ts';

/** Milliseconds of an interval. */
export const INTERVAL = 10_000;
/** Intervals that are kept: an hour. */
const KEPT = 360;
/** Series that are kept, at 1.5 KB each. */
const MAX_SERIES = 300;

/** One value of `watchword_decisions_total`. */
export interface DecisionCount {
  readonly labels: Pick<DecisionSeries, 'pipeline' | 'outcome' | 'reason' | 'mode'>;
  readonly value: number;
}

/** Counts of one series; the interval that has not ended begins at `before`. */
interface Series {
  readonly labels: DecisionCount['labels'];
  /** A ring: interval `n` is at `n % KEPT`. */
  readonly counts: Uint32Array;
  /** The counter when the last whole interval ended. */
  before: number;
  value: number;
}

/**
 * How many decisions of each kind there were in each ten seconds of the last hour. Made from what Prometheus counts, so that a
 * decision pays nothing for it: whoever reads the counters calls `take` with them.
 */
export class DecisionHistory {
  readonly #series = new Map<string, Series>();
  /** Number of the interval that has not ended. */
  #current: number | null = null;
  #notKept = 0;

  /** Takes the counters as they are at `now`, in milliseconds. Time never runs back: see `steadyNow`. */
  take(counts: readonly DecisionCount[], now: number): void {
    this.#advance(Math.floor(now / INTERVAL));
    this.#notKept = 0;
    for (const count of counts) this.#update(count);
  }

  /** As of the last `take`. */
  shown(): Decisions {
    const current = this.#current ?? 0;
    const series = [...this.#series.values()].map(({ labels, counts, before, value }) => {
      const recent = Array.from({ length: KEPT - 1 }, (_, index) => {
        const interval = current - KEPT + 1 + index;
        return interval < 0 ? 0 : (counts[interval % KEPT] ?? 0);
      });
      return { ...labels, total: value, recent: [...recent, value - before] };
    });
    return { interval: INTERVAL, since: current * INTERVAL, series, notKept: this.#notKept };
  }

  /** Ends the intervals up to `next`. What was counted since the last `take` belongs to the first of them. */
  #advance(next: number): void {
    const last = this.#current ?? next;
    this.#current = next;
    for (const one of this.#series.values()) {
      for (let ended = Math.max(last, next - KEPT); ended < next; ended += 1)
        one.counts[ended % KEPT] = ended === last ? one.value - one.before : 0;
      if (next > last) one.before = one.value;
    }
  }

  #update({ labels, value }: DecisionCount): void {
    const key = JSON.stringify([labels.pipeline, labels.outcome, labels.reason, labels.mode]);
    const known = this.#series.get(key);
    if (known !== undefined) {
      known.value = value;
    } else if (this.#series.size < MAX_SERIES) {
      this.#series.set(key, { labels, counts: new Uint32Array(KEPT), before: 0, value });
    } else {
      this.#notKept += 1;
    }
  }
}
