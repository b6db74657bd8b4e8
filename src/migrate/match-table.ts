import { type ExpressHost, type Served, servedAt } from './express-host.ts';
import type { PathShape } from './express-path.ts';
import type { Handling } from './express-policies.ts';
import { ABSENT, both, demandsToken, eitherOf, type Needs, needsKey } from './needs.ts';
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
      const needs = methods.map((method) => {
        const possible = needsAt(host, path, method, routes);
        return { method, possible, made: eitherOf(possible) };
      });
      const lost = needs.filter(({ made }) => made.kind === 'refused' && !made.isAbsent);
      const isConflict = lost.some(({ method, possible }) =>
        isLoss(possible, routesAt({ host, path, method }, routes)),
      );
      return {
        host,
        path,
        needs: new Map(needs.map(({ method, made }) => [method, made])),
        conflict: isConflict
          ? routesAt({ host, path, method: null }, routes).map(({ route }) => route.where)
          : [],
      };
    }),
  );
}

/** Whether refusing loses more than what a route that is not exact may cover, which is said of that route. */
function isLoss(possible: readonly Needs[], found: ReturnType<typeof routesAt>): boolean {
  const served = new Set(possible.filter(({ kind }) => kind !== 'refused').map(needsKey));
  return served.size > 1 || (served.size === 1 && found.some(({ coverage: one }) => one === 'all'));
}

/** The routes that may match requests at a cell, at any depth of its host. */
function routesAt(requests: Omit<Requests, 'depth'>, routes: readonly HandledRoute[]) {
  return routes.flatMap((route) => {
    const found = DEPTHS.map((depth) => coverage(route, { ...requests, depth }));
    if (found.every((one) => one === 'none')) return [];
    return [{ route, coverage: found.includes('all') ? ('all' as const) : ('some' as const) }];
  });
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
  const isToken = shallow.every(demandsToken);
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
  for (const { served, needs, ends } of matchingAt(requests, routes)) {
    const met = carried.map((one) => both(one, needs));
    if (ends !== 'no') found.push(...met);
    carried = distinct([...(served === 'all' ? [] : carried), ...(ends === 'yes' ? [] : met)]);
  }
  // A token that nothing follows led to a 404, so asking for it opens nothing.
  return distinct([...found, ...carried.map((one) => (demandsToken(one) ? one : ABSENT))]);
}

/** The routes that may match a request of the kind, in order, and what they do with it. */
function matchingAt(requests: Requests, routes: readonly HandledRoute[]) {
  return routes
    .filter(({ methods }) => methods === null || methods.some((one) => one === requests.method))
    .map((route) => ({ route, served: coverage(route, requests) }))
    .filter(({ served }) => served !== 'none')
    .map(({ route, served }) => ({ served, ...route.handling(requests.method) }));
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
