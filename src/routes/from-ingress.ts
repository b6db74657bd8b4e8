import { type Json, type KubeObject, recordAt, recordsAt, textAt } from './kube-object.ts';
import type { Objects, RouteRules } from './objects.ts';
import type { ClaimDraft, PathClaim } from './route-object.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** Whether a gateway of ours uses it, and whether that is certain. */
export type Use = 'certain' | 'uncertain' | 'none';

/**
 * Which Ingresses count: those of `routes.ingressClasses`. The annotation of old and the field may differ, and controllers read
 * one or the other first; then the object may add a policy but not hide another's.
 */
export function useOfIngress(ingress: KubeObject, objects: Objects, rules: RouteRules): Use {
  const named = [
    textAt(ingress.annotations, CLASS_ANNOTATION),
    textAt(ingress.spec, 'ingressClassName'),
  ];
  const classes = named.filter((one) => one !== null);
  if (classes.length === 0) return useWithoutClass(objects, rules);
  const ours = classes.filter((one) => rules.ingressClasses.has(one)).length;
  if (ours === 0) return 'none';
  return ours === classes.length ? 'certain' : 'uncertain';
}

/** The API server writes the default class into new Ingresses only; what controllers do with the older ones differs. */
function useWithoutClass(objects: Objects, rules: RouteRules): Use {
  if (rules.ingressWithoutClass) return 'certain';
  const isDefault = [...objects.IngressClass.values()].some(
    ({ name, annotations }) =>
      rules.ingressClasses.has(name) && annotations[DEFAULT_CLASS_ANNOTATION] === 'true',
  );
  return isDefault ? 'uncertain' : 'none';
}

/** The claims of an Ingress (networking.k8s.io/v1). */
export function claimsOfIngress(ingress: KubeObject, certain: boolean): readonly ClaimDraft[] {
  const claim = (host: string, path: PathClaim): ClaimDraft => ({
    plane: 'Ingress',
    host,
    // "The wildcard matches only if the host is equal to the suffix with one label": some controllers take more.
    labels: 'one',
    path,
    method: null,
    conditions: 0,
    certain: certain && path.type !== 'unknown',
    redirects: false,
  });
  const claims = recordsAt(ingress.spec, 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host')?.toLowerCase() ?? '*';
    const paths = recordsAt(recordAt(rule, 'http'), 'paths');
    // A rule without paths sends its whole host to the default backend.
    if (paths.length === 0) return [claim(host, { type: 'prefix', path: '/' })];
    return paths.map((path) => claim(host, pathOf(path)));
  });
  return 'defaultBackend' in ingress.spec
    ? [...claims, claim('*', { type: 'prefix', path: '/' })]
    : claims;
}

function pathOf(path: Json): PathClaim {
  const text = textAt(path, 'path') ?? '/';
  switch (path['pathType']) {
    case 'Exact':
      return { type: 'exact', path: text };
    case 'Prefix':
      return { type: 'prefix', path: text };
    default:
      return { type: 'unknown' };
  }
}
