import { type Note, REFUSING_PIPELINE } from './migration.ts';
import type { GuardedRoute, RouteRule } from './wiring.ts';

/** A path of a match: `PathPrefix` is whole segments in an HTTPRoute, and characters in Traefik and in locations of nginx. */
export interface RoutePath {
  readonly type: 'Exact' | 'PathPrefix';
  readonly value: string;
}

/** Requests that a route of the input had, or may have had. */
export interface SourceRoute {
  readonly where: string;
  readonly pipeline: string;
  /** Empty for every host. */
  readonly hosts: readonly string[];
  readonly path: RoutePath;
  /** Null for all. */
  readonly methods: readonly string[] | null;
  /** Whether a rule of the result has them, as far as its path is one of whole segments. */
  readonly isPlaced: boolean;
  /** Whether a prefix is one of characters, and begins `/apis` as well as `/api`. */
  readonly isByCharacter: boolean;
  /** The higher one wins; null where routes are taken in the order of the Gateway API. */
  readonly priority: number | null;
}

/**
 * Takes the backend from rules that could get requests of a route with another pipeline: those that no rule of an HTTPRoute
 * says, and those that the input gave to another route than the Gateway API does.
 */
export function withoutContended(
  routes: readonly GuardedRoute[],
  sources: readonly SourceRoute[],
  notes: Note[],
  kind: 'HTTPRoute' | 'HTTPProxy' = 'HTTPRoute',
): readonly GuardedRoute[] {
  return routes.map((route) => {
    if (route.pipeline === REFUSING_PIPELINE) return route;
    const rules = route.rules.map((rule) => {
      const rival =
        rule.backendRefs === undefined
          ? undefined
          : sources.find((source) => isContended(route, rule, source));
      if (rival === undefined) return rule;
      const path = pathsOf(rule)[0]?.value ?? '/';
      notes.push({
        where: `${kind} ${route.name} ${path}`,
        says: `is refused, without a backend: requests of ${rival.where}, which had another authorizer, could come to it; write the backend back where none can`,
        isLoss: true,
      });
      const { backendRefs: _, ...rest } = rule;
      return rest;
    });
    return { ...route, rules };
  });
}

function isContended(route: GuardedRoute, rule: RouteRule, source: SourceRoute): boolean {
  if (source.pipeline === route.pipeline || source.where === route.where) return false;
  if (!areHostsCommon(route.hostnames, source.hosts)) return false;
  return matchesOf(rule).some((match) => mayTake(route, match, source));
}

/** Whether a match may get requests that the source had. */
function mayTake(route: GuardedRoute, match: Matched, source: SourceRoute): boolean {
  const { path, method } = match;
  if (method !== null && source.methods?.includes(method) === false) return false;
  if (isBesideSlash(path, source.path)) return true;
  const isLower = (source.priority ?? 0) < (route.priority ?? 0);
  if (isLower || !isPathCommon(path, source.path)) return false;
  if (!source.isPlaced || (source.isByCharacter && isAbove(path, source.path))) return true;
  return source.priority !== null && !isTakenBy(source, route.hostnames, match);
}

interface Matched {
  readonly path: RoutePath;
  readonly method: string | null;
}

/** `/a/` as a prefix of an HTTPRoute has `/a` too, which the source may have. */
function isBesideSlash({ type, value }: RoutePath, source: RoutePath): boolean {
  const base = { type: 'Exact', value: trimmed(value) } as const;
  return (
    type === 'PathPrefix' && base.value !== '' && base.value !== value && isPathCommon(base, source)
  );
}

/** Whether the Gateway gives all that both have to the source's own rule: its host is more specific, or its path. */
function isTakenBy(
  source: SourceRoute,
  hostnames: readonly string[],
  { path, method }: Matched,
): boolean {
  const own = hostnames.length === 0 ? [''] : hostnames;
  const others = source.hosts.length === 0 ? [''] : source.hosts;
  return own.every((host) =>
    others.every((other) => {
      if (!areHostsCommon([host].filter(Boolean), [other].filter(Boolean))) return true;
      if (host !== other) return isWithinHost(other, host);
      if (source.path.type !== path.type) return source.path.type === 'Exact';
      const longer = trimmed(source.path.value).length - trimmed(path.value).length;
      return longer > 0 || (longer === 0 && source.methods !== null && method === null);
    }),
  );
}

function matchesOf(rule: RouteRule): readonly Matched[] {
  const all = (rule.matches ?? [{}]) as readonly { path?: RoutePath; method?: string }[];
  return all.map(({ path = ROOT, method = null }) => ({ path, method }));
}

const ROOT: RoutePath = { type: 'PathPrefix', value: '/' };

function pathsOf(rule: RouteRule): readonly RoutePath[] {
  return matchesOf(rule).map(({ path }) => path);
}

/** Whether some path is in both, the source's prefix taken by characters, in any letter case. */
function isPathCommon(path: RoutePath, source: RoutePath): boolean {
  const [own, other] = [path.value.toLowerCase(), source.value.toLowerCase()];
  if (source.type === 'Exact') return path.type === 'Exact' ? own === other : isBelow(other, own);
  return path.type === 'Exact'
    ? own.startsWith(other)
    : own.startsWith(other) || isBelow(other, own);
}

/** Whether a rule's prefix is above a prefix of the source: it gets what only begins alike, `/apis` of `/api`. */
function isAbove(path: RoutePath, source: RoutePath): boolean {
  if (path.type === 'Exact' || source.type === 'Exact') return false;
  const [own, other] = [trimmed(path.value).toLowerCase(), trimmed(source.value).toLowerCase()];
  return own !== other && isBelow(other, own);
}

function isBelow(path: string, prefix: string): boolean {
  const above = trimmed(prefix);
  return above === '' || path === above || path.startsWith(`${above}/`);
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

function areHostsCommon(some: readonly string[], others: readonly string[]): boolean {
  if (some.length === 0 || others.length === 0) return true;
  return some.some((one) =>
    others.some((other) => one === other || isWithinHost(one, other) || isWithinHost(other, one)),
  );
}

/** Whether a host or wildcard is within another, which is wider; the empty one is every host. */
function isWithinHost(host: string, wider: string): boolean {
  if (wider === '') return host !== '';
  return wider.startsWith('*.') && host !== wider && host.endsWith(wider.slice(1));
}
