import type { KubeObject } from './object.ts';

/** The kinds that are read. */
export const WATCHED_KINDS = {
  IngressClass: { group: 'networking.k8s.io', version: 'v1', plural: 'ingressclasses' },
  Ingress: { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses' },
  GatewayClass: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gatewayclasses' },
  Gateway: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gateways' },
  HTTPRoute: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' },
  GRPCRoute: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'grpcroutes' },
  HTTPProxy: { group: 'projectcontour.io', version: 'v1', plural: 'httpproxies' },
  SecurityPolicy: {
    group: 'gateway.envoyproxy.io',
    version: 'v1alpha1',
    plural: 'securitypolicies',
  },
  ClientTrafficPolicy: {
    group: 'gateway.envoyproxy.io',
    version: 'v1alpha1',
    plural: 'clienttrafficpolicies',
  },
} as const;

export type WatchedKind = keyof typeof WATCHED_KINDS;
export const WATCHED_KIND_NAMES: readonly WatchedKind[] = Object.keys(
  WATCHED_KINDS,
) as WatchedKind[];

/** Kinds whose objects have no namespace. */
export const CLUSTER_KINDS: ReadonlySet<string> = new Set<WatchedKind>([
  'IngressClass',
  'GatewayClass',
]);

/**
 * Optional kinds: decisions do not need them. They tell of bypasses, and which ports are told apart.
 * While one of them cannot be seen nothing is said that would need it.
 */
export const OPTIONAL_KINDS: readonly WatchedKind[] = [
  'GatewayClass',
  'SecurityPolicy',
  'ClientTrafficPolicy',
];

/** The objects of a cluster as they were last seen, by kind and by `namespace/name`. */
export type Objects = Readonly<Record<WatchedKind, ReadonlyMap<string, KubeObject>>>;

/** Which of them count. */
export interface RouteRules {
  readonly ingressClasses: ReadonlySet<string>;
  readonly ingressWithoutClass: boolean;
  /** `namespace/name`. */
  readonly gateways: ReadonlySet<string>;
  /**
   * `namespace/name` of the Services, Backends and ExtensionServices by which gateways reach this Watchword; null where the
   * settings do not say. Whatever else a policy or a proxy asks is another's.
   */
  readonly authorizers: ReadonlySet<string> | null;
  /** Ingress classes that Contour serves, whatever their IngressClass says. */
  readonly contourClasses: ReadonlySet<string>;
  /** Groups of namespaces whose routes hide each other's as those of one namespace do. */
  readonly shareHosts: readonly (readonly string[])[] | '*';
  /** Whether an object without any status is taken as accepted: for files, which have none. */
  readonly statusOptional: boolean;
}

/** Whose the objects of a namespace are: its own, or those of all that share hosts with it. */
export function ownerOf(namespace: string, { shareHosts }: RouteRules): string {
  if (shareHosts === '*') return '*';
  return shareHosts.find((group) => group.includes(namespace))?.join(' ') ?? namespace;
}

export function nameKey(object: { readonly namespace: string; readonly name: string }): string {
  return `${object.namespace}/${object.name}`;
}

/** Kinds of which nothing is known yet: of all namespaces, or of one. */
export class Unseen {
  readonly #keys: ReadonlySet<string>;

  constructor(parts: readonly { readonly kind: string; readonly namespace: string | null }[] = []) {
    this.#keys = new Set(parts.map(({ kind, namespace }) => `${kind}/${namespace ?? '*'}`));
  }

  has(kind: WatchedKind, namespace: string): boolean {
    return this.#keys.has(`${kind}/*`) || this.#keys.has(`${kind}/${namespace}`);
  }

  /** What the set has, as one text: two that are equal have the same. */
  get key(): string {
    return [...this.#keys].sort().join(' ');
  }
}
