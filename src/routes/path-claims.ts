import type { RouteClaim, RouteObject } from './route-object.ts';

/** The objects that may have been used for a request, the likeliest first. */
export interface Found {
  readonly objects: RouteObject[];
  /** Those of which only a rule that redirects may have been used. */
  readonly redirecting: RouteObject[];
}

/** The claims on one host of one plane. Finding those that cover a path costs as much for ten claims as for ten thousand. */
export class PathClaims {
  readonly #exact = new Map<string, RouteClaim[]>();
  /** By prefix without a slash at its end: `` stands for every path. */
  readonly #prefixes = new Map<string, RouteClaim[]>();
  readonly #textPrefixes = new Map<string, RouteClaim[]>();
  /** The different lengths of text prefixes, longest first. */
  readonly #textLengths: readonly number[];
  /** Longer pieces of a path are not looked for: the work would be the client's to choose. */
  readonly #longestPrefix: number;
  readonly #unknown: RouteClaim[] = [];

  constructor(claims: Iterable<RouteClaim>) {
    // The order of candidates is the same in every replica, whatever order they saw changes in.
    for (const claim of [...claims].sort(byName)) {
      const { path } = claim;
      if (path.type === 'unknown') this.#unknown.push(claim);
      else if (path.type === 'exact') add(this.#exact, path.path, claim);
      else if (path.type === 'prefix') add(this.#prefixes, path.path.replace(/\/+$/, ''), claim);
      else add(this.#textPrefixes, path.path, claim);
    }
    for (const map of [this.#exact, this.#prefixes, this.#textPrefixes]) {
      for (const list of map.values()) list.sort(byPrecedence);
    }
    this.#longestPrefix = Math.max(0, ...[...this.#prefixes.keys()].map((key) => key.length));
    const lengths = new Set([...this.#textPrefixes.keys()].map((key) => key.length));
    this.#textLengths = [...lengths].sort((a, b) => b - a);
  }

  /**
   * Adds the objects that may have been used for a path to `found`, by precedence: exact over prefix, longer over shorter,
   * method, conditions. Ends with the first that was used for certain and its equals, and says whether there was one.
   */
  collect(path: string, method: string, found: Found): boolean {
    for (const claim of this.#unknown) {
      if (covers(claim, method)) push(found, claim);
    }
    const exact = this.#exact.get(path);
    if (exact !== undefined && take(exact, method, found)) return true;
    return this.#byPrefix(path, method, found) || this.#byTextPrefix(path, method, found);
  }

  #byPrefix(path: string, method: string, found: Found): boolean {
    if (this.#prefixes.size === 0) return false;
    const longest = this.#longestPrefix;
    let end = path.length <= longest ? path.length : path.lastIndexOf('/', longest);
    for (; end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
      const claims = this.#prefixes.get(path.slice(0, end));
      if (claims !== undefined && take(claims, method, found)) return true;
    }
    return false;
  }

  #byTextPrefix(path: string, method: string, found: Found): boolean {
    for (const length of this.#textLengths) {
      if (length > path.length) continue;
      const claims = this.#textPrefixes.get(path.slice(0, length));
      if (claims !== undefined && take(claims, method, found)) return true;
    }
    return false;
  }
}

function add(map: Map<string, RouteClaim[]>, key: string, claim: RouteClaim): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [claim]);
  else list.push(claim);
}

function byName(a: RouteClaim, b: RouteClaim): number {
  const [one, other] = [a.object.key, b.object.key];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Gateway API: a method over none, then more conditions over fewer. What is not certain comes before what is. */
function byPrecedence(a: RouteClaim, b: RouteClaim): number {
  return (
    Number(b.method !== null) - Number(a.method !== null) ||
    b.conditions - a.conditions ||
    Number(a.certain) - Number(b.certain)
  );
}

function covers({ method }: RouteClaim, asked: string): boolean {
  return method === null || method === asked;
}

function take(claims: readonly RouteClaim[], method: string, found: Found): boolean {
  let winner: RouteClaim | null = null;
  for (const claim of claims) {
    if (!covers(claim, method)) continue;
    // The equals of the winner follow it at once: age decides between them, and clocks are not ours.
    if (winner !== null && (winner.method === null) !== (claim.method === null)) break;
    push(found, claim);
    if (claim.certain && claim.conditions === 0) winner ??= claim;
  }
  return winner !== null;
}

function push({ objects, redirecting }: Found, { redirects, object }: RouteClaim): void {
  const list = redirects ? redirecting : objects;
  if (!list.includes(object)) list.push(object);
}
