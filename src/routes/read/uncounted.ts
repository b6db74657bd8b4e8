import type { Objects, RouteRules } from '../../kube/kinds.ts';
import {
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
} from '../../kube/object.ts';
import { HostTable } from '../../policy/host.ts';
import { objectKey, type RouteKind, type RouteObject } from '../route-object.ts';
import { cutHosts, gatewayKey, sameParent } from './attachments.ts';
import { proxyClassOf } from './httpproxy.ts';
import { classesOf } from './ingress.ts';
import { allowsRoute, listenersOf } from './listeners.ts';

/** An object that counts for nothing, since no gateway of ours uses it, and what to change. For people: `explain` shows it. */
export interface Uncounted {
  /** `Kind/namespace/name`. */
  readonly key: string;
  readonly why: string;
  /** The hosts that it names; empty where it names none. */
  readonly hosts: readonly string[];
}

/** The objects that count for nothing, with the reason of each. `used` says which do count: the compiled index is the judge. */
export function uncountedOf(
  objects: Objects,
  rules: RouteRules,
  compiled: readonly RouteObject[],
): readonly Uncounted[] {
  const used = new Set(compiled.filter((one) => one.used).map(({ key }) => key));
  const kinds = [objects.Ingress, objects.HTTPRoute, objects.GRPCRoute, objects.HTTPProxy];
  return kinds
    .flatMap((kind) => [...kind.values()])
    .map((object) => ({ object, key: objectKey({ ...object, kind: object.kind as RouteKind }) }))
    .filter(({ key }) => !used.has(key))
    .map(({ object, key }) => ({
      key,
      why: whyNot(object, objects, rules),
      hosts: hostsOf(object),
    }));
}

/** Whether an object names a host, or every host. */
export function namesHost({ hosts }: Uncounted, host: string): boolean {
  return (
    hosts.length === 0 ||
    new HostTable(new Map(hosts.map((one) => [one, true]))).find(host) === true
  );
}

function hostsOf({ kind, spec }: KubeObject): readonly string[] {
  const hosts =
    kind === 'Ingress'
      ? recordsAt(spec, 'rules').map((rule) => textAt(rule, 'host') ?? '*')
      : kind === 'HTTPProxy'
        ? [textAt(recordAt(spec, 'virtualhost'), 'fqdn') ?? '*']
        : textsAt(spec, 'hostnames');
  return hosts.map((host) => host.toLowerCase());
}

function whyNot(object: KubeObject, objects: Objects, rules: RouteRules): string {
  switch (object.kind) {
    case 'Ingress':
      return classFault(classesOf(object), rules, true);
    case 'HTTPProxy':
      return proxyFault(object, objects, rules);
    default:
      return routeFault(object, objects, rules);
  }
}

function listed(names: Iterable<string>): string {
  return [...names].join(', ') || 'none';
}

function classFault(
  named: readonly string[],
  { ingressClasses }: RouteRules,
  asks: boolean,
): string {
  const ours = `routes.ingressClasses has ${listed(ingressClasses)}`;
  if (named.length === 0 && asks)
    return `it names no class, and ${ours}: name one under spec.ingressClassName, or set routes.ingressWithoutClass`;
  return `its class is ${named.map((one) => `'${one}'`).join(' and ')}, and ${ours}: change one of the two`;
}

function proxyFault(proxy: KubeObject, { HTTPProxy }: Objects, rules: RouteRules): string {
  const named = proxyClassOf(proxy);
  if (named !== null && !rules.ingressClasses.has(named)) return classFault([named], rules, false);
  const status = textAt(proxy.status, 'currentStatus');
  const said = textAt(proxy.status, 'description');
  if (status !== null && status !== 'valid')
    return `Contour says that it is ${status}${said === null ? '' : `: ${said}`}`;
  if (status === null && !rules.statusOptional)
    return 'Contour has said nothing about it yet (status.currentStatus)';
  if ('virtualhost' in proxy.spec) return 'it has no routes, or no virtualhost.fqdn';
  const isIncluded = [...HTTPProxy.values()].some((one) =>
    recordsAt(one.spec, 'includes').some(
      (include) =>
        textAt(include, 'name') === proxy.name &&
        (textAt(include, 'namespace') ?? one.namespace) === proxy.namespace,
    ),
  );
  return isIncluded
    ? 'the HTTPProxy that includes it does not count itself'
    : 'it has no virtualhost, and no HTTPProxy includes it';
}

function routeFault(route: KubeObject, objects: Objects, rules: RouteRules): string {
  const parents = recordsAt(route.spec, 'parentRefs');
  if (parents.length === 0) return 'it names no Gateway: spec.parentRefs is empty';
  return parents.map((parent) => parentFault(route, parent, objects, rules)).join('; ');
}

function parentFault(
  route: KubeObject,
  parent: Json,
  { Gateway }: Objects,
  rules: RouteRules,
): string {
  const key = gatewayKey(parent, route.namespace);
  if (key === null)
    return `its parent ${textAt(parent, 'kind') ?? ''} ${textAt(parent, 'name') ?? ''} is no Gateway`;
  if (!rules.gateways.has(key))
    return `its Gateway is ${key}, and routes.gateways has ${listed(rules.gateways)}: add it there`;
  const refusal = notAccepted(route, parent, rules);
  if (refusal !== null) return `Gateway ${key} has not accepted it${refusal}`;
  const gateway = Gateway.get(key);
  return gateway === undefined
    ? `Gateway ${key} does not serve it`
    : listenerFault(route, parent, gateway, key);
}

/** What the Gateway's controller says of a route that it has not accepted, or null where it has. */
function notAccepted(route: KubeObject, parent: Json, rules: RouteRules): string | null {
  const parents = recordsAt(route.status, 'parents');
  if (parents.length === 0)
    return rules.statusOptional ? null : ': it has said nothing about it yet';
  const conditions = parents
    .filter((status) => sameParent(recordAt(status, 'parentRef'), parent, route.namespace))
    .flatMap((status) => recordsAt(status, 'conditions'))
    .filter(({ type }) => type === 'Accepted');
  if (conditions.some(({ status }) => status === 'True')) return null;
  const [condition] = conditions;
  if (condition === undefined) return ': its status is about other parents';
  const said = [textAt(condition, 'reason'), textAt(condition, 'message')].filter(
    (one) => one !== null,
  );
  return said.length === 0 ? '' : `: ${said.join(', ')}`;
}

function listenerFault(route: KubeObject, parent: Json, gateway: KubeObject, key: string): string {
  const listeners = listenersOf(gateway, parent);
  const [section, port] = [textAt(parent, 'sectionName'), parent['port']];
  const all = recordsAt(gateway.spec, 'listeners').map(
    (one) => `${String(one['name'])} (${String(one['protocol'])}, port ${String(one['port'])})`,
  );
  if (listeners.length === 0) {
    const wanted = [
      ...(section === null ? [] : [`called '${section}'`]),
      ...(port === undefined ? [] : [`on port ${String(port)}`]),
    ];
    return `Gateway ${key} has no HTTP listener ${wanted.join(' ')}: it has ${listed(all)}`;
  }
  const allowing = listeners.filter((one) => allowsRoute(one, gateway, route) !== 'no');
  if (allowing.length === 0)
    return `no listener of Gateway ${key} allows ${route.kind}s of namespace ${route.namespace}: see allowedRoutes (by default only those of namespace ${gateway.namespace})`;
  const hosts = textsAt(route.spec, 'hostnames').map((host) => host.toLowerCase());
  const served = allowing.map((one) => textAt(one, 'hostname')?.toLowerCase() ?? '*');
  const meets = served.some((one) => cutHosts(hosts, one === '*' ? null : one).length > 0);
  return meets
    ? `Gateway ${key} does not serve it`
    : `its hostnames ${listed(hosts)} are not among those of Gateway ${key}: ${listed(served)}`;
}
