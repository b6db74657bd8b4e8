import type { Objects, RouteRules, Unseen } from '../../kube/kinds.ts';
import { type Json, type KubeObject, recordsAt, textAt } from '../../kube/object.ts';
import { NAME_PREFIX } from '../../request/request.ts';
import { acceptance, gatewayKey } from './attachments.ts';
import { allowsRoute, listenersOf } from './listeners.ts';
import { type Asked, SecurityPolicies } from './security-policies.ts';

/** A Gateway of `routes.gateways` of which it can be told whether something makes it ask. */
export interface GatewayGuard {
  readonly kind: 'Gateway';
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly state: 'guarded' | 'unguarded';
  /** Why it does not ask; null where it does. */
  readonly why: string | null;
}

/**
 * Who serves a Gateway, by the `controllerName` of its GatewayClass: `unsaid` where the cluster has no such class, `unseen` where
 * classes are not seen. What makes an `other` one ask is not watched, so nothing is said of it.
 */
type Implementation = 'envoy-gateway' | 'contour' | 'other' | 'unsaid' | 'unseen';

const CONTROLLERS = [
  ['gateway.envoyproxy.io/', 'envoy-gateway'],
  ['projectcontour.io/', 'contour'],
] as const;

/** Contour 1.33 has no authorizer on the TLS listeners of a Gateway (`internal/dag/gatewayapi_processor.go`). */
const CONTOUR_TLS = 'over HTTPS Contour does not ask at a Gateway: use an HTTPProxy with TLS';
const WIRED_BY = "the chart's wiring.envoyGateway.gateways names those that it wires";

/** Tells at which Gateways nothing makes the gateway ask, and which routes are served by those. */
export class GatewayGuards {
  readonly #objects: Objects;
  readonly #rules: RouteRules;
  readonly #unseen: Unseen;
  readonly #policies: SecurityPolicies;

  constructor(objects: Objects, rules: RouteRules, unseen: Unseen) {
    this.#objects = objects;
    this.#rules = rules;
    this.#unseen = unseen;
    this.#policies = new SecurityPolicies(objects, rules, unseen);
  }

  /** The Gateways that count. One of which nothing can be told is in neither state, and not in the list. */
  gateways(): readonly GatewayGuard[] {
    return [...this.#rules.gateways].sort().flatMap((key) => {
      const gateway = this.#objects.Gateway.get(key);
      if (gateway === undefined) return [];
      const asked = listenersOf(gateway, {}).map((listener) => this.#atListener(gateway, listener));
      const refused = asked.find((one) => typeof one === 'object');
      if (refused === undefined && (asked.length === 0 || asked.includes('unknown'))) return [];
      const { apiVersion, namespace, name, uid } = gateway;
      const object = { kind: 'Gateway', apiVersion, namespace, name, uid } as const;
      return [
        typeof refused === 'object'
          ? { ...object, state: 'unguarded', why: refused.no }
          : { ...object, state: 'guarded', why: null },
      ];
    });
  }

  /** How requests to a route get past Watchword, or null. `used`: whether a Gateway of ours serves it. */
  bypassOf(route: KubeObject, used: boolean): string | null {
    if (!used && !isAnnotated(route)) return null;
    for (const parent of recordsAt(route.spec, 'parentRefs')) {
      const key = gatewayKey(parent, route.namespace);
      if (key === null || acceptance(route, parent, this.#rules) === 'none') continue;
      const said = this.#bypassAt(route, parent, key, used);
      if (said !== null) return said;
    }
    return null;
  }

  #bypassAt(route: KubeObject, parent: Json, key: string, used: boolean): string | null {
    const gateway = this.#objects.Gateway.get(key);
    const isOurs = this.#rules.gateways.has(key);
    const listeners = gateway === undefined ? [{}] : this.#listenersAt(gateway, parent, route);
    for (const listener of listeners) {
      const asked = this.#atRoute(route, gateway ?? null, listener);
      if (typeof asked === 'object') return `at Gateway ${key}: ${asked.no}`;
      if (asked === 'unknown' && !isOurs && used)
        return `Gateway ${key} serves it as well, is not in routes.gateways, and nothing is known that makes it ask`;
    }
    return null;
  }

  /** The listeners that may serve a route; what nobody has applied yet counts as let in. */
  #listenersAt(gateway: KubeObject, parent: Json, route: KubeObject): readonly Json[] {
    return listenersOf(gateway, parent).filter(
      (listener) => this.#rules.statusOptional || allowsRoute(listener, gateway, route) !== 'no',
    );
  }

  #atRoute(route: KubeObject, gateway: KubeObject | null, listener: Json): Asked {
    const implementation = gateway === null ? 'unseen' : this.#implementationOf(gateway);
    switch (implementation) {
      case 'envoy-gateway':
        return this.#policies.atRoute(route, gateway, listener);
      case 'unsaid':
      case 'unseen':
        // Whose it is is not known; policies of the route itself are of one implementation only.
        return this.#policies.atRoute(route, null, listener);
      case 'contour':
        return atContour(listener);
      case 'other':
        return 'unknown';
    }
  }

  #atListener(gateway: KubeObject, listener: Json): Asked {
    switch (this.#implementationOf(gateway)) {
      case 'envoy-gateway':
      case 'unsaid': {
        const asked = this.#policies.atListener(gateway, listener);
        const name = textAt(listener, 'name') ?? '';
        return typeof asked === 'object'
          ? { no: `listener ${name}: ${asked.no} (${WIRED_BY})` }
          : asked;
      }
      case 'contour':
        return atContour(listener);
      case 'other':
      case 'unseen':
        return 'unknown';
    }
  }

  #implementationOf({ spec }: KubeObject): Implementation {
    const found = this.#objects.GatewayClass.get(`/${textAt(spec, 'gatewayClassName') ?? ''}`);
    if (found === undefined) return this.#unseen.has('GatewayClass', '') ? 'unseen' : 'unsaid';
    const controller = textAt(found.spec, 'controllerName') ?? '';
    return CONTROLLERS.find(([prefix]) => controller.startsWith(prefix))?.[1] ?? 'other';
  }
}

/** Its `globalExtAuth` is in a file of its own, so that of the plain side nothing is known. */
function atContour(listener: Json): Asked {
  return listener['protocol'] === 'HTTPS' ? { no: CONTOUR_TLS } : 'unknown';
}

function isAnnotated({ annotations }: KubeObject): boolean {
  return Object.keys(annotations).some((name) => name.startsWith(NAME_PREFIX));
}
