import { Plane } from './host-claims.ts';
import type { KubeObject } from './kube-object.ts';
import type { CompiledObject } from './route-entry.ts';
import type { RouteClaim, RouteObject } from './route-object.ts';

/** What changes on the hosts of one plane. */
interface HostChange {
  readonly removed: Set<RouteClaim>;
  readonly added: RouteClaim[];
}

/** The claims of all objects by plane and host; an update makes anew only the hosts whose claims changed. */
export class ClaimTable {
  #planes: ReadonlyMap<string, Plane> = new Map();
  #entries: ReadonlyMap<KubeObject, CompiledObject> = new Map();
  readonly #byKey = new Map<string, RouteObject>();

  /** Takes over the objects as they are now. What it gives does not change afterwards. */
  update(entries: ReadonlyMap<KubeObject, CompiledObject>): {
    readonly planes: ReadonlyMap<string, Plane>;
    readonly byKey: ReadonlyMap<string, RouteObject>;
  } {
    const changes = new Map<string, Map<string, HostChange>>();
    for (const [source, entry] of this.#entries) {
      if (entries.get(source) === entry) continue;
      this.#byKey.delete(entry.object.key);
      for (const claim of entry.claims) changeAt(changes, claim).removed.add(claim);
    }
    for (const [source, entry] of entries) {
      if (this.#entries.get(source) === entry) continue;
      this.#byKey.set(entry.object.key, entry.object);
      for (const claim of entry.claims) changeAt(changes, claim).added.push(claim);
    }
    this.#entries = entries;
    if (changes.size > 0) this.#planes = changed(this.#planes, changes);
    // In the order of their names, so that every replica lists candidates alike.
    const names = [...this.#planes.keys()].sort();
    const planes = new Map(names.map((name) => [name, this.#planes.get(name) ?? Plane.EMPTY]));
    return { planes, byKey: new Map(this.#byKey) };
  }
}

function changeAt(
  changes: Map<string, Map<string, HostChange>>,
  { plane, host }: RouteClaim,
): HostChange {
  const hosts = changes.get(plane) ?? new Map<string, HostChange>();
  changes.set(plane, hosts);
  const change = hosts.get(host) ?? { removed: new Set(), added: [] };
  hosts.set(host, change);
  return change;
}

function changed(
  planes: ReadonlyMap<string, Plane>,
  changes: ReadonlyMap<string, ReadonlyMap<string, HostChange>>,
): ReadonlyMap<string, Plane> {
  const next = new Map(planes);
  for (const [name, hosts] of changes) {
    const plane = planes.get(name) ?? Plane.EMPTY;
    const claims = new Map(
      [...hosts].map(([host, { removed, added }]) => [
        host,
        [...plane.claimsOf(host).filter((claim) => !removed.has(claim)), ...added],
      ]),
    );
    next.set(name, plane.with(claims));
  }
  return next;
}
