import { type ExpressHost, type Served, servedAt } from './express-host.ts';
import type { PathShape } from './express-path.ts';
import type { Handling } from './express-policies.ts';
import { ABSENT, both, eitherOf, type Needs, needsKey, REFUSED } from './needs.ts';
import {
  baseOf,
  compareSpecificity,
  isWithin,
  literalStart,
  overlaps,
  type PathPattern,
  patternText,
} from './path-pattern.ts';

/** A route with what its pipeline does. */
export interface HandledRoute {
  readonly where: string;
  readonly host: ExpressHost;
  readonly shapes: readonly PathShape[];
  readonly methods: readonly string[] | null;
  readonly handling: (method: string | null) => Handling;
}

/** A host and path of `match`, and what requests need that it judges, by method; null is every other method. */
export interface Cell {
  readonly host: string;
  readonly path: PathPattern;
  readonly needs: ReadonlyMap<string | null, Needs>;
  /** Where Express Gateway gave the requests to several routes that need different things: those routes. */
  readonly conflict: readonly string[];
}

/**
 * Every host and path that some route stands at. What `match` finds there are the requests that no more specific cell
 * has: for each of them Express Gateway takes the first route that matches, so the cell needs what all the routes need
 * that could be it. Where those differ it refuses.
 */
export function cellsOf(
  routes: readonly HandledRoute[],
  methods: readonly (string | null)[],
): readonly Cell[] {
  const hosts = [...new Set(routes.map(({ host }) => host.place))];
  return hosts.flatMap((host) =>
    pathsAt(host, routes).map((path) => {
      const needs = methods.map((method) => [method, needsAt(host, path, method, routes)] as const);
      const all = needs.filter(([, possible]) => eitherOf(possible) === REFUSED);
      return {
        host,
        path,
        needs: new Map(needs.map(([method, possible]) => [method, eitherOf(possible)])),
        conflict: all.some(([, possible]) => possible.some(({ kind }) => kind !== 'refused'))
          ? conflictAt(host, path, routes)
          : [],
      };
    }),
  );
}

function conflictAt(
  host: string,
  path: PathPattern,
  routes: readonly HandledRoute[],
): readonly string[] {
  return routes
    .filter((route) =>
      DEPTHS.some((depth) => coverage(route, { host, path, method: null, depth }) !== 'none'),
    )
    .map(({ where }) => where);
}

function pathsAt(host: string, routes: readonly HandledRoute[]): readonly PathPattern[] {
  const patterns = routes
    .filter((route) => DEPTHS.some((depth) => servedAt(route.host, host, depth) !== 'none'))
    .flatMap(({ shapes }) => shapes)
    .flatMap((shape) => shape.patterns)
    .flatMap((pattern) => [pattern, baseOf(pattern)])
    .filter((pattern) => pattern !== null);
  return [...new Map(patterns.map((pattern) => [patternText(pattern), pattern])).values()];
}

const DEPTHS = ['one label', 'deeper'] as const;
type Depth = (typeof DEPTHS)[number];

function needsAt(
  host: string,
  path: PathPattern,
  method: string | null,
  routes: readonly HandledRoute[],
): readonly Needs[] {
  const at = (depth: Depth) => possibleNeeds({ host, path, method, depth }, routes);
  const shallow = at('one label');
  if (!host.startsWith('*.')) return shallow;
  const deeper = at('deeper');
  const isToken = shallow.every(({ kind }) => kind === 'token');
  // Deeper hosts were served by nothing: with a token they may be, without one they stay refused.
  const isAbsent = deeper.every((needs) => needs.kind === 'refused' && needs.isAbsent);
  return isToken && isAbsent ? shallow : [...shallow, ...deeper];
}

/** Requests of one kind. */
interface Requests {
  readonly host: string;
  readonly path: PathPattern;
  readonly method: string | null;
  readonly depth: Depth;
}

/** All that a request of the kind may need, by the routes that may be the first to match it. */
function possibleNeeds(requests: Requests, routes: readonly HandledRoute[]): readonly Needs[] {
  const found: Needs[] = [];
  // What routes asked for that passed a request on to the next one.
  let carried: readonly Needs[] = [{ kind: 'open', pipeline: '' }];
  for (const route of routes) {
    if (route.methods !== null && !route.methods.some((one) => one === requests.method)) continue;
    const served = coverage(route, requests);
    if (served === 'none') continue;
    const { needs, ends } = route.handling(requests.method);
    const met = carried.map((one) => both(one, needs));
    if (ends !== 'no') found.push(...met);
    const passed = ends === 'yes' ? [] : met;
    carried = distinct(served === 'all' ? passed : [...carried, ...passed]);
    if (carried.length === 0) return distinct(found);
  }
  // A token that nothing follows led to a 404, so asking for it opens nothing.
  return distinct([...found, ...carried.map((one) => (one.kind === 'open' ? ABSENT : one))]);
}

function distinct(all: readonly Needs[]): readonly Needs[] {
  return [
    ...new Map(
      all.map((one) => [needsKey(one) + String(one.kind === 'refused' && one.isAbsent), one]),
    ).values(),
  ];
}

function coverage({ host, shapes }: HandledRoute, { host: at, path, depth }: Requests): Served {
  const served = servedAt(host, at, depth);
  if (served === 'none') return 'none';
  const found = shapes.map((shape) => shapeCoverage(shape, path));
  if (found.includes('all')) return served;
  return found.includes('some') ? 'some' : 'none';
}

/** How much of what `match` finds at a path a shape has. What a more specific pattern of the shape has is found there. */
function shapeCoverage(shape: PathShape, path: PathPattern): Served {
  if (shape.isExact && shape.patterns.some((pattern) => isWithin(path, pattern))) return 'all';
  const { text, isWhole } = literalStart(path);
  const canStart = text.startsWith(shape.start) || (!isWhole && shape.start.startsWith(text));
  const isFound = shape.patterns.some(
    (pattern) => overlaps(path, pattern) && compareSpecificity(path, pattern) <= 0,
  );
  return canStart && isFound ? 'some' : 'none';
}
