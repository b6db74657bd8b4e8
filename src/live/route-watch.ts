import type { Live } from '../base/live.ts';
import type { KubeApi } from '../kube/api.ts';
import {
  CLUSTER_KINDS,
  nameKey,
  OPTIONAL_KINDS,
  type RouteRules,
  Unseen,
  WATCHED_KIND_NAMES,
  WATCHED_KINDS,
  type WatchedKind,
} from '../kube/kinds.ts';
import type { KubeObject } from '../kube/object.ts';
import {
  DEFAULT_TIMES,
  Reflector,
  type ReflectorEvents,
  type ReflectorStatus,
  type ReflectorTimes,
} from '../kube/reflector.ts';
import type { Resource } from '../kube/resource.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import { RouteCompiler } from '../routes/read/compile.ts';
import { noObjects } from '../routes/read/rules.ts';

/** What a watch is told to see. */
export interface RouteWatchSettings {
  readonly namespaces: readonly string[] | '*';
  readonly rules: RouteRules;
  readonly times?: ReflectorTimes;
}

export interface RouteWatchEvents {
  /** A new index is in force. */
  compiled(index: RouteIndex): void;
  failed(resource: Resource, fault: string): void;
  recovered(resource: Resource): void;
}

/** Changes that come together make one index. */
const GATHER = 20;
/** Changes are debounced by this many times what the last compilation took, so that a storm of them leaves time to decide. */
const REST = 4;

/** Watches the route objects of a cluster and puts an index of them into `live` after every change. */
export class RouteWatch implements AsyncDisposable {
  readonly #live: Live<RouteIndex | null>;
  readonly #compiler: RouteCompiler;
  readonly #events: RouteWatchEvents;
  readonly #objects = noObjects();
  readonly #reflectors: readonly Reflector[];
  #timer: NodeJS.Timeout | null = null;
  #lastCost = 0;

  constructor(
    api: KubeApi,
    live: Live<RouteIndex | null>,
    settings: RouteWatchSettings,
    events: RouteWatchEvents,
  ) {
    this.#live = live;
    this.#events = events;
    const { namespaces, rules } = settings;
    this.#compiler = new RouteCompiler(rules, {
      complete: true,
      namespaces: namespaces === '*' ? 'any' : new Set(namespaces),
    });
    const reflected: ReflectorEvents = {
      replaced: (resource, objects) => this.#replace(resource, objects),
      changed: (object) => this.#set(object),
      removed: (object) => this.#remove(object),
      failed: (resource, fault) => events.failed(resource, fault),
      recovered: (resource) => events.recovered(resource),
    };
    this.#reflectors = resourcesOf(settings).map(
      (resource) => new Reflector(api, resource, reflected, settings.times ?? DEFAULT_TIMES),
    );
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start();
  }

  /** What is known of each kind. */
  status(): readonly ReflectorStatus[] {
    return this.#reflectors.map((reflector) => reflector.status());
  }

  /** Whether everything that decisions depend on was seen once. */
  get synced(): boolean {
    return this.status().every((one) => one.synced || isOptional(one));
  }

  /** When all of the view was last known to be current, in milliseconds since the epoch; 0 where it never was. */
  get lastSync(): number {
    return Math.min(...this.status().flatMap((one) => (isOptional(one) ? [] : [one.lastContact])));
  }

  /** For how long some of the view has been lost, in milliseconds; 0 while all of it is watched. */
  blindFor(now: number): number {
    const lost = this.status().filter((one) => one.fault !== null && !isOptional(one));
    return Math.max(0, ...lost.map(({ lostSince }) => now - lostSince));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#reflectors.map((reflector) => reflector[Symbol.asyncDispose]()));
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Of the kinds that decisions do not need, what was never listed. */
  #unseen(): Unseen {
    const parts = this.status().filter((one) => !one.synced && isOptional(one));
    return new Unseen(parts.map(({ resource }) => resource));
  }

  #replace({ kind, namespace }: Resource, objects: readonly KubeObject[]): void {
    const kept = this.#objects[kind as WatchedKind];
    for (const [key, object] of kept) {
      if (namespace === null || object.namespace === namespace) kept.delete(key);
    }
    for (const object of objects) kept.set(nameKey(object), object);
    this.#schedule();
  }

  #set(object: KubeObject): void {
    this.#objects[object.kind as WatchedKind].set(nameKey(object), object);
    this.#schedule();
  }

  #remove(object: KubeObject): void {
    this.#objects[object.kind as WatchedKind].delete(nameKey(object));
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#compile(), Math.max(GATHER, this.#lastCost * REST));
  }

  #compile(): void {
    this.#timer = null;
    // An index of some of the kinds would judge routes by less than their policy.
    if (!this.synced) return;
    const began = performance.now();
    const index = this.#compiler.compile(this.#objects, this.#unseen());
    this.#live.replace(index);
    this.#lastCost = performance.now() - began;
    this.#events.compiled(index);
  }
}

function isOptional({ resource }: ReflectorStatus): boolean {
  return OPTIONAL_KINDS.includes(resource.kind as WatchedKind);
}

/** Each kind once for the cluster or once for each namespace. Gateways are where the settings name them. */
function resourcesOf({ namespaces, rules }: RouteWatchSettings): readonly Resource[] {
  return WATCHED_KIND_NAMES.flatMap((kind): readonly Resource[] => {
    const resource = { kind, ...WATCHED_KINDS[kind] };
    if (namespaces === '*' || CLUSTER_KINDS.has(kind)) return [{ ...resource, namespace: null }];
    const theirs = [...rules.gateways].map((gateway) => gateway.split('/', 1)[0] ?? '');
    const own = placesOf(kind, namespaces, theirs);
    return [...new Set(own)].map((namespace) => ({ ...resource, namespace }));
  });
}

/** Where objects of a kind count: `theirs` are the namespaces of the Gateways. */
function placesOf(
  kind: WatchedKind,
  namespaces: readonly string[],
  theirs: readonly string[],
): readonly string[] {
  switch (kind) {
    case 'Gateway':
    case 'ClientTrafficPolicy':
      return theirs;
    case 'SecurityPolicy':
      return [...namespaces, ...theirs];
    case 'IngressClass':
    case 'GatewayClass':
    case 'Ingress':
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'HTTPProxy':
      return namespaces;
  }
}
