import { NAME_PREFIX } from '../request/request.ts';
import { type Manifest, nameOf } from './manifests.ts';
import { list, mapping, text } from './mapping.ts';
import type { MigratedFile, Note } from './migration.ts';
import { type ProxyRoute, proxyRoutes } from './proxy-routes.ts';
import type { RouteName } from './route-names.ts';
import { type GuardedRoute, metadataOf, type RouteTarget } from './wiring.ts';

/** What an HTTPProxy says of who guards it: annotations of Watchword. */
export type GuardAnnotations = (route: GuardedRoute) => Readonly<Record<string, string>>;

/** Those of routes whose pipeline takes the place of an authorizer. */
export const namingPipeline: GuardAnnotations = ({ pipeline }) => ({
  [`${NAME_PREFIX}pipeline`]: pipeline,
});

/** Files for guarded routes behind Contour: the chart's values, and one tree of HTTPProxies for each host. */
export function proxyFiles(
  routes: readonly GuardedRoute[],
  annotationsOf: GuardAnnotations,
  names: RouteName,
  target: RouteTarget,
  notes: Note[],
): readonly MigratedFile[] {
  for (const route of routes.filter(({ hostnames }) => hostnames.length === 0))
    notes.push({
      where: route.where,
      says: 'its rule for every host is left out: an HTTPProxy has one host',
      isLoss: true,
    });
  const byHost = Map.groupBy(
    routes.flatMap((route) => route.hostnames.map((host) => ({ host, route }))),
    ({ host }) => host,
  );
  const proxies = [...byHost].flatMap(([host, all]) =>
    treeOf({ host, routes: all.map(({ route }) => route), annotationsOf, names, target, notes }),
  );
  if (proxies.length === 0) return [];
  return [
    {
      name: 'values.yaml',
      about:
        "Values of the chart, beside yours. Install them, and name Watchword in Contour's own configuration (docs/gateways/contour.md), before httpproxies.yaml",
      documents: [{ config: { routes: { watch: true } }, wiring: { contour: { enabled: true } } }],
    },
    {
      name: 'httpproxies.yaml',
      about:
        'HTTPProxies, for kubectl apply; then delete the Ingresses. Hosts with TLS ask Watchword by themselves, others by globalExtAuth of Contour',
      documents: proxies,
    },
  ];
}

interface Tree {
  readonly host: string;
  readonly routes: readonly GuardedRoute[];
  readonly annotationsOf: GuardAnnotations;
  readonly names: RouteName;
  readonly target: RouteTarget;
  readonly notes: Note[];
}

/** One HTTPProxy with the host; where its routes have several guards, it includes one for each. */
function treeOf({ host, routes, annotationsOf, names, target, notes }: Tree): readonly object[] {
  const guardOf = (route: GuardedRoute): string =>
    JSON.stringify([route.from.namespace, annotationsOf(route)]);
  const all = proxyRoutes(routes, guardOf, notes);
  const groups = [...Map.groupBy(all, ({ of }) => guardOf(of)).values()];
  if (host.startsWith('*.'))
    notes.push({
      where: `HTTPProxy ${host}`,
      says: 'is for one name before the dot; the Ingress was for any number of them',
    });
  const secured = routes.find(({ from }) => tlsOf(from, host) !== null) ?? routes[0];
  if (secured === undefined) return [];
  const virtualhost = virtualHost(host, secured.from, target, notes);
  const [only, ...more] = groups;
  if (only !== undefined && more.length === 0)
    return [proxyOf(only, annotationsOf, { virtualhost })];
  const root = metadataOf(secured.from, names(secured.from, 2));
  const includes = groups.flatMap(([first]) =>
    first === undefined ? [] : [metadataOf(first.of.from, first.of.name)],
  );
  return [
    { ...KIND, metadata: root, spec: { virtualhost, includes } },
    ...groups.map((group) => proxyOf(group, annotationsOf, {})),
  ];
}

const KIND = { apiVersion: 'projectcontour.io/v1', kind: 'HTTPProxy' } as const;

function proxyOf(
  group: readonly ProxyRoute[],
  annotationsOf: GuardAnnotations,
  spec: object,
): object {
  const [first] = group;
  if (first === undefined) return KIND;
  const annotations = annotationsOf(first.of);
  return {
    ...KIND,
    metadata: {
      ...metadataOf(first.of.from, first.of.name),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: { ...spec, routes: group.map(routeOf) },
  };
}

/** Without a backend Contour answers by itself, after it has asked. */
function routeOf({ of: { removed }, condition, backendRefs }: ProxyRoute): object {
  const conditions = [condition];
  if (backendRefs === undefined) return { conditions, directResponsePolicy: { statusCode: 403 } };
  return {
    conditions,
    ...(removed.length === 0 ? {} : { requestHeadersPolicy: { remove: removed } }),
    services: backendRefs,
  };
}

/**
 * The host with the Ingress' certificate. It names Watchword itself, so that its HTTPS side asks even where Contour's own configuration
 * names nobody; Contour takes no such name of a host without TLS.
 */
function virtualHost(
  fqdn: string,
  from: Manifest,
  { service }: RouteTarget,
  notes: Note[],
): object {
  const tls = tlsOf(from, fqdn);
  if (tls === null) {
    notes.push({
      where: `HTTPProxy ${fqdn}`,
      says: "has no TLS and asks only where globalExtAuth in Contour's own configuration names Watchword; without that it is open",
    });
    return { fqdn };
  }
  const secretName = tls.secretName ?? `${from.name}-tls`;
  if (tls.secretName === null)
    notes.push({
      where: `${nameOf(from)} tls`,
      says: `names no Secret for ${fqdn}: ${secretName} stands in its place, and Contour serves nothing of the host until there is one`,
      isLoss: true,
    });
  const { namespace, name } = service;
  return {
    fqdn,
    tls: { secretName },
    authorization: { extensionRef: { namespace, name }, responseTimeout: '1s' },
  };
}

/** The certificate of an Ingress for a host; null where the host has no TLS. */
function tlsOf({ spec }: Manifest, host: string): { readonly secretName: string | null } | null {
  const found = list(spec['tls'])
    .map(mapping)
    .find((one) => {
      const hosts = list(one['hosts']).map(String);
      return (
        hosts.length === 0 || hosts.includes(host) || hosts.some((wide) => isBelow(host, wide))
      );
    });
  return found === undefined ? null : { secretName: text(found['secretName']) ?? null };
}

/** Whether a certificate for a wildcard is one for a host: one name in the place of `*` (RFC 6125 section 6.4.3). */
function isBelow(host: string, wildcard: string): boolean {
  return wildcard.startsWith('*.') && host.slice(host.indexOf('.')) === wildcard.slice(1);
}
