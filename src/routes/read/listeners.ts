import {
  isRecord,
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
} from '../../kube/object.ts';
import { isWithin } from '../match/host-pattern.ts';
import type { Uncertainty } from '../match/uncertainty.ts';

const HTTP = new Set(['HTTP', 'HTTPS']);
const ROUTE_GROUP = 'gateway.networking.k8s.io';
/** The one label whose value is known without the Namespace: the API server sets it and lets nobody change it. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** The listeners that a reference to a Gateway means: all, or those of a name or port. */
export function listenersOf(gateway: KubeObject, parent: Json): readonly Json[] {
  const section = textAt(parent, 'sectionName');
  const port = parent['port'] ?? null;
  return recordsAt(gateway.spec, 'listeners').filter(
    (listener) =>
      HTTP.has(String(listener['protocol'])) &&
      (section === null || listener['name'] === section) &&
      (port === null || listener['port'] === port),
  );
}

/**
 * Whether a listener lets a route attach (`allowedRoutes`, Gateway API v1). `Accepted` does not say that: it is said of a route
 * that any listener of the Gateway lets in.
 */
export function allowsRoute(
  listener: Json,
  gateway: KubeObject,
  route: KubeObject,
): Uncertainty | null | 'no' {
  const allowed = recordAt(listener, 'allowedRoutes');
  const said = allowsKind(recordsAt(allowed, 'kinds'), route.kind)
    ? allowsNamespace(recordAt(allowed, 'namespaces'), gateway, route)
    : 'no';
  // What is forbidden now may be served until the change is taken up.
  return said === 'no' && isChanged(gateway) ? 'gateway-changed' : said;
}

function allowsKind(kinds: readonly Json[], kind: string): boolean {
  return (
    kinds.length === 0 ||
    kinds.some((one) => one['kind'] === kind && (one['group'] ?? ROUTE_GROUP) === ROUTE_GROUP)
  );
}

function allowsNamespace(
  namespaces: Json,
  gateway: KubeObject,
  { namespace }: KubeObject,
): Uncertainty | null | 'no' {
  const { from: scope = 'Same' } = namespaces;
  switch (scope) {
    case 'All':
      return null;
    case 'Same':
      return namespace === gateway.namespace ? null : 'no';
    default:
      return selects(namespaces['selector'], namespace);
  }
}

/** Whether labels select a namespace (meta/v1 LabelSelector; all of its terms must hold). */
function selects(selector: unknown, namespace: string): Uncertainty | null | 'no' {
  if (!isRecord(selector)) return 'namespace-labels';
  const labels = Object.entries(recordAt(selector, 'matchLabels')).map(([key, value]) =>
    key === NAME_LABEL ? value === namespace : null,
  );
  const expressions = recordsAt(selector, 'matchExpressions').map((one) =>
    one['key'] === NAME_LABEL ? holds(one, namespace) : null,
  );
  const terms = [...labels, ...expressions];
  if (terms.includes(false)) return 'no';
  return terms.includes(null) ? 'namespace-labels' : null;
}

/** Whether an expression about the name of a namespace holds; null where its operator is not known. */
function holds(expression: Json, namespace: string): boolean | null {
  const named = textsAt(expression, 'values').includes(namespace);
  switch (expression['operator']) {
    case 'In':
      return named;
    case 'NotIn':
      return !named;
    case 'Exists':
      return true;
    case 'DoesNotExist':
      return false;
    default:
      return null;
  }
}

/** What the Gateway says about itself and a listener that makes it uncertain whether that is served as written. */
export function listenerUncertainty(listener: Json, gateway: KubeObject): Uncertainty | null {
  if (isChanged(gateway)) return 'gateway-changed';
  const conditions = recordsAt(gateway.status, 'listeners')
    .filter(({ name }) => name === listener['name'])
    .flatMap((status) => recordsAt(status, 'conditions'));
  const unready = conditions.some(({ type, status }) =>
    type === 'Conflicted'
      ? status === 'True'
      : (type === 'Accepted' || type === 'Programmed') && status === 'False',
  );
  return unready ? 'listener-unready' : null;
}

function isChanged({ status, generation }: KubeObject): boolean {
  return recordsAt(status, 'conditions').some(
    ({ type, observedGeneration }) =>
      (type === 'Accepted' || type === 'Programmed') &&
      typeof observedGeneration === 'number' &&
      observedGeneration < generation,
  );
}

/**
 * Whether another listener of the same port has a host more exactly. Where listeners are isolated (Gateway API v1,
 * `Gateway.spec.listeners`) the less exact one then serves nothing of that host, and where they are not, it does.
 */
export function isIsolatedFrom(listener: Json, host: string, gateway: KubeObject): boolean {
  const own = textAt(listener, 'hostname')?.toLowerCase() ?? '*';
  return recordsAt(gateway.spec, 'listeners').some((other) => {
    const theirs = textAt(other, 'hostname')?.toLowerCase() ?? '*';
    const narrower = other['port'] === listener['port'] && isWithin(theirs, own);
    return narrower && (host === theirs || isWithin(host, theirs));
  });
}
