/** Bounds of the time between two background refreshes, in milliseconds. */
export interface RefreshBounds {
  readonly refreshAtLeast: number;
  readonly refreshAtMost: number;
}

/** When the next background refresh comes. One timer, which ends when it is disposed of. */
export class RefreshTimer implements Disposable {
  readonly #bounds: RefreshBounds;
  readonly #now: () => number;
  readonly #refresh: () => void;
  #timer: NodeJS.Timeout | null = null;
  #nextAt = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(bounds: RefreshBounds, now: () => number, refresh: () => void) {
    this.#bounds = bounds;
    this.#now = now;
    this.#refresh = refresh;
  }

  /** When the next refresh comes, in milliseconds since the epoch; null where none is planned. */
  get nextAt(): number | null {
    return this.#nextAt === Number.POSITIVE_INFINITY ? null : this.#nextAt;
  }

  /**
   * The time to the next refresh, in milliseconds, for an answer that is fresh for `maxAge`, or for null where it does not say:
   * before that ends, a little early so that replicas spread out.
   */
  interval(maxAge: number | null): number {
    const { refreshAtLeast, refreshAtMost } = this.#bounds;
    const wished = Math.min(refreshAtMost, Math.max(refreshAtLeast, maxAge ?? refreshAtMost));
    return Math.max(refreshAtLeast, Math.round(wished * (0.8 + 0.2 * Math.random())));
  }

  /** Refreshes after `delay` milliseconds, in place of what was scheduled before. */
  schedule(delay: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#nextAt = this.#now() + delay;
    this.#timer = setTimeout(this.#refresh, delay).unref();
  }

  /** Brings the next refresh forward to the lower bound after the last success: an unknown `kid` may be a rotation. */
  advance(lastSuccess: number | null): void {
    const now = this.#now();
    const soonest = Math.max(now, (lastSuccess ?? now) + this.#bounds.refreshAtLeast);
    if (this.#nextAt > soonest) this.schedule(soonest - now);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
