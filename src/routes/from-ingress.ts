import type { Doubt } from './doubts.ts';
import { type Json, type KubeObject, recordAt, recordsAt, textAt } from './kube-object.ts';
import { asksForRegex } from './nginx-regex.ts';
import type { Objects, RouteRules } from './objects.ts';
import type { ClaimDraft, PathClaim } from './route-object.ts';

/** Contour reads the first one of its own, then the one of old, then the field. */
const CLASS_ANNOTATIONS = ['kubernetes.io/ingress.class', 'projectcontour.io/ingress.class'];
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** The planes where gateways of ours may use an Ingress, one for each class, and why that is not certain. */
export interface IngressUse {
  readonly planes: readonly string[];
  readonly doubt: Doubt;
}

const UNUSED: IngressUse = { planes: [], doubt: 'class' };

/**
 * Which Ingresses count: those of `routes.ingressClasses`. The annotation of old and the field may differ, and controllers read
 * one or the other first; then the object may add a policy but not hide another's.
 */
export function useOfIngress(ingress: KubeObject, objects: Objects, rules: RouteRules): IngressUse {
  const classes = classesOf(ingress);
  if (classes.length === 0) return useWithoutClass(objects, rules);
  const ours = classes.filter((one) => rules.ingressClasses.has(one));
  return { planes: ours.map(planeOf), doubt: classes.length === 1 ? 'ingress' : 'class' };
}

/** The classes that an Ingress names: one, or more where its annotations and its field differ. */
export function classesOf(ingress: KubeObject): readonly string[] {
  const named = [
    ...CLASS_ANNOTATIONS.map((name) => textAt(ingress.annotations, name)),
    textAt(ingress.spec, 'ingressClassName'),
  ];
  return [...new Set(named.filter((one) => one !== null))];
}

function planeOf(ingressClass: string): string {
  return `Ingress ${ingressClass}`;
}

/** The API server writes the default class into new Ingresses only; what controllers do with the older ones differs. */
function useWithoutClass(objects: Objects, rules: RouteRules): IngressUse {
  // The gateway of any class may be the one that takes it.
  const planes = [...rules.ingressClasses, ...(rules.ingressClasses.size === 0 ? [''] : [])];
  const anyone = planes.map(planeOf);
  if (rules.ingressWithoutClass) return { planes: anyone, doubt: 'ingress' };
  const isDefault = [...objects.IngressClass.values()].some(
    ({ name, annotations }) =>
      rules.ingressClasses.has(name) && annotations[DEFAULT_CLASS_ANNOTATION] === 'true',
  );
  return isDefault ? { planes: anyone, doubt: 'class' } : UNUSED;
}

/** The claims of an Ingress (networking.k8s.io/v1). */
export function claimsOfIngress(
  ingress: KubeObject,
  { planes, doubt }: IngressUse,
): readonly ClaimDraft[] {
  return planes.flatMap((plane) => claimsOn(plane, ingress, doubt));
}

function claimsOn(plane: string, ingress: KubeObject, doubt: Doubt): readonly ClaimDraft[] {
  const regex = asksForRegex(ingress) ? ({ asksForRegex: true } as const) : {};
  const claim = (host: string, path: PathClaim): ClaimDraft => ({
    plane,
    host,
    // "The wildcard matches only if the host is equal to the suffix with one label": some controllers take more.
    labels: 'one',
    path,
    method: null,
    conditions: 0,
    doubt: path.type === 'unknown' ? 'path-unknown' : doubt,
    redirects: false,
    ...regex,
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
