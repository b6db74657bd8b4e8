import { nameKey, type Objects, type RouteRules, type Unseen } from '../../kube/kinds.ts';
import {
  isRecord,
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
} from '../../kube/object.ts';
import { PolicyTargets, referencesOf } from './policy-targets.ts';

/** Whether requests are asked about: `unknown` where what decides that is not seen, or why they are not. */
export type Asked = 'yes' | 'unknown' | { readonly no: string };

/**
 * What the SecurityPolicies of Envoy Gateway (gateway.envoyproxy.io/v1alpha1) make of a Gateway and its routes. The most specific one
 * counts as a whole, so one without `extAuth` on a route switches authorization off; of several for one target the oldest
 * counts (1.9, `internal/gatewayapi/securitypolicy.go`).
 */
export class SecurityPolicies {
  readonly #oldestFirst: readonly KubeObject[];
  /** Looked up and not searched: a tenant's many policies would be asked about each of ten thousand routes. */
  readonly #targets: PolicyTargets;
  readonly #gateways: ReadonlyMap<string, KubeObject>;
  readonly #rules: RouteRules;
  readonly #unseen: Unseen;

  constructor({ SecurityPolicy, Gateway }: Objects, rules: RouteRules, unseen: Unseen) {
    this.#gateways = Gateway;
    this.#rules = rules;
    this.#unseen = unseen;
    this.#oldestFirst = [...SecurityPolicy.values()].sort(byAge);
    this.#targets = new PolicyTargets(this.#oldestFirst, (policy) => this.#isAccepted(policy));
  }

  /** Whether requests to a listener of a Gateway are asked about, where their route says nothing else. */
  atListener(gateway: KubeObject, listener: Json): Asked {
    if (this.#unseen.has('SecurityPolicy', gateway.namespace)) return 'unknown';
    const policy = this.#parentOf(gateway, listener);
    if (policy === null) return { no: this.#nothingChooses(gateway) };
    const fault = this.#faultOf(policy, null);
    return fault === null ? 'yes' : { no: `SecurityPolicy ${nameKey(policy)} ${fault}` };
  }

  /** The same for a route there; `gateway` is null where it is not seen, and its own policies are then all that is. */
  atRoute(route: KubeObject, gateway: KubeObject | null, listener: Json): Asked {
    if (this.#unseen.has('SecurityPolicy', route.namespace)) return 'unknown';
    const whole = this.#targets.chosenBy({ object: route, section: null });
    const rules = recordsAt(route.spec, 'rules').map((rule) => {
      const section = textAt(rule, 'name');
      return (
        (section === null ? null : this.#targets.chosenBy({ object: route, section })) ?? whole
      );
    });
    const parent = gateway === null ? null : this.#parentOf(gateway, listener);
    for (const policy of rules.length === 0 ? [whole] : rules) {
      if (policy === null) continue;
      const fault = this.#faultOf(policy, parent);
      if (fault === null) continue;
      return { no: `SecurityPolicy ${policy.name} replaces the gateway's and ${fault}` };
    }
    const isCovered = rules.length === 0 ? whole !== null : !rules.includes(null);
    if (isCovered) return 'yes';
    return gateway === null ? 'unknown' : this.atListener(gateway, listener);
  }

  #parentOf(gateway: KubeObject, listener: Json): KubeObject | null {
    const section = textAt(listener, 'name');
    return (
      (section === null ? null : this.#targets.chosenBy({ object: gateway, section })) ??
      this.#targets.chosenBy({ object: gateway, section: null })
    );
  }

  /** Whether Envoy Gateway says that a policy is in force somewhere. In files nobody has said so yet. */
  #isAccepted({ status }: KubeObject): boolean {
    const ancestors = recordsAt(status, 'ancestors');
    if (ancestors.length === 0 && this.#rules.statusOptional) return true;
    return ancestors
      .flatMap((one) => recordsAt(one, 'conditions'))
      .some((one) => one['type'] === 'Accepted' && one['status'] === 'True');
  }

  /** Why requests under a policy are not asked about here, or null. `parent` is what it may be merged into. */
  #faultOf(policy: KubeObject, parent: KubeObject | null): string | null {
    const base = textAt(policy.spec, 'mergeType') === null ? null : parent;
    const own = recordAt(policy.spec, 'extAuth');
    const inherited = base === null ? {} : recordAt(base.spec, 'extAuth');
    const services = [
      ...servicesOf(own, policy.namespace),
      ...(base === null || hasService(own) ? [] : servicesOf(inherited, base.namespace)),
    ];
    if (!hasService(own) && !hasService(inherited)) return 'has no extAuth';
    if ((own['failOpen'] ?? inherited['failOpen']) === true)
      return 'says extAuth.failOpen: they pass while nothing answers';
    const { authorizers } = this.#rules;
    if (authorizers === null) return null;
    const other = services.find((one) => !authorizers.has(one));
    return other === undefined ? null : `asks ${other}, which is not in routes.authorizers`;
  }

  #nothingChooses({ namespace }: KubeObject): string {
    const lost = this.#oldestFirst
      .filter((policy) => policy.namespace === namespace)
      .flatMap((policy) => referencesOf(policy).map((one) => ({ policy, name: one['name'], one })))
      .find(
        ({ name, one }) =>
          one['kind'] === 'Gateway' && !this.#gateways.has(`${namespace}/${String(name)}`),
      );
    const hint =
      lost === undefined
        ? ''
        : `; SecurityPolicy ${lost.policy.name} names Gateway ${String(lost.name)}, which does not exist`;
    return `no SecurityPolicy with extAuth chooses it${hint}`;
  }
}

function byAge(a: KubeObject, b: KubeObject): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return nameKey(a) < nameKey(b) ? -1 : 1;
}

function hasService(extAuth: Json): boolean {
  return isRecord(extAuth['grpc']) || isRecord(extAuth['http']);
}

/** `namespace/name` of what is asked. */
function servicesOf(extAuth: Json, namespace: string): readonly string[] {
  return [recordAt(extAuth, 'grpc'), recordAt(extAuth, 'http')]
    .flatMap((one) => [...recordsAt(one, 'backendRefs'), recordAt(one, 'backendRef')])
    .flatMap((one) => {
      const name = textAt(one, 'name');
      return name === null
        ? []
        : [nameKey({ namespace: textAt(one, 'namespace') ?? namespace, name })];
    });
}
