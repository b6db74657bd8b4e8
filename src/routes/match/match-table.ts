import type { KubeObject } from '../../kube/object.ts';
import type { CompiledObject } from '../read/route-entry.ts';
import type { RouteMatch, RouteObject } from '../route-object.ts';
import { HostSpace } from './host-matches.ts';

/** What changes on the hosts of one host space. */
interface HostChange {
  readonly removed: Set<RouteMatch>;
  readonly added: RouteMatch[];
}

/** The matches of all objects by host space and host; an update makes anew only the hosts whose matches changed. */
export class MatchTable {
  #hostSpaces: ReadonlyMap<string, HostSpace> = new Map();
  #entries: ReadonlyMap<KubeObject, CompiledObject> = new Map();
  readonly #byKey = new Map<string, RouteObject>();

  /** Takes over the objects as they are now. What it gives does not change afterwards. */
  update(entries: ReadonlyMap<KubeObject, CompiledObject>): {
    readonly hostSpaces: ReadonlyMap<string, HostSpace>;
    readonly byKey: ReadonlyMap<string, RouteObject>;
  } {
    const changes = new Map<string, Map<string, HostChange>>();
    for (const [source, entry] of this.#entries) {
      if (entries.get(source) === entry) continue;
      this.#byKey.delete(entry.object.key);
      for (const match of entry.matches) changeAt(changes, match).removed.add(match);
    }
    for (const [source, entry] of entries) {
      if (this.#entries.get(source) === entry) continue;
      this.#byKey.set(entry.object.key, entry.object);
      for (const match of entry.matches) changeAt(changes, match).added.push(match);
    }
    this.#entries = entries;
    if (changes.size > 0) this.#hostSpaces = changed(this.#hostSpaces, changes);
    // In the order of their names, so that every replica lists candidates alike.
    const names = [...this.#hostSpaces.keys()].sort();
    const hostSpaces = new Map(
      names.map((name) => [name, this.#hostSpaces.get(name) ?? HostSpace.EMPTY]),
    );
    return { hostSpaces, byKey: new Map(this.#byKey) };
  }
}

function changeAt(
  changes: Map<string, Map<string, HostChange>>,
  { hostSpace, host }: RouteMatch,
): HostChange {
  const hosts = changes.get(hostSpace) ?? new Map<string, HostChange>();
  changes.set(hostSpace, hosts);
  const change = hosts.get(host) ?? { removed: new Set(), added: [] };
  hosts.set(host, change);
  return change;
}

function changed(
  hostSpaces: ReadonlyMap<string, HostSpace>,
  changes: ReadonlyMap<string, ReadonlyMap<string, HostChange>>,
): ReadonlyMap<string, HostSpace> {
  const next = new Map(hostSpaces);
  for (const [name, hosts] of changes) {
    const hostSpace = hostSpaces.get(name) ?? HostSpace.EMPTY;
    const matches = new Map(
      [...hosts].map(([host, { removed, added }]) => [
        host,
        [...hostSpace.matchesOf(host).filter((match) => !removed.has(match)), ...added],
      ]),
    );
    next.set(name, hostSpace.with(matches));
  }
  return next;
}
