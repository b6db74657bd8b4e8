import {
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
} from '../../kube/object.ts';

const GROUP = 'gateway.networking.k8s.io';

/** What a policy may choose: a Gateway or one of its listeners, a route or one of its rules. */
export interface Target {
  readonly object: KubeObject;
  /** Name of a listener or of a rule; null for the whole. */
  readonly section: string | null;
}

/**
 * Which SecurityPolicy chooses something, by name or by labels (Envoy Gateway 1.9, `internal/gatewayapi/helpers.go`). What needs a
 * ReferenceGrant or the labels of a Namespace, which are not watched, counts where the gateway has accepted the policy.
 */
export class PolicyTargets {
  /** By kind, namespace, name and section: the oldest one. */
  readonly #named = new Map<string, KubeObject>();
  /** Those that choose by labels, by the namespace that they choose in, and those that may choose in any. */
  readonly #near = new Map<string, KubeObject[]>();
  readonly #far: KubeObject[] = [];
  readonly #age = new Map<KubeObject, number>();

  constructor(oldestFirst: readonly KubeObject[], isAccepted: (policy: KubeObject) => boolean) {
    for (const [age, policy] of oldestFirst.entries()) {
      this.#age.set(policy, age);
      for (const one of referencesOf(policy)) {
        const key = keyOf(policy.namespace, one['kind'], one['name'], textAt(one, 'sectionName'));
        if (!this.#named.has(key)) this.#named.set(key, policy);
      }
      const scopes = recordsAt(policy.spec, 'targetSelectors').map(scopeOf);
      const { namespace } = policy;
      if (scopes.some((scope) => scope === 'Same' || scope === 'All'))
        this.#near.set(namespace, [...(this.#near.get(namespace) ?? []), policy]);
      if (scopes.some((scope) => scope === 'All' || scope === 'Selector') && isAccepted(policy))
        this.#far.push(policy);
    }
  }

  /** The one that counts, the oldest, or null. */
  chosenBy({ object, section }: Target): KubeObject | null {
    const { kind, namespace, name } = object;
    const named = this.#named.get(keyOf(namespace, kind, name, section));
    // Labels choose whole objects.
    const labelled =
      section === null
        ? [this.#near.get(namespace)?.find(near(object)), this.#far.find(far(object))]
        : [];
    const all = [named, ...labelled].filter((one) => one !== undefined);
    const ages = all.map((one) => this.#age.get(one) ?? 0);
    return all[ages.indexOf(Math.min(...ages))] ?? null;
  }
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

/** Whether a policy of the same namespace chooses an object by its labels. */
const near = (object: KubeObject) => (policy: KubeObject) =>
  selectorsOf(policy, object).some((one) => scopeOf(one) !== 'Selector');

/** Whether one of any namespace may. */
const far = (object: KubeObject) => (policy: KubeObject) =>
  selectorsOf(policy, object).some((one) => scopeOf(one) !== 'Same');

function selectorsOf({ spec }: KubeObject, object: KubeObject): readonly Json[] {
  return recordsAt(spec, 'targetSelectors').filter(
    (one) =>
      (one['group'] ?? GROUP) === GROUP && one['kind'] === object.kind && labelled(one, object),
  );
}

/** Which namespaces a selector looks into. */
function scopeOf(selector: Json): unknown {
  const { from: scope = 'Same' } = recordAt(selector, 'namespaces');
  return scope;
}

/** The references of a policy to objects by name. */
export function referencesOf({ spec }: KubeObject): readonly Json[] {
  return [...recordsAt(spec, 'targetRefs'), recordAt(spec, 'targetRef')];
}

/** Whether the labels of an object are those of a selector (meta/v1 LabelSelector; all of its terms must hold). */
function labelled(selector: Json, { labels }: KubeObject): boolean {
  const equal = Object.entries(recordAt(selector, 'matchLabels')).every(
    ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
  );
  return equal && recordsAt(selector, 'matchExpressions').every((one) => holds(one, labels));
}

/** An operator that is not known is taken as one that holds: a policy more is looked at. */
function holds(expression: Json, labels: Json): boolean {
  const name = textAt(expression, 'key') ?? '';
  const has = Object.hasOwn(labels, name);
  const listed = has && textsAt(expression, 'values').includes(String(labels[name]));
  switch (expression['operator']) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return has;
    case 'DoesNotExist':
      return !has;
    default:
      return true;
  }
}
