import { PathClaims } from './path-claims.ts';
import type { RouteClaim } from './route-object.ts';
import type { Search } from './search.ts';

/** The claims on one host of one plane. Made into tables when the first request comes, since most hosts change between none. */
export class HostClaims {
  readonly claims: readonly RouteClaim[];
  /** Whether a wildcard host stands for any number of labels. */
  readonly many: boolean;
  #paths: PathClaims | null = null;

  constructor(claims: readonly RouteClaim[]) {
    this.claims = claims;
    this.many = claims.every(({ labels }) => labels === 'many');
  }

  /** See `PathClaims.collect`. */
  collect(path: string, method: string, search: Search, certain = true): void {
    this.#paths ??= new PathClaims(this.claims);
    this.#paths.collect(path, method, search, certain);
  }
}

/** The claims of one plane by host; hosts are patterns. Immutable. */
export class Plane {
  readonly #exact: ReadonlyMap<string, HostClaims>;
  /** By the suffix with its dot. */
  readonly #wildcards: ReadonlyMap<string, HostClaims>;
  readonly #any: HostClaims | null;

  private constructor(
    exact: ReadonlyMap<string, HostClaims>,
    wildcards: ReadonlyMap<string, HostClaims>,
    any: HostClaims | null,
  ) {
    this.#exact = exact;
    this.#wildcards = wildcards;
    this.#any = any;
  }

  static readonly EMPTY: Plane = new Plane(new Map(), new Map(), null);

  claimsOf(host: string): readonly RouteClaim[] {
    const claims =
      host === '*'
        ? this.#any
        : host.startsWith('*.')
          ? this.#wildcards.get(host.slice(1))
          : this.#exact.get(host);
    return claims?.claims ?? [];
  }

  /** The same plane with other claims on some hosts; a host without claims is gone. */
  with(changes: ReadonlyMap<string, readonly RouteClaim[]>): Plane {
    const exact = new Map(this.#exact);
    const wildcards = new Map(this.#wildcards);
    let any = this.#any;
    for (const [host, claims] of changes) {
      const made = claims.length === 0 ? null : new HostClaims(claims);
      if (host === '*') any = made;
      else if (host.startsWith('*.')) set(wildcards, host.slice(1), made);
      else set(exact, host, made);
    }
    return new Plane(exact, wildcards, any);
  }

  /** Adds the objects that may have been used for a request, the most specific host first. */
  collect(host: string, path: string, method: string, search: Search): void {
    search.beginPlane();
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

function set(map: Map<string, HostClaims>, key: string, claims: HostClaims | null): void {
  if (claims === null) map.delete(key);
  else map.set(key, claims);
}
