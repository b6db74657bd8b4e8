import type { KeySet } from './key-set.ts';
import { type KeyQuery, newGeneration } from './key-store.ts';
import type { VerificationKey } from './verification-key.ts';

export interface KeyRingLimits {
  /** How long keys stay usable after the last success, in milliseconds. */
  readonly maxStale: number;
  /** How long keys that left the set stay usable, in milliseconds; 0 for not at all. */
  readonly grace: number;
}

interface Retired {
  readonly set: KeySet;
  readonly until: number;
}

/**
 * The keys that are usable at a moment: the last good set and those that left it a short while ago. Nothing here waits or has
 * timers; the clock is asked on each use, so what a removed or expired key had verified counts for nothing from that
 * moment on.
 */
export class KeyRing {
  readonly #limits: KeyRingLimits;
  readonly #now: () => number;
  #set: KeySet | null = null;
  #retired: readonly Retired[] = [];
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #takenAt: number | null = null;
  #generation = newGeneration();
  /** When the next key stops to be usable. */
  #changesAt = Number.POSITIVE_INFINITY;

  constructor(limits: KeyRingLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** See `KeyStore.generation`. */
  get generation(): number {
    this.#settle();
    return this.#generation;
  }

  get current(): KeySet | null {
    this.#settle();
    return this.#set;
  }

  /** When the current set came in place of another one, in milliseconds since the epoch; null where there is none. */
  get since(): number | null {
    return this.current === null ? null : this.#takenAt;
  }

  /** Keys that left the set and are still usable. */
  get retired(): number {
    this.#settle();
    return this.#retired.reduce((sum, { set }) => sum + set.size, 0);
  }

  candidates(query: KeyQuery): readonly VerificationKey[] {
    this.#settle();
    if (this.#set === null) return [];
    if (this.#retired.length === 0) return this.#set.candidates(query);
    return [this.#set, ...this.#retired.map(({ set }) => set)].flatMap((set) =>
      set.candidates(query),
    );
  }

  /** Takes a good set over, as of a moment. True where it is another one than before. */
  take(set: KeySet, at: number): boolean {
    this.#settle();
    const before = this.#set;
    const changed = before?.identity !== set.identity;
    if (changed) {
      const gone = before?.without(set) ?? null;
      // A key that is back needs no grace, and one that is gone gets it once.
      this.#retired = this.#retired.flatMap(({ set: old, until }) => {
        const rest = old.without(set);
        return rest === null ? [] : [{ set: rest, until }];
      });
      if (gone !== null && this.#limits.grace > 0) {
        this.#retired = [...this.#retired, { set: gone, until: this.#now() + this.#limits.grace }];
      }
      this.#set = set;
      this.#takenAt = at;
      this.#generation = newGeneration();
    }
    this.confirm(at);
    return changed;
  }

  /** The set was found unchanged. */
  confirm(at: number): void {
    this.#confirmedAt = at;
    this.#changesAt = this.#nextChange();
  }

  #nextChange(): number {
    return Math.min(
      this.#confirmedAt + this.#limits.maxStale,
      ...this.#retired.map(({ until }) => until),
    );
  }

  /** Drops what is no longer usable. Two number comparisons where nothing changes. */
  #settle(): void {
    const now = this.#now();
    if (now < this.#changesAt) return;
    if (now >= this.#confirmedAt + this.#limits.maxStale) this.#set = null;
    this.#retired = this.#set === null ? [] : this.#retired.filter(({ until }) => now < until);
    this.#generation = newGeneration();
    this.#changesAt = this.#set === null ? Number.POSITIVE_INFINITY : this.#nextChange();
  }
}
