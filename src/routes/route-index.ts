import type { RouteRef } from '../request/request.ts';
import { PathClaims } from './path-claims.ts';
import { objectKey, ROUTE_KINDS, type RouteClaim, type RouteObject } from './route-object.ts';

/** The claims of one plane by host. */
interface Plane {
  readonly exact: ReadonlyMap<string, PathClaims>;
  /** By the suffix with its dot; `many` where the `*` stands for any number of labels. */
  readonly wildcards: ReadonlyMap<string, { readonly claims: PathClaims; readonly many: boolean }>;
  readonly any: PathClaims | null;
}

/** What is known of a cluster: whether every kind was listed once, and the namespaces that are seen. */
export interface Scope {
  readonly complete: boolean;
  readonly namespaces: ReadonlySet<string> | 'any';
}

const SEEN_KINDS: ReadonlySet<string> = new Set(ROUTE_KINDS);
const EVERYWHERE: Scope = { complete: true, namespaces: 'any' };

/** The route objects of a cluster, compiled. Immutable: a change makes another one. */
export class RouteIndex {
  /** Whether every kind was listed once. Before that nothing can be said about a request. */
  readonly complete: boolean;
  readonly objects: readonly RouteObject[];
  readonly #namespaces: Scope['namespaces'];
  readonly #byName: ReadonlyMap<string, RouteObject>;
  readonly #planes: readonly Plane[];

  constructor(
    objects: readonly RouteObject[],
    claims: Iterable<RouteClaim>,
    { complete, namespaces }: Scope = EVERYWHERE,
  ) {
    this.complete = complete;
    this.#namespaces = namespaces;
    this.objects = objects;
    this.#byName = new Map(objects.map((object) => [objectKey(object), object]));
    this.#planes = [...groupBy(claims, ({ plane }) => plane).values()].map(planeOf);
  }

  /** The object that a gateway named, or null where it is not known. */
  named(ref: RouteRef): RouteObject | null {
    return this.#byName.get(objectKey(ref)) ?? null;
  }

  /** Whether an object would be known here if there were one. */
  sees({ kind, namespace }: RouteRef): boolean {
    return SEEN_KINDS.has(kind) && (this.#namespaces === 'any' || this.#namespaces.has(namespace));
  }

  /**
   * The objects of which one was used for a request, the likeliest first: one where that is certain, several where it is not,
   * none where no object covers it. The path has one reading.
   */
  find(host: string, path: string, method: string): readonly RouteObject[] {
    const found: RouteObject[] = [];
    for (const plane of this.#planes) collect(plane, host, path, method, found);
    return found;
  }
}

/** Nothing is known yet. */
export const UNKNOWN_ROUTES = new RouteIndex([], [], { complete: false, namespaces: 'any' });

function collect(
  plane: Plane,
  host: string,
  path: string,
  method: string,
  found: RouteObject[],
): void {
  if (plane.exact.get(host)?.collect(path, method, found) === true) return;
  if (plane.wildcards.size > 0) {
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const wildcard = plane.wildcards.get(host.slice(dot));
      if (wildcard === undefined) continue;
      // A wildcard of one label may or may not be taken for several: then the search goes on.
      const certain = wildcard.many || dot === host.indexOf('.');
      if (wildcard.claims.collect(path, method, found) && certain) return;
    }
  }
  plane.any?.collect(path, method, found);
}

function planeOf(claims: readonly RouteClaim[]): Plane {
  const byHost = groupBy(claims, ({ host }) => host);
  const exact = new Map<string, PathClaims>();
  const wildcards = new Map<string, { claims: PathClaims; many: boolean }>();
  for (const [host, own] of byHost) {
    if (host === '*') continue;
    const paths = new PathClaims(own);
    if (!host.startsWith('*.')) exact.set(host, paths);
    else {
      const many = own.every(({ labels }) => labels === 'many');
      wildcards.set(host.slice(1), { claims: paths, many });
    }
  }
  const any = byHost.get('*');
  return { exact, wildcards, any: any === undefined ? null : new PathClaims(any) };
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
