import { type Json, type KubeObject, recordAt, recordsAt, textAt, textsAt } from './kube-object.ts';
import type { Objects, RouteRules } from './objects.ts';

/** Where a Gateway API route is served: a plane of routing, the hosts there, and whether that is known for certain. */
export interface Attachment {
  readonly plane: string;
  readonly hosts: readonly string[];
  readonly certain: boolean;
}

const GATEWAY_GROUP = 'gateway.networking.k8s.io';
const HTTP = new Set(['HTTP', 'HTTPS']);

/** The Gateways of ours that have accepted a route, with its hosts cut to those of their listeners. */
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
    const certain = accepted === 'certain';
    const gateway = objects.Gateway.get(key);
    // The Gateway was not seen yet: its listeners may cut the hosts, or leave them.
    if (gateway === undefined)
      return [{ plane: key, hosts: hosts.length === 0 ? ['*'] : hosts, certain: false }];
    return listenersOf(gateway, parent).flatMap((listener) => {
      const cut = cutHosts(hosts, textAt(listener, 'hostname')?.toLowerCase() ?? null);
      const plane = `${key}:${String(listener['port'])}`;
      return cut.length === 0 ? [] : [{ plane, hosts: cut, certain }];
    });
  });
}

function gatewayKey(parent: Json, namespace: string): string | null {
  const kind = textAt(parent, 'kind') ?? 'Gateway';
  const group = parent['group'] ?? GATEWAY_GROUP;
  const name = textAt(parent, 'name');
  if (kind !== 'Gateway' || group !== GATEWAY_GROUP || name === null) return null;
  return `${textAt(parent, 'namespace') ?? namespace}/${name}`;
}

/** A status that is about an older generation says nothing certain about this one. */
function acceptance(
  route: KubeObject,
  parent: Json,
  rules: RouteRules,
): 'certain' | 'uncertain' | 'none' {
  const parents = recordsAt(route.status, 'parents');
  if (parents.length === 0 && rules.statusOptional) return 'certain';
  const accepted = parents
    .filter((status) => sameParent(recordAt(status, 'parentRef'), parent, route.namespace))
    .flatMap((status) => recordsAt(status, 'conditions'))
    .filter((condition) => condition['type'] === 'Accepted' && condition['status'] === 'True');
  if (accepted.length === 0) return 'none';
  const current = accepted.some(({ observedGeneration }) => {
    return typeof observedGeneration !== 'number' || observedGeneration >= route.generation;
  });
  return current ? 'certain' : 'uncertain';
}

function sameParent(a: Json, b: Json, namespace: string): boolean {
  return (
    gatewayKey(a, namespace) === gatewayKey(b, namespace) &&
    textAt(a, 'sectionName') === textAt(b, 'sectionName') &&
    (a['port'] ?? null) === (b['port'] ?? null)
  );
}

/** The listeners that a reference to a Gateway means: all, or those of a name or port. */
function listenersOf(gateway: KubeObject, parent: Json): readonly Json[] {
  const section = textAt(parent, 'sectionName');
  const port = parent['port'] ?? null;
  return recordsAt(gateway.spec, 'listeners').filter(
    (listener) =>
      HTTP.has(String(listener['protocol'])) &&
      (section === null || listener['name'] === section) &&
      (port === null || listener['port'] === port),
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
  if (a === b || within(a, b)) return a;
  return within(b, a) ? b : null;
}

function within(narrow: string, wide: string): boolean {
  return wide.startsWith('*.') && narrow !== wide && narrow.endsWith(wide.slice(1));
}
