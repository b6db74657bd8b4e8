import type { PathLevel } from './path-level.ts';
import type { Search } from './search.ts';

interface Entry {
  readonly text: string;
  readonly level: PathLevel;
  /** The longest other text that this one begins with. */
  readonly shorter: Entry | null;
}

/**
 * Matches by texts that paths begin with. A look-up is one binary search: to try each length of a text would let a tenant with a
 * thousand lengths make every request to the host cost a thousand pieces of its path.
 */
export class TextPrefixes {
  /** In the order of code units: what begins with a text follows it. */
  readonly #sorted: readonly Entry[];

  constructor(levels: ReadonlyMap<string, PathLevel>) {
    const sorted: Entry[] = [];
    for (const [text, level] of [...levels].sort(([a], [b]) => (a < b ? -1 : 1))) {
      let shorter = sorted.at(-1) ?? null;
      while (shorter !== null && !text.startsWith(shorter.text)) shorter = shorter.shorter;
      sorted.push({ text, level, shorter });
    }
    this.#sorted = sorted;
  }

  get size(): number {
    return this.#sorted.length;
  }

  /** Adds what the path begins with, the longest first. See `PathMatches.collect`. */
  collect(path: string, method: string, search: Search, certain: boolean): void {
    // Every text that the path begins with is this one or one that it begins with.
    let entry = this.#lastUpTo(path);
    const common = entry === null ? 0 : commonLength(entry.text, path);
    for (; entry !== null && !search.isDone; entry = entry.shorter)
      if (entry.text.length <= common) entry.level.collect(method, search, certain);
  }

  /** The last text that does not come after the path. */
  #lastUpTo(path: string): Entry | null {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.text ?? '') <= path) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low - 1] ?? null;
  }
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}
