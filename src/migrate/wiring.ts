import { NAME_PREFIX } from '../request/request.ts';
import { applicable, type Manifest, nameOf } from './manifests.ts';
import type { MigratedFile, Note } from './migration.ts';

/** Where Watchword is in the cluster. The chart's Service for gateways that ask over HTTP has `-http` behind the name. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** The Gateway that new routes attach to. */
export interface GatewayRef {
  readonly name: string;
  readonly namespace?: string;
}

export const TARGET_NAMES = ['gateway-api', 'contour', 'same'] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** What a migration of routes writes, and what its objects name. */
export interface RouteTarget {
  /**
   * `gateway-api`: HTTPRoutes of a Gateway. `contour`: HTTPProxies, of Ingresses only. `same`: the gateway stays, and asks Watchword.
   */
  readonly to: TargetName;
  readonly gateway: GatewayRef;
  readonly service: ServiceRef;
}

/** `NAMESPACE/NAME` or `NAME`. */
export function gatewayRef(written: string): GatewayRef {
  const [first = '', second] = written.split('/', 2);
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** `NAMESPACE/NAME`, or null. */
export function serviceRef(written: string): ServiceRef | null {
  const [, namespace, name] = /^([-a-z0-9]+)\/([-a-z0-9]+)$/.exec(written) ?? [];
  return namespace === undefined || name === undefined ? null : { namespace, name };
}

export function metadataOf({ namespace }: Manifest, name: string): object {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** URL of a check, as a gateway in the cluster asks it. */
export function checkUrl(
  convention: 'ingress-nginx' | 'traefik',
  pipeline: string,
  { namespace, name }: ServiceRef,
): string {
  return `http://${name}-http.${namespace}.svc.cluster.local:9180/auth/${convention}/${pipeline}`;
}

/** A route that Watchword guards. */
export interface GuardedRoute {
  /** The object that it is made from. */
  readonly from: Manifest;
  readonly name: string;
  /** Object and part of the input, as notes call it. */
  readonly where: string;
  readonly pipeline: string;
  /** Where the input says which route wins; null where it takes them as the Gateway API does. */
  readonly priority: number | null;
  readonly hostnames: readonly string[];
  readonly rules: readonly RouteRule[];
  /** Request headers that the route takes away from clients. */
  readonly removed: readonly string[];
}

/** A rule of an HTTPRoute; without a backend the gateway refuses. */
export interface RouteRule {
  readonly matches?: readonly object[];
  readonly backendRefs?: readonly object[];
}

/** The objects of a gateway that stays, and the same as they were, to take the step back. */
export function sameFiles(
  after: readonly object[],
  before: readonly Manifest[],
): readonly MigratedFile[] {
  return [
    { name: 'routes.yaml', about: 'What asks Watchword now, for kubectl apply', documents: after },
    {
      name: 'back.yaml',
      about: 'The same objects as they were, to take the step back by kubectl apply',
      documents: before.map((one) => applicable(one)),
    },
  ];
}

/**
 * Files for guarded routes: the chart's values with which their Gateway asks about all of its routes, and the routes. A
 * SecurityPolicy for each route would leave it open for a moment: Envoy Gateway tells a route before the filter that it needs.
 */
export function targetFiles(
  routes: readonly GuardedRoute[],
  { gateway }: RouteTarget,
  notes: Note[],
): readonly MigratedFile[] {
  if (routes.length === 0) return [];
  const namespaces = gateway.namespace
    ? [gateway.namespace]
    : routes.map(({ from }) => from.namespace);
  const gateways = [...new Set(namespaces)]
    .filter((namespace) => namespace !== undefined)
    .map((namespace) => ({ name: gateway.name, namespace }));
  notes.push(...targetNotes(routes, gateways));
  const names = gateways.map(({ name, namespace }) => `${namespace}/${name}`);
  return [
    {
      name: 'values.yaml',
      about:
        'Values of the chart, beside yours. Install them before routes.yaml: then a route is guarded from its first moment',
      documents: [
        {
          config: { routes: { watch: true, gateways: names } },
          wiring: { envoyGateway: { enabled: true, gateways } },
        },
      ],
    },
    {
      name: 'routes.yaml',
      about: 'Routes, for kubectl apply. Without the wiring of values.yaml they are open',
      documents: routes.map((route) => httpRoute(route, gateway)),
    },
  ];
}

function targetNotes(
  routes: readonly GuardedRoute[],
  gateways: readonly { readonly namespace: string; readonly name: string }[],
): readonly Note[] {
  const homeless = routes.find(({ from }) => from.namespace === undefined);
  return [
    ...gateways.map(({ namespace, name }) => ({
      where: `Gateway ${namespace}/${name}`,
      says: 'asks about all of its routes with values.yaml: those that name no pipeline are refused, others of this Gateway too',
    })),
    ...(homeless === undefined
      ? []
      : [
          {
            where: nameOf(homeless.from),
            says: 'has no namespace: write the one that it is applied to into selectableBy.namespaces, and into values.yaml where the Gateway is in it',
          },
        ]),
  ];
}

/** An HTTPRoute that carries the annotation. */
function httpRoute(route: GuardedRoute, gateway: GatewayRef): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      ...metadataOf(route.from, route.name),
      annotations: { [`${NAME_PREFIX}pipeline`]: route.pipeline },
    },
    spec: {
      parentRefs: [gateway],
      ...(route.hostnames.length > 0 ? { hostnames: route.hostnames } : {}),
      rules: route.rules.map((rule) => withoutHeaders(rule, route.removed)),
    },
  };
}

function withoutHeaders({ matches, backendRefs }: RouteRule, removed: readonly string[]): object {
  const filters =
    removed.length > 0 && backendRefs !== undefined
      ? { filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: removed } }] }
      : {};
  return {
    ...(matches === undefined ? {} : { matches }),
    ...filters,
    ...(backendRefs === undefined ? {} : { backendRefs }),
  };
}
