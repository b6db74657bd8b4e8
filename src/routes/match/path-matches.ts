import type { PathMatch, RouteMatch } from '../route-object.ts';
import { PathLevel } from './path-level.ts';
import { matchAsRegex } from './regex-paths.ts';
import type { Search } from './search.ts';
import { TextPrefixes } from './text-prefixes.ts';

type Levels = ReadonlyMap<string, PathLevel>;

/** The matches on one host of one host space. Finding those that cover a path costs as much for ten matches as for ten thousand. */
export class PathMatches {
  readonly #unknown: PathLevel;
  readonly #exact: Levels;
  /** By prefix without a slash at its end: `` stands for every path. */
  readonly #prefixes: Levels;
  /** Longer pieces of a path are not looked for: the work would be the client's to choose. */
  readonly #longestPrefix: number;
  readonly #texts: TextPrefixes;
  /** The matches of Ingresses as some controllers read them: as text, in any letter case. */
  readonly #loose: TextPrefixes;
  /** Whose all matches are, or null where they are of several. */
  readonly #onlyOwner: string | null;
  readonly hostSpace: string;
  /** The host as the matches write it. */
  readonly host: string;
  /** Whether the gateway may take all paths of the host as regular expressions: see `asksForRegex`. */
  readonly regex: boolean;

  constructor(matches: Iterable<RouteMatch>) {
    // The order of candidates is the same in every replica, whatever order they saw changes in.
    const sorted = [...matches].sort(byName);
    const of = (type: PathMatch['type']) => sorted.filter(({ path }) => path.type === type);
    this.#unknown = new PathLevel(of('unknown'));
    this.#exact = levels(of('exact'), (path) => path);
    this.#prefixes = levels(of('prefix'), withoutSlashes);
    this.#longestPrefix = [...this.#prefixes.keys()].reduce(
      (most, { length }) => Math.max(most, length),
      0,
    );
    this.#texts = new TextPrefixes(levels(of('text-prefix'), (path) => path));
    this.regex = sorted.some(({ asksForRegex }) => asksForRegex);
    const loose = sorted.filter(canBeLoose);
    this.#loose = new TextPrefixes(
      levels(this.regex ? loose.map(matchAsRegex) : loose, (path) =>
        withoutSlashes(path).toLowerCase(),
      ),
    );
    this.hostSpace = sorted[0]?.hostSpace ?? '';
    this.host = sorted[0]?.host ?? '';
    const owners = new Set(sorted.map(({ object }) => object.owner));
    this.#onlyOwner = owners.size === 1 ? ([...owners][0] ?? null) : null;
  }

  /**
   * Adds the objects that may have been used for a path, by precedence: exact over prefix, longer over shorter, method,
   * conditions. `certain` is false where the host may not be the one: then nothing is hidden.
   */
  collect(path: string, method: string, search: Search, certain: boolean): void {
    this.#unknown.collect(method, search, certain);
    this.#exact.get(path)?.collect(method, search, certain);
    if (!this.#isOver(search)) this.#byPrefix(path, method, search, certain);
    if (!this.#isOver(search)) this.#texts.collect(path, method, search, certain);
    if (this.#loose.size > 0 && (this.regex || !this.#isOver(search))) search.postpone(this);
  }

  /** Whether nothing that follows here can count. */
  #isOver(search: Search): boolean {
    return search.isDone || (this.#onlyOwner !== null && search.isHidden(this.#onlyOwner));
  }

  /**
   * As `collect`, with paths read as text in any letter case. ingress-nginx takes all paths of a host so as soon as one Ingress there
   * asks for regular expressions, and Traefik takes prefixes as text. Else a request for one namespace's backend would be judged
   * by the policy of another, whose match covers it as it is written.
   */
  collectLoosely(path: string, method: string, search: Search): void {
    this.#loose.collect(path.toLowerCase(), method, search, true);
  }

  #byPrefix(path: string, method: string, search: Search, certain: boolean): void {
    if (this.#prefixes.size === 0) return;
    const longest = this.#longestPrefix;
    let end = path.length <= longest ? path.length : path.lastIndexOf('/', longest);
    for (; end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
      this.#prefixes.get(path.slice(0, end))?.collect(method, search, certain);
      if (this.#isOver(search)) return;
    }
  }
}

function canBeLoose({ object, path }: RouteMatch): boolean {
  return object.kind === 'Ingress' && path.type !== 'unknown';
}

function levels(matches: readonly RouteMatch[], keyOf: (path: string) => string): Levels {
  const byKey = Map.groupBy(matches, ({ path }) =>
    path.type === 'unknown' ? '' : keyOf(path.path),
  );
  return new Map([...byKey].map(([key, all]) => [key, new PathLevel(all)]));
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, '');
}

function byName(a: RouteMatch, b: RouteMatch): number {
  const [one, other] = [a.object.key, b.object.key];
  return one < other ? -1 : one > other ? 1 : 0;
}
