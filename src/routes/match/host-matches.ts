import type { RouteMatch } from '../route-object.ts';
import { PathMatches } from './path-matches.ts';
import type { Search } from './search.ts';

/** The matches on one host of one host space. The tables are built by the first request: hosts often change without a request in between. */
export class HostMatches {
  readonly matches: readonly RouteMatch[];
  /** Whether a wildcard host stands for any number of labels. */
  readonly many: boolean;
  #paths: PathMatches | null = null;

  constructor(matches: readonly RouteMatch[]) {
    this.matches = matches;
    this.many = matches.every(({ labels }) => labels === 'many');
  }

  /** See `PathMatches.collect`. */
  collect(path: string, method: string, search: Search, certain = true): void {
    this.#paths ??= new PathMatches(this.matches);
    this.#paths.collect(path, method, search, certain);
  }
}

/** The matches of one host space by host; hosts are patterns. Immutable. */
export class HostSpace {
  readonly #exact: ReadonlyMap<string, HostMatches>;
  /** By the suffix with its dot. */
  readonly #wildcards: ReadonlyMap<string, HostMatches>;
  readonly #any: HostMatches | null;

  private constructor(
    exact: ReadonlyMap<string, HostMatches>,
    wildcards: ReadonlyMap<string, HostMatches>,
    any: HostMatches | null,
  ) {
    this.#exact = exact;
    this.#wildcards = wildcards;
    this.#any = any;
  }

  static readonly EMPTY: HostSpace = new HostSpace(new Map(), new Map(), null);

  matchesOf(host: string): readonly RouteMatch[] {
    const matches =
      host === '*'
        ? this.#any
        : host.startsWith('*.')
          ? this.#wildcards.get(host.slice(1))
          : this.#exact.get(host);
    return matches?.matches ?? [];
  }

  /** The same host space with other matches on some hosts; a host without matches is gone. */
  with(changes: ReadonlyMap<string, readonly RouteMatch[]>): HostSpace {
    const exact = new Map(this.#exact);
    const wildcards = new Map(this.#wildcards);
    let any = this.#any;
    for (const [host, matches] of changes) {
      const made = matches.length === 0 ? null : new HostMatches(matches);
      if (host === '*') any = made;
      else if (host.startsWith('*.')) set(wildcards, host.slice(1), made);
      else set(exact, host, made);
    }
    return new HostSpace(exact, wildcards, any);
  }

  /** Adds the objects that may have been used for a request, the most specific host first. */
  collect(host: string, path: string, method: string, search: Search): void {
    search.beginHostSpace();
    this.#exact.get(host)?.collect(path, method, search);
    if (search.isDone) return;
    if (this.#wildcards.size > 0) {
      const firstDot = host.indexOf('.');
      for (let dot = firstDot; dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const wildcard = this.#wildcards.get(host.slice(dot));
        if (wildcard === undefined) continue;
        // A wildcard of one label may or may not be taken for several: then the search goes on.
        const certain = wildcard.many || dot === firstDot;
        wildcard.collect(path, method, search, certain);
        if (search.isDone) return;
      }
    }
    this.#any?.collect(path, method, search);
  }
}

function set(map: Map<string, HostMatches>, key: string, matches: HostMatches | null): void {
  if (matches === null) map.delete(key);
  else map.set(key, matches);
}
