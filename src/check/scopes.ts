import { LRUCache } from 'lru-cache';

/**
 * One set for each combination of scopes: an issuer gives the same few to most of its tokens, and a set of its own
 * for each cached token would be most of the cache.
 */
const known = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });

/** The scopes as a set that is shared with every other token that has the same ones in the same order. */
export function internedScopes(scopes: readonly string[]): ReadonlySet<string> {
  const text = JSON.stringify(scopes);
  const found = known.get(text);
  if (found !== undefined) return found;
  const made: ReadonlySet<string> = new Set(scopes);
  known.set(text, made);
  return made;
}
