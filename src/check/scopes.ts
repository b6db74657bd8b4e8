import { LRUCache } from 'lru-cache';

/** More scopes, or characters of them, than this are nobody's usual ones, and are not shared. */
const MAX_SHARED = 64;
const MAX_SHARED_LENGTH = 4096;

/**
 * One set for each combination of scopes: an issuer gives the same few to most of its tokens, and a set of its own
 * for each cached token would be most of the cache.
 */
const known = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });

/** Of a set's entry and a string, beside the characters. */
const BYTES_PER_SCOPE = 80;

/** The scopes as a set that is shared with every other token that has the same ones in the same order, where they are few. */
export function internedScopes(scopes: readonly string[]): ReadonlySet<string> {
  if (!areShared(scopes.length, charactersOf(scopes))) return new Set(scopes);
  const text = JSON.stringify(scopes);
  const found = known.get(text);
  if (found !== undefined) return found;
  const made: ReadonlySet<string> = new Set(scopes);
  known.set(text, made);
  return made;
}

/** About how many bytes scopes take in memory for one token alone. */
export function bytesOfScopes(scopes: ReadonlySet<string>): number {
  const characters = charactersOf(scopes);
  return areShared(scopes.size, characters) ? 0 : characters + BYTES_PER_SCOPE * scopes.size;
}

function areShared(count: number, characters: number): boolean {
  return count <= MAX_SHARED && characters <= MAX_SHARED_LENGTH;
}

function charactersOf(scopes: Iterable<string>): number {
  let characters = 0;
  for (const scope of scopes) characters += scope.length;
  return characters;
}
