import type { KeySet } from './key-set.ts';
import type { KeyQuery } from './key-store.ts';

/** How many keys are remembered. */
const MAX_REMEMBERED = 1_000;
/** How long it counts that a fetch lacked a key, and how long one is remembered that no fetch has judged, in milliseconds. */
const LIFETIME = 10_000;

/** A fetch of a key set: the how many-th of its issuer, and when it began, in milliseconds. */
export interface Fetch {
  readonly number: number;
  readonly beganAt: number;
}

interface Sight {
  readonly at: number;
  /** How many fetches had begun by then. */
  readonly begun: number;
}

/**
 * A bounded, short-lived memory of when keys that nobody has were first asked for. A key is lacking only where a fetch that
 * began after that did not bring it: one that was under way already may have been answered before the key was published.
 */
export class MissingKids {
  /** By key, the oldest first. */
  readonly #sights = new Map<string, Sight>();
  #gone: { readonly set: KeySet; readonly fetch: Fetch } | null = null;

  /** Remembers that a key is asked for. Gives how many fetches had begun when that was first. */
  seen(query: KeyQuery, now: number, begun: number, last: Fetch | null): number {
    const name = nameOf(query);
    const known = this.#sights.get(name);
    if (known !== undefined && !isOver(known, now, last)) return known.begun;
    this.#sights.delete(name);
    this.#sights.set(name, { at: now, begun });
    for (const [oldest] of this.#sights) {
      if (this.#sights.size <= MAX_REMEMBERED) break;
      this.#sights.delete(oldest);
    }
    return begun;
  }

  /** Remembers the keys that a fetch found gone: they were known when it began. */
  gone(set: KeySet, fetch: Fetch): void {
    this.#gone = { set, fetch };
  }

  /** Whether the last good fetch tells that the issuer does not have the key. */
  isLacking(query: KeyQuery, now: number, last: Fetch | null): boolean {
    const { set, fetch } = this.#gone ?? {};
    if (fetch !== undefined && isRecent(fetch, now) && (set?.candidates(query).length ?? 0) > 0)
      return true;
    const known = this.#sights.get(nameOf(query));
    return known !== undefined && last !== null && judges(last, known, now);
  }
}

function judges(last: Fetch, { begun }: Sight, now: number): boolean {
  return last.number > begun && isRecent(last, now);
}

function isRecent({ beganAt }: Fetch, now: number): boolean {
  return now - beganAt < LIFETIME;
}

/** A sight that no fetch judges any more is of no use: the key is asked for as if for the first time. */
function isOver(sight: Sight, now: number, last: Fetch | null): boolean {
  if (last !== null && last.number > sight.begun) return !judges(last, sight, now);
  return now - sight.at >= LIFETIME;
}

function nameOf({ algorithm, kid }: KeyQuery): string {
  return kid === null ? algorithm : `${algorithm} ${kid}`;
}
