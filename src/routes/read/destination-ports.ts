import { nameKey, type Objects, type RouteRules, type Unseen } from '../../kube/kinds.ts';
import { isRecord, type KubeObject, recordAt, recordsAt, textAt } from '../../kube/object.ts';
import { listenersOf } from './listeners.ts';

/** The ports at which the gateway takes connections for a plane, and those of all planes of its Gateway. */
export interface PlanePorts {
  readonly own: ReadonlySet<number>;
  readonly all: ReadonlySet<number>;
}

const ENVOY_GATEWAY = 'gateway.envoyproxy.io/';
/** Envoy Gateway's proxies listen at 10080 for a listener of port 80 (`wellKnownPortShift`, 1.9), unless told to keep it. */
const SHIFT = 10_000;
const FIRST_UNSHIFTED = 1_024;

/** What routes by itself behind a Gateway: its listeners of one port. */
export function planeOfListener(gateway: string, port: unknown): string {
  return `${gateway}:${String(port)}`;
}

/**
 * The planes that are told apart by the port at which a request came in (`attributes.destination`), by name. Only behind Envoy
 * Gateway, whose mapping of ports is known, and not where a PROXY protocol may be spoken: whoever reaches the proxy then writes
 * that port, and would choose the routes that judge.
 */
export function portsOfPlanes(
  objects: Objects,
  { gateways }: RouteRules,
  unseen: Unseen,
): ReadonlyMap<string, PlanePorts> {
  const hostSpaces = new Map<string, PlanePorts>();
  for (const key of gateways) {
    const gateway = objects.Gateway.get(key);
    if (gateway === undefined || !isMapped(gateway, objects, unseen)) continue;
    const listened = listenersOf(gateway, {}).map(({ port }) => port);
    const ports = [...new Set(listened)].filter((port) => typeof port === 'number');
    const all = new Set(ports.flatMap(proxyPorts));
    for (const port of ports)
      hostSpaces.set(planeOfListener(key, port), { own: new Set(proxyPorts(port)), all });
  }
  return hostSpaces;
}

function proxyPorts(port: number): readonly number[] {
  return port < FIRST_UNSHIFTED ? [port, port + SHIFT] : [port];
}

function isMapped(gateway: KubeObject, objects: Objects, unseen: Unseen): boolean {
  const name = textAt(gateway.spec, 'gatewayClassName') ?? '';
  const found = objects.GatewayClass.get(nameKey({ namespace: '', name }));
  const controller = found === undefined ? null : textAt(found.spec, 'controllerName');
  if (controller?.startsWith(ENVOY_GATEWAY) !== true) return false;
  if (unseen.has('ClientTrafficPolicy', gateway.namespace)) return false;
  return ![...objects.ClientTrafficPolicy.values()].some(
    (policy) => takesProxyProtocol(policy) && mayChoose(policy, gateway),
  );
}

function takesProxyProtocol({ spec }: KubeObject): boolean {
  return spec['enableProxyProtocol'] === true || isRecord(spec['proxyProtocol']);
}

/** Whichever of the namespace it chooses: a policy too many costs a request, one too few a route. */
function mayChoose(policy: KubeObject, gateway: KubeObject): boolean {
  return (
    policy.namespace === gateway.namespace ||
    recordsAt(policy.spec, 'targetSelectors').some((one) => {
      const { from } = recordAt(one, 'namespaces');
      return from === 'All' || from === 'Selector';
    })
  );
}
