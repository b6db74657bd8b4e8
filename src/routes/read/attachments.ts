import type { Objects, RouteRules } from '../../kube/kinds.ts';
import {
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
} from '../../kube/object.ts';
import { isWithin } from '../match/host-pattern.ts';
import { mostUncertain, type Uncertainty } from '../match/uncertainty.ts';
import { planeOfListener } from './destination-ports.ts';
import { allowsRoute, isIsolatedFrom, listenersOf, listenerUncertainty } from './listeners.ts';

/** Where a Gateway API route is served: a host space of routing, a host there, and why that is not certain. */
export interface Attachment {
  readonly hostSpace: string;
  readonly host: string;
  readonly uncertainty: Uncertainty | null;
}

const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** The Gateways of ours that have accepted a route, with its hosts cut to those of the listeners that allow it. */
export function attachmentsOf(
  route: KubeObject,
  objects: Objects,
  rules: RouteRules,
): readonly Attachment[] {
  const hosts = textsAt(route.spec, 'hostnames').map((host) => host.toLowerCase());
  return recordsAt(route.spec, 'parentRefs').flatMap((parent) => {
    const key = gatewayKey(parent, route.namespace);
    if (key === null || !rules.gateways.has(key)) return [];
    const accepted = acceptance(route, parent, rules);
    if (accepted === 'none') return [];
    const gateway = objects.Gateway.get(key);
    // The Gateway was not seen yet: its listeners may cut the hosts, or leave them.
    if (gateway === undefined)
      return cutHosts(hosts, null).map((host) => ({
        hostSpace: key,
        host,
        uncertainty: 'gateway-unseen',
      }));
    return listenersOf(gateway, parent).flatMap((listener) => {
      // What nobody has applied yet counts as accepted; the API server writes `Same` where nothing is said.
      const isDraft = rules.statusOptional && listener['allowedRoutes'] === undefined;
      const allowed = isDraft ? null : allowsRoute(listener, gateway, route);
      if (allowed === 'no') return [];
      const uncertainty = mostUncertain(accepted, allowed, listenerUncertainty(listener, gateway));
      const hostSpace = planeOfListener(key, listener['port']);
      return cutHosts(hosts, textAt(listener, 'hostname')?.toLowerCase() ?? null).map((host) => {
        const isolated = isIsolatedFrom(listener, host, gateway) ? 'listener-isolated' : null;
        return { hostSpace, host, uncertainty: mostUncertain(uncertainty, isolated) };
      });
    });
  });
}

/** `namespace/name` of the Gateway that a reference means; null where it means something else. */
export function gatewayKey(parent: Json, namespace: string): string | null {
  const kind = textAt(parent, 'kind') ?? 'Gateway';
  const group = parent['group'] ?? GATEWAY_GROUP;
  const name = textAt(parent, 'name');
  if (kind !== 'Gateway' || group !== GATEWAY_GROUP || name === null) return null;
  return `${textAt(parent, 'namespace') ?? namespace}/${name}`;
}

/** What the Gateway says about the route: `none` where it has not accepted it, else what makes it uncertain. */
export function acceptance(
  route: KubeObject,
  parent: Json,
  rules: RouteRules,
): Uncertainty | null | 'none' {
  const parents = recordsAt(route.status, 'parents');
  if (parents.length === 0 && rules.statusOptional) return null;
  const conditions = parents
    .filter((status) => sameParent(recordAt(status, 'parentRef'), parent, route.namespace))
    .flatMap((status) => recordsAt(status, 'conditions'));
  const accepted = conditions.filter(
    ({ type, status }) => type === 'Accepted' && status === 'True',
  );
  if (accepted.length === 0) return 'none';
  // A status that is about an older generation says nothing certain about this one.
  const current = accepted.some(({ observedGeneration }) => {
    return typeof observedGeneration !== 'number' || observedGeneration >= route.generation;
  });
  if (!current) return 'change-unseen';
  const isSaid = (name: string, wanted: (status: unknown) => boolean) =>
    conditions.some(({ type, status }) => type === name && wanted(status));
  // "PartiallyInvalid": rules were dropped, or the last good ones are served in their place.
  if (isSaid('PartiallyInvalid', (status) => status !== 'False')) return 'partly-invalid';
  if (isSaid('ResolvedRefs', (status) => status !== 'True')) return 'references-unresolved';
  return null;
}

/** Whether two parent references of one route mean the same. */
export function sameParent(a: Json, b: Json, namespace: string): boolean {
  return (
    gatewayKey(a, namespace) === gatewayKey(b, namespace) &&
    textAt(a, 'sectionName') === textAt(b, 'sectionName') &&
    (a['port'] ?? null) === (b['port'] ?? null)
  );
}

/** The hosts that a route and a listener have in common. */
export function cutHosts(hosts: readonly string[], listener: string | null): readonly string[] {
  if (hosts.length === 0) return [listener ?? '*'];
  if (listener === null) return hosts;
  return [...new Set(hosts.map((host) => common(host, listener)))].filter((host) => host !== null);
}

/** The narrower of two patterns where one lies within the other, else null. `*.` stands for one label or more. */
function common(a: string, b: string): string | null {
  if (a === b || isWithin(a, b)) return a;
  return isWithin(b, a) ? b : null;
}
