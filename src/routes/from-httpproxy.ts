import { type Json, type KubeObject, recordAt, recordsAt, textAt } from './kube-object.ts';
import { nameKey, type Objects, type RouteRules } from './objects.ts';
import type { PathClaim, RouteClaim, RouteObject } from './route-object.ts';

const CLASS_ANNOTATIONS = ['projectcontour.io/ingress.class', 'kubernetes.io/ingress.class'];
/** Contour refuses cycles; this ends the walk through those that it did not see yet. */
const DEEPEST_INCLUDE = 32;

/** Whether Contour says that it uses the object, and its class is not another's. */
export function isUsedProxy(proxy: KubeObject, rules: RouteRules): boolean {
  const status = textAt(proxy.status, 'currentStatus');
  const valid = status === 'valid' || (status === null && rules.statusOptional);
  const annotated = CLASS_ANNOTATIONS.map((name) => textAt(proxy.annotations, name)).find(
    (name) => name !== null,
  );
  const named = annotated ?? textAt(proxy.spec, 'ingressClassName');
  return valid && (named === null || named === undefined || rules.ingressClasses.has(named));
}

/**
 * The claims of every HTTPProxy (projectcontour.io/v1) that is reached from a root with a virtual host. The object of a claim is
 * the one that has the route, which need not be the one that has the host.
 */
export function claimsOfProxies(
  objects: Objects,
  rules: RouteRules,
  objectOf: (proxy: KubeObject) => RouteObject,
): readonly RouteClaim[] {
  const claims: RouteClaim[] = [];
  for (const root of objects.HTTPProxy.values()) {
    const fqdn = textAt(recordAt(root.spec, 'virtualhost'), 'fqdn');
    if (fqdn === null || !isUsedProxy(root, rules)) continue;
    const walk: Walk = { host: fqdn.toLowerCase(), objects, rules, objectOf, claims };
    visit(walk, root, [], []);
  }
  return claims;
}

interface Walk {
  readonly host: string;
  readonly objects: Objects;
  readonly rules: RouteRules;
  readonly objectOf: (proxy: KubeObject) => RouteObject;
  readonly claims: RouteClaim[];
}

function visit(
  walk: Walk,
  proxy: KubeObject,
  conditions: readonly Json[],
  above: readonly KubeObject[],
): void {
  if (above.includes(proxy) || above.length === DEEPEST_INCLUDE) return;
  const object = walk.objectOf(proxy);
  for (const route of recordsAt(proxy.spec, 'routes')) {
    walk.claims.push(
      claimOf(walk.host, [...conditions, ...recordsAt(route, 'conditions')], object),
    );
  }
  for (const include of recordsAt(proxy.spec, 'includes')) {
    const namespace = textAt(include, 'namespace') ?? proxy.namespace;
    const included = walk.objects.HTTPProxy.get(
      nameKey({ namespace, name: textAt(include, 'name') ?? '' }),
    );
    if (included === undefined || 'virtualhost' in included.spec) continue;
    if (!isUsedProxy(included, walk.rules)) continue;
    const below = [...conditions, ...recordsAt(include, 'conditions')];
    visit(walk, included, below, [...above, proxy]);
  }
}

function claimOf(host: string, conditions: readonly Json[], object: RouteObject): RouteClaim {
  const path = pathOf(conditions);
  return {
    plane: 'HTTPProxy',
    host,
    labels: 'one',
    path,
    method: null,
    conditions: conditions.filter((one) => 'header' in one || 'queryParameter' in one).length,
    certain: path.type !== 'unknown',
    object,
  };
}

/**
 * The conditions of a chain of includes as one path: joined as text, slashes merged. Contour's prefixes are text, `/foo` covers
 * `/foobar`; the last condition of the chain says whether the whole is exact.
 */
function pathOf(conditions: readonly Json[]): PathClaim {
  if (conditions.some((one) => textAt(one, 'regex') !== null)) return { type: 'unknown' };
  const joined = conditions
    .map((one) => textAt(one, 'prefix') ?? textAt(one, 'exact') ?? '')
    .join('')
    .replace(/\/{2,}/g, '/');
  const last = conditions.at(-1);
  const exact =
    last !== undefined && textAt(last, 'prefix') === null && textAt(last, 'exact') !== null;
  return { type: exact ? 'exact' : 'text-prefix', path: joined === '' ? '/' : joined };
}

/** What lets requests past every authorizer, as the object itself says. */
export function bypassOfProxy(proxy: KubeObject): string | null {
  const host = recordAt(
    recordAt(recordAt(proxy.spec, 'virtualhost'), 'authorization'),
    'authPolicy',
  );
  if (host['disabled'] === true) return 'virtualhost.authorization.authPolicy.disabled is true';
  const open = recordsAt(proxy.spec, 'routes').findIndex(
    (route) => recordAt(route, 'authPolicy')['disabled'] === true,
  );
  return open === -1 ? null : `routes[${open}].authPolicy.disabled is true`;
}
