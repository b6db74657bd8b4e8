import { type RoutePolicy, readAnnotations } from './annotations.ts';
import { attachmentsOf } from './attachments.ts';
import { claimsOfGatewayRoute } from './from-gateway-api.ts';
import { bypassOfProxy, claimsOfProxies } from './from-httpproxy.ts';
import { claimsOfIngress, useOfIngress } from './from-ingress.ts';
import type { KubeObject } from './kube-object.ts';
import type { Objects, RouteRules } from './objects.ts';
import { publicPathsWithin } from './public-paths.ts';
import { RouteIndex, type Scope } from './route-index.ts';
import { objectKey, type RouteClaim, type RouteKind, type RouteObject } from './route-object.ts';
import { bypassedBySecurityPolicy } from './security-policies.ts';

/** Annotations are read once for each version of an object, however often the index is made. */
const policies = new WeakMap<KubeObject, RoutePolicy>();

/** Compiles the objects of a cluster. Pure: the same objects and rules give an equal index. */
export function compileRoutes(objects: Objects, rules: RouteRules, scope?: Scope): RouteIndex {
  const bypassed = bypassedBySecurityPolicy(objects);
  const known: Known = { objects, rules, bypassed };
  const compiled = [
    ...[...objects.Ingress.values()].map((ingress) => fromIngress(ingress, known)),
    ...[...objects.HTTPRoute.values()].map((route) => fromGatewayRoute(route, known)),
    ...[...objects.GRPCRoute.values()].map((route) => fromGatewayRoute(route, known)),
    ...fromProxies(known),
  ];
  return new RouteIndex(
    compiled.map(({ object }) => object),
    compiled.flatMap(({ claims }) => claims),
    scope,
  );
}

interface Known {
  readonly objects: Objects;
  readonly rules: RouteRules;
  readonly bypassed: ReadonlyMap<string, string>;
}

interface CompiledObject {
  readonly object: RouteObject;
  readonly claims: readonly RouteClaim[];
}

function fromIngress(ingress: KubeObject, { objects, rules }: Known): CompiledObject {
  const use = useOfIngress(ingress, objects, rules);
  return withClaims(routeObject(ingress, use !== 'none', null), (object) =>
    use === 'none' ? [] : claimsOfIngress(ingress, object, use === 'certain'),
  );
}

function fromGatewayRoute(route: KubeObject, { objects, rules, bypassed }: Known): CompiledObject {
  const attachments = attachmentsOf(route, objects, rules);
  const object = routeObject(route, attachments.length > 0, null);
  const bypass = bypassed.get(objectKey(object)) ?? null;
  return withClaims({ ...object, bypass }, (own) => claimsOfGatewayRoute(route, own, attachments));
}

/** HTTPProxies claim together: a root decides over what it includes. */
function fromProxies({ objects, rules }: Known): readonly CompiledObject[] {
  const made = new Map<KubeObject, RouteObject>();
  const objectOf = (proxy: KubeObject): RouteObject => {
    const known = made.get(proxy);
    if (known !== undefined) return known;
    const object = routeObject(proxy, true, bypassOfProxy(proxy));
    made.set(proxy, object);
    return object;
  };
  const byObject = Map.groupBy(claimsOfProxies(objects, rules, objectOf), ({ object }) => object);
  return [...objects.HTTPProxy.values()].map((proxy) => {
    const object = made.get(proxy) ?? routeObject(proxy, false, bypassOfProxy(proxy));
    return withPublicPaths(object, byObject.get(object) ?? []);
  });
}

function withClaims(
  object: RouteObject,
  claimsOf: (object: RouteObject) => readonly RouteClaim[],
): CompiledObject {
  return withPublicPaths(object, claimsOf(object));
}

/** Public paths outside of what the object claims are a fault: they would open somebody else's. */
function withPublicPaths(object: RouteObject, claims: readonly RouteClaim[]): CompiledObject {
  const fault = object.used ? publicPathsWithin(object.policy, claims) : null;
  if (fault === null) return { object, claims };
  const policy = { ...object.policy, faults: [...object.policy.faults, fault] };
  const wrong = { ...object, policy };
  return { object: wrong, claims: claims.map((claim) => ({ ...claim, object: wrong })) };
}

function routeObject(source: KubeObject, used: boolean, bypass: string | null): RouteObject {
  const { kind, apiVersion, namespace, name, uid } = source;
  return {
    kind: kind as RouteKind,
    apiVersion,
    namespace,
    name,
    uid,
    policy: policyOf(source),
    used,
    bypass,
  };
}

function policyOf(source: KubeObject): RoutePolicy {
  const known = policies.get(source);
  if (known !== undefined) return known;
  const read = readAnnotations(Object.entries(source.annotations));
  policies.set(source, read);
  return read;
}
