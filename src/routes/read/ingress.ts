import type { Objects, RouteRules } from '../../kube/kinds.ts';
import { type Json, type KubeObject, recordAt, recordsAt, textAt } from '../../kube/object.ts';
import { asksForRegex } from '../match/regex-paths.ts';
import type { Uncertainty } from '../match/uncertainty.ts';
import type { MatchDraft, PathMatch } from '../route-object.ts';

/** Contour reads the first one of its own, then the one of old, then the field. */
const CLASS_ANNOTATIONS = ['kubernetes.io/ingress.class', 'projectcontour.io/ingress.class'];
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** The host spaces where gateways of ours may use an Ingress, one for each class, and why that is not certain. */
export interface IngressUse {
  readonly hostSpaces: readonly string[];
  readonly uncertainty: Uncertainty;
}

const UNUSED: IngressUse = { hostSpaces: [], uncertainty: 'class' };

/**
 * Which Ingresses count: those of `routes.ingressClasses`. The annotation of old and the field may differ, and controllers read
 * one or the other first; then the object may add a policy but not hide another's.
 */
export function useOfIngress(ingress: KubeObject, objects: Objects, rules: RouteRules): IngressUse {
  const classes = classesOf(ingress);
  if (classes.length === 0) return useWithoutClass(objects, rules);
  const ours = classes.filter((one) => rules.ingressClasses.has(one));
  return { hostSpaces: ours.map(planeOf), uncertainty: classes.length === 1 ? 'ingress' : 'class' };
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
  const hostSpaces = [...rules.ingressClasses, ...(rules.ingressClasses.size === 0 ? [''] : [])];
  const anyone = hostSpaces.map(planeOf);
  if (rules.ingressWithoutClass) return { hostSpaces: anyone, uncertainty: 'ingress' };
  const isDefault = [...objects.IngressClass.values()].some(
    ({ name, annotations }) =>
      rules.ingressClasses.has(name) && annotations[DEFAULT_CLASS_ANNOTATION] === 'true',
  );
  return isDefault ? { hostSpaces: anyone, uncertainty: 'class' } : UNUSED;
}

/** The matches of an Ingress (networking.k8s.io/v1). */
export function matchesOfIngress(
  ingress: KubeObject,
  { hostSpaces, uncertainty }: IngressUse,
): readonly MatchDraft[] {
  return hostSpaces.flatMap((hostSpace) => matchesOn(hostSpace, ingress, uncertainty));
}

function matchesOn(
  hostSpace: string,
  ingress: KubeObject,
  uncertainty: Uncertainty,
): readonly MatchDraft[] {
  const regex = asksForRegex(ingress) ? ({ asksForRegex: true } as const) : {};
  const match = (host: string, path: PathMatch): MatchDraft => ({
    hostSpace,
    host,
    // "The wildcard matches only if the host is equal to the suffix with one label": some controllers take more.
    labels: 'one',
    path,
    method: null,
    conditions: 0,
    uncertainty: path.type === 'unknown' ? 'path-unknown' : uncertainty,
    redirects: false,
    ...regex,
  });
  const matches = recordsAt(ingress.spec, 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host')?.toLowerCase() ?? '*';
    const paths = recordsAt(recordAt(rule, 'http'), 'paths');
    // A rule without paths sends its whole host to the default backend.
    if (paths.length === 0) return [match(host, { type: 'prefix', path: '/' })];
    return paths.map((path) => match(host, pathOf(path)));
  });
  return 'defaultBackend' in ingress.spec
    ? [...matches, match('*', { type: 'prefix', path: '/' })]
    : matches;
}

function pathOf(path: Json): PathMatch {
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
