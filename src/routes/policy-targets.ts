import { type Json, type KubeObject, recordAt, recordsAt, textAt, textsAt } from './kube-object.ts';

const GROUP = 'gateway.networking.k8s.io';

/** What a policy may choose: a Gateway or one of its listeners, a route or one of its rules. */
export interface Target {
  readonly object: KubeObject;
  /** Name of a listener or of a rule; null for the whole. */
  readonly section: string | null;
}

/**
 * Whether a policy chooses something: `maybe` where that needs a ReferenceGrant or the labels of a Namespace, which are not
 * watched.
 */
export type Choice = 'yes' | 'maybe' | 'no';

/** Whether a SecurityPolicy chooses a target, by name or by labels (Envoy Gateway 1.9, `internal/gatewayapi/helpers.go`). */
export function choiceOf(policy: KubeObject, { object, section }: Target): Choice {
  const isNamed = referencesOf(policy).some(
    (one) =>
      policy.namespace === object.namespace &&
      one['kind'] === object.kind &&
      one['name'] === object.name &&
      textAt(one, 'sectionName') === section,
  );
  if (isNamed) return 'yes';
  // Labels choose whole objects.
  if (section !== null) return 'no';
  const selectors = recordsAt(policy.spec, 'targetSelectors').filter(
    (one) =>
      (one['group'] ?? GROUP) === GROUP && one['kind'] === object.kind && labelled(one, object),
  );
  const own = policy.namespace === object.namespace;
  const scopes = selectors.map(scopeOf);
  if (own && scopes.some((scope) => scope === 'Same' || scope === 'All')) return 'yes';
  return scopes.some((scope) => scope === 'Selector' || scope === 'All') ? 'maybe' : 'no';
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
