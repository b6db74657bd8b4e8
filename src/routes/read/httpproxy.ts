import { nameKey, type Objects, type RouteRules } from '../../kube/kinds.ts';
import {
  isRecord,
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
} from '../../kube/object.ts';
import { mostUncertain, type Uncertainty } from '../match/uncertainty.ts';
import type { MatchDraft, PathMatch } from '../route-object.ts';
import { connectionOpening, hostOpening, type Opening, openingOf } from './httpproxy-openings.ts';

const CLASS_ANNOTATIONS = ['projectcontour.io/ingress.class', 'kubernetes.io/ingress.class'];
/** Contour refuses cycles; this ends the walk through those that it did not see yet. */
const DEEPEST_INCLUDE = 32;
/** Includes that include each other twice double with every level. */
const MAX_VISITS = 10_000;

/** Errors (`status.conditions[].errors[].type`) with which Contour serves nothing of a virtual host, so that it takes none of another's. */
const UNSERVED = new Set(['VirtualHostError', 'RootNamespaceError', 'Orphaned']);

/** The class that an HTTPProxy names, or null. */
export function proxyClassOf(proxy: KubeObject): string | null {
  const annotated = CLASS_ANNOTATIONS.map((name) => textAt(proxy.annotations, name));
  return annotated.find((name) => name !== null) ?? textAt(proxy.spec, 'ingressClassName');
}

/** Whether Contour says that it uses the object, and its class is not another's: `none`, or what makes it uncertain. */
export function useOfProxy(proxy: KubeObject, rules: RouteRules): Uncertainty | null | 'none' {
  const named = proxyClassOf(proxy);
  if (named !== null && !rules.ingressClasses.has(named)) return 'none';
  const status = textAt(proxy.status, 'currentStatus');
  if (status === null && rules.statusOptional) return null;
  const conditions = recordsAt(proxy.status, 'conditions').filter(({ type }) => type === 'Valid');
  const isOld = conditions.some(
    ({ observedGeneration }) =>
      typeof observedGeneration === 'number' && observedGeneration < proxy.generation,
  );
  if (status === 'valid') return isOld ? 'change-unseen' : null;
  // What is invalid is served in part: all but the includes and routes that the errors are about.
  const errors = conditions.flatMap((condition) => recordsAt(condition, 'errors'));
  const unserved = errors.some(({ type }) => UNSERVED.has(String(type)));
  return status === 'invalid' && !unserved ? 'partly-invalid' : 'none';
}

/** A match and the HTTPProxy that has the route, which need not be the one that has the host. */
export interface ProxyMatch {
  readonly source: KubeObject;
  readonly draft: MatchDraft;
}

/** What a root matches, and what it was made from: each object that was looked for, and what was found. */
export interface RootMatches {
  readonly matches: readonly ProxyMatch[];
  readonly looked: ReadonlyMap<string, KubeObject | undefined>;
  /** How requests to an object get past Watchword on this host: the root's own word, or that of a route. */
  readonly openings: ReadonlyMap<KubeObject, string>;
  /** Whether there were more than are followed; then nothing is known of the host. */
  readonly tooMany: boolean;
}

const NOTHING: RootMatches = {
  matches: [],
  looked: new Map(),
  openings: new Map(),
  tooMany: false,
};

/** The matches of an HTTPProxy (projectcontour.io/v1) with a virtual host and of all that it includes. */
export function matchesOfRoot(root: KubeObject, objects: Objects, rules: RouteRules): RootMatches {
  const fqdn = textAt(recordAt(root.spec, 'virtualhost'), 'fqdn');
  const use = useOfProxy(root, rules);
  if (fqdn === null || use === 'none') return NOTHING;
  const walk: Walk = {
    host: fqdn.toLowerCase(),
    objects,
    rules,
    opening: hostOpening(root, rules),
    matches: [],
    looked: new Map(),
    openings: new Map(),
    visits: 0,
  };
  const whole = walk.opening?.says ?? connectionOpening(root);
  if (whole !== null) walk.openings.set(root, whole);
  visit(walk, root, { conditions: [], above: [], uncertainty: use });
  const { matches, looked, openings } = walk;
  return { matches, looked, openings, tooMany: walk.visits > MAX_VISITS };
}

interface Walk {
  readonly host: string;
  readonly objects: Objects;
  readonly rules: RouteRules;
  /** What the root says for all that is below it. */
  readonly opening: Opening | null;
  readonly matches: ProxyMatch[];
  readonly looked: Map<string, KubeObject | undefined>;
  readonly openings: Map<KubeObject, string>;
  visits: number;
}

/** How the walk came to an object. */
interface Way {
  readonly conditions: readonly Json[];
  readonly above: readonly KubeObject[];
  readonly uncertainty: Uncertainty | null;
}

function visit(walk: Walk, proxy: KubeObject, { conditions, above, uncertainty }: Way): void {
  walk.visits += 1;
  if (walk.visits > MAX_VISITS || above.includes(proxy) || above.length === DEEPEST_INCLUDE) return;
  addRoutes(walk, proxy, { conditions, above, uncertainty });
  for (const include of recordsAt(proxy.spec, 'includes')) {
    const included = find(walk, proxy, include);
    if (included === undefined || 'virtualhost' in included.spec) continue;
    const use = useOfProxy(included, walk.rules);
    if (use === 'none') continue;
    visit(walk, included, {
      conditions: [...conditions, ...recordsAt(include, 'conditions')],
      above: [...above, proxy],
      uncertainty: mostUncertain(uncertainty, use),
    });
  }
}

function addRoutes(walk: Walk, proxy: KubeObject, { conditions, above, uncertainty }: Way): void {
  const root = above[0] ?? proxy;
  for (const [index, route] of recordsAt(proxy.spec, 'routes').entries()) {
    const draft = claimOf(
      walk.host,
      [...conditions, ...recordsAt(route, 'conditions')],
      uncertainty,
    );
    const redirects = isRecord(route['requestRedirectPolicy']);
    walk.matches.push({ source: proxy, draft: { ...draft, redirects } });
    const opening = openingOf(route, index, proxy === root ? null : root, walk.opening);
    if (opening !== null && !walk.openings.has(proxy)) walk.openings.set(proxy, opening);
  }
}

function find(walk: Walk, proxy: KubeObject, include: Json): KubeObject | undefined {
  const namespace = textAt(include, 'namespace') ?? proxy.namespace;
  const key = nameKey({ namespace, name: textAt(include, 'name') ?? '' });
  const found = walk.objects.HTTPProxy.get(key);
  walk.looked.set(key, found);
  return found;
}

function claimOf(
  host: string,
  conditions: readonly Json[],
  uncertainty: Uncertainty | null,
): MatchDraft {
  const path = pathOf(conditions);
  return {
    hostSpace: 'HTTPProxy',
    host,
    labels: 'one',
    path,
    method: null,
    conditions: conditions.filter((one) => 'header' in one || 'queryParameter' in one).length,
    uncertainty: mostUncertain(uncertainty, path.type === 'unknown' ? 'path-unknown' : null),
    redirects: false,
  };
}

/**
 * The conditions of a chain of includes as one path: joined as text, slashes merged. Contour's prefixes are text, `/foo` covers
 * `/foobar`; the last condition of the chain says whether the whole is exact.
 */
function pathOf(conditions: readonly Json[]): PathMatch {
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
