import type { RouteRef } from '../../request/request.ts';
import type { PlanePorts } from '../read/destination-ports.ts';
import type { GatewayGuard } from '../read/gateway-guards.ts';
import { objectKey, ROUTE_KINDS, type RouteMatch, type RouteObject } from '../route-object.ts';
import type { HostSpace } from './host-matches.ts';
import { Search } from './search.ts';

/** What is known of a cluster: whether every kind was listed once, and the namespaces that are seen. */
export interface Scope {
  readonly complete: boolean;
  readonly namespaces: ReadonlySet<string> | 'any';
}

/** What is known of the Gateways beside their routes. */
export interface GatewayFacts {
  readonly gateways: readonly GatewayGuard[];
  /** By the name of a host space; one that is not here is not told apart by ports. */
  readonly ports: ReadonlyMap<string, PlanePorts>;
}

const NO_GATEWAYS: GatewayFacts = { gateways: [], ports: new Map() };

const SEEN_KINDS: ReadonlySet<string> = new Set(ROUTE_KINDS);

/** The route objects of a cluster, compiled. Immutable: a change makes another one. */
export class RouteIndex {
  readonly #scope: Scope;
  /** By `objectKey`. */
  readonly #objects: ReadonlyMap<string, RouteObject>;
  readonly #hostSpaces: readonly NamedPlane[];
  /** The Gateways of ours of which it can be told whether they ask. */
  readonly gateways: readonly GatewayGuard[];

  constructor(
    objects: ReadonlyMap<string, RouteObject>,
    hostSpaces: ReadonlyMap<string, HostSpace>,
    scope: Scope,
    { gateways, ports }: GatewayFacts = NO_GATEWAYS,
  ) {
    this.#objects = objects;
    this.#hostSpaces = [...hostSpaces].map(([name, hostSpace]) => ({
      hostSpace,
      ports: ports.get(name) ?? null,
    }));
    this.#scope = scope;
    this.gateways = gateways;
  }

  /** Whether every kind was listed once. Before that nothing can be said about a request. */
  get complete(): boolean {
    return this.#scope.complete;
  }

  get objects(): readonly RouteObject[] {
    return [...this.#objects.values()];
  }

  /** The object that a gateway named, or null where it is not known. */
  named(ref: RouteRef): RouteObject | null {
    return this.#objects.get(objectKey(ref)) ?? null;
  }

  /** Whether an object would be known here if there were one. */
  sees({ kind, namespace }: RouteRef): boolean {
    const { namespaces } = this.#scope;
    return SEEN_KINDS.has(kind) && (namespaces === 'any' || namespaces.has(namespace));
  }

  /**
   * The objects of which one was used for a request, the likeliest first: one where that is certain, several where it is not,
   * none where no object covers it. The path has one reading. Where a backend may be reached, the policies of those that
   * only redirect are not asked: the usual redirect to HTTPS would refuse every request to the host. `port` is the one at which
   * the gateway took the connection, 0 where that is not known.
   */
  find(host: string, path: string, method: string, port = 0): readonly RouteObject[] | 'too many' {
    const matches = this.matchesOn(host, path, method, port);
    return matches === 'too many' ? matches : matches.map(({ object }) => object);
  }

  /** As `find`, with the match by which each object counts. */
  matchesOn(
    host: string,
    path: string,
    method: string,
    port = 0,
  ): readonly RouteMatch[] | 'too many' {
    const search = new Search();
    for (const { hostSpace, ports } of this.#hostSpaces)
      if (ports === null || mayServe(ports, port)) hostSpace.collect(host, path, method, search);
    search.finish(path, method);
    return search.found;
  }
}

interface NamedPlane {
  readonly hostSpace: HostSpace;
  readonly ports: PlanePorts | null;
}

/** Whether a connection to a port may be one of a host space: a port that is none of its Gateway's tells nothing. */
function mayServe({ own, all }: PlanePorts, port: number): boolean {
  return own.has(port) || !all.has(port);
}

/** Nothing is known yet. */
export const UNKNOWN_ROUTES = new RouteIndex(new Map(), new Map(), {
  complete: false,
  namespaces: 'any',
});
