import type { KubeObject } from './kube-object.ts';

/** The kinds that are read. */
export const WATCHED_KINDS = {
  IngressClass: { group: 'networking.k8s.io', version: 'v1', plural: 'ingressclasses' },
  Ingress: { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses' },
  Gateway: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gateways' },
  HTTPRoute: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' },
  GRPCRoute: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'grpcroutes' },
  HTTPProxy: { group: 'projectcontour.io', version: 'v1', plural: 'httpproxies' },
  SecurityPolicy: {
    group: 'gateway.envoyproxy.io',
    version: 'v1alpha1',
    plural: 'securitypolicies',
  },
} as const;

export type WatchedKind = keyof typeof WATCHED_KINDS;
export const WATCHED_KIND_NAMES: readonly WatchedKind[] = Object.keys(
  WATCHED_KINDS,
) as WatchedKind[];

/** The objects of a cluster as they were last seen, by kind and by `namespace/name`. */
export type Objects = Readonly<Record<WatchedKind, ReadonlyMap<string, KubeObject>>>;

/** Which of them count. */
export interface RouteRules {
  readonly ingressClasses: ReadonlySet<string>;
  readonly ingressWithoutClass: boolean;
  /** `namespace/name`. */
  readonly gateways: ReadonlySet<string>;
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
