import { parseHost } from '../policy/host.ts';
import { otherReading } from '../policy/method.ts';
import { inEveryReading, pathFault } from '../policy/path.ts';
import { lowerCase } from '../policy/path-table.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import {
  hostAmbiguous,
  type NotSelected,
  refused,
  requestFault,
  type Selected,
  type Selection,
  selectNamed,
  selectUnnamed,
} from '../policy/select.ts';
import { unknownPipeline, whoMayName } from '../policy/selection-details.ts';
import type { Request, RouteRef } from '../request/request.ts';
import type { RouteIndex } from './match/route-index.ts';
import { MAX_CANDIDATES } from './match/search.ts';
import { publicPathsOf, type RoutePolicy, type Tightening } from './policy/annotations.ts';
import { contextPolicy } from './policy/context.ts';
import { openTo, tighten } from './policy/tighten.ts';
import { objectKey, type RouteObject } from './route-object.ts';

/** What judges a request, where route objects or the terms of a context had a say. */
export type RoutedSelection =
  | (Selected & {
      /** The object that was used, where one was found. */
      readonly route?: RouteRef;
      /** Pipelines of the other objects that may have been used: all of them must pass. */
      readonly others?: readonly Pipeline[];
    })
  | (NotSelected & { readonly route?: RouteRef });

/**
 * Finds the pipeline that judges a request, in the contract's order: the one that the route object names which the gateway used; the one
 * that the gateway's context names; the one whose `match` covers host, path and method; the context's default; the configuration's.
 * `routes` is null where no objects are watched.
 */
export function selectRouted(
  policy: Policy,
  request: Request,
  routes: RouteIndex | null,
): RoutedSelection {
  const host = parseHost(request.host);
  if (host === null) return hostAmbiguous(request);
  const fault = requestFault(request);
  if (fault !== null) return fault;
  const named = selectNamed(policy, request);
  if (named !== null && !named.ok) return named;
  const httpCheck: HttpCheck = {
    policy,
    request,
    host,
    named,
    context: contextPolicy(request.context),
  };
  if (routes === null) return selectFor(httpCheck, null);
  const candidates = candidatesOf(routes, request, host, policy);
  return candidates.ok ? selectAmong(httpCheck, candidates.objects) : candidates;
}

/** One request and what is known of it before any object is asked. */
interface HttpCheck {
  readonly policy: Policy;
  readonly request: Request;
  readonly host: string;
  /** What the gateway's context names. */
  readonly named: Selected | null;
  readonly context: RoutePolicy;
}

function selectAmong(httpCheck: HttpCheck, candidates: readonly RouteObject[]): RoutedSelection {
  const [first, ...rest] = candidates;
  if (first === undefined) return selectFor(httpCheck, null);
  const selection = selectFor(httpCheck, first);
  if (!selection.ok || rest.length === 0) return { ...selection, route: first };
  const others: Pipeline[] = [];
  for (const candidate of rest) {
    const other = selectFor(httpCheck, candidate);
    if (!other.ok) return { ...other, route: candidate };
    if (other.pipeline !== selection.pipeline && !others.includes(other.pipeline))
      others.push(other.pipeline);
  }
  return others.length === 0
    ? { ...selection, route: first }
    : { ...selection, route: first, others };
}

/** The objects of which one was used; empty where no object covers the request. */
interface Candidates {
  readonly ok: true;
  readonly objects: readonly RouteObject[];
}

/** The objects of which one was used, or why that cannot be said. */
export function candidatesOf(
  routes: RouteIndex,
  request: Request,
  host: string,
  { ignoresPathCase }: Pick<Policy, 'ignoresPathCase'>,
): Candidates | NotSelected {
  if (!routes.complete) return refused('routes_unavailable', 'the routes were not listed yet');
  // Asked of a route that the gateway names too: it was chosen by letter case, and the backend may serve the other one as well.
  if (hangsOnCase(routes, request, host))
    return refused('method_refused', 'letter case of the method decides which route it belongs to');
  if (ignoresPathCase && hangsOnPathCase(routes, request, host))
    return refused('path_ambiguous', 'letter case of the path decides which route it belongs to');
  if (request.route !== null) {
    const named = routes.named(request.route);
    if (named !== null) return { ok: true, objects: [named] };
    // Outside of what is watched no annotation counts.
    if (!routes.sees(request.route)) return { ok: true, objects: [] };
    // A route that is newer than what we have seen. Without its annotations its policy is not known.
    const detail = `the gateway used ${objectKey(request.route).slice(0, 256)}, which is not known yet`;
    return refused('routes_unavailable', detail);
  }
  const objects = objectsFor(routes, request, host, request.method);
  if (objects === 'ambiguous')
    return refused('path_ambiguous', pathFault(request.path, DIFFERENT_ROUTES));
  // One tenant's routes on a host must not make every request there cost more and more.
  return objects === 'too many' ? refused('route_policy_invalid', TOO_MANY) : { ok: true, objects };
}

const TOO_MANY = `it cannot be told which object was used, and more than ${MAX_CANDIDATES} different ones may have been`;

const DIFFERENT_ROUTES = 'readings of the path belong to different routes';
const NOT_ALL_PUBLIC = 'not every reading of the path is public';

/** Whether the readings of the method lead to different routes. */
function hangsOnCase(routes: RouteIndex, request: Request, host: string): boolean {
  const other = otherReading(request.method);
  if (other === null) return false;
  const objects = objectsFor(routes, request, host, request.method);
  return !same(objects, objectsFor(routes, request, host, other));
}

/** Whether a gateway that tells letter case apart takes the path for another route than a backend that does not. */
function hangsOnPathCase(routes: RouteIndex, request: Request, host: string): boolean {
  const { method, port } = request;
  const isOne = inEveryReading(request.path, (path) => {
    const lower = lowerCase(path);
    const find = (one: string): Objects => routes.find(host, one, method, port);
    return lower === path || same(find(path), find(lower));
  });
  return isOne !== true;
}

type Objects = ReturnType<RouteIndex['find']> | 'ambiguous';

/** The objects that may have been used for a method, in every reading of the path. */
function objectsFor(routes: RouteIndex, request: Request, host: string, method: string): Objects {
  return inEveryReading(
    request.path,
    (path) => routes.find(host, path, method, request.port),
    same,
  );
}

function same(a: Objects, b: Objects): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((object, index) => object === b[index]);
}

/** The pipeline under the terms of one object, or of none. */
function selectFor(httpCheck: HttpCheck, object: RouteObject | null): Selection {
  const { context } = httpCheck;
  const fault = object?.policy.faults[0] ?? context.faults[0];
  if (fault !== undefined) return refused('route_policy_invalid', fault);
  const base = baseFor(httpCheck, object);
  if (!base.ok) return base;
  let { pipeline } = base;
  let open = false;
  for (const terms of [context.tightening, object?.policy.tightening ?? null]) {
    if (terms === null) continue;
    const tightened = tighten(pipeline, terms, httpCheck.policy.identityHeaders);
    if (!tightened.ok) return refused('route_policy_invalid', tightened.fault);
    pipeline = tightened.pipeline;
    const isPublic = publicBy(terms, httpCheck.request);
    if (isPublic === 'ambiguous')
      return refused('path_ambiguous', pathFault(httpCheck.request.path, NOT_ALL_PUBLIC));
    open ||= isPublic;
  }
  return { ok: true, pipeline: open ? openTo(pipeline) : pipeline, source: base.source };
}

/** Which pipeline, before any terms. */
function baseFor(
  { policy, request, host, named }: HttpCheck,
  object: RouteObject | null,
): Selection {
  const name = object?.policy.pipeline ?? null;
  if (object === null || name === null) return named ?? selectUnnamed(policy, request, host);
  if (named !== null && named.pipeline.name !== name) {
    return refused('pipeline_conflict', `the object names ${name}, the context another`);
  }
  const allowed = pipelineOf(policy, object, name);
  if (allowed.ok) return { ok: true, pipeline: allowed.pipeline, source: 'object' };
  const pipeline = policy.pipelines.get(name);
  return pipeline === undefined
    ? allowed
    : { ...allowed, detail: `${allowed.detail}: ${whoMayName(pipeline)}` };
}

/** The pipelines that a namespace may name: its Events are read by people who need not know of the others. */
function namesFor({ pipelines }: Policy, namespace: string): readonly string[] {
  return [...pipelines.values()]
    .filter(({ selectableByNamespaces: all }) => all === 'any' || all.has(namespace))
    .map(({ name }) => name);
}

/** The pipeline that an object names, where its namespace may name it. */
export function pipelineOf(
  policy: Policy,
  { namespace }: RouteObject,
  name: string,
): { readonly ok: true; readonly pipeline: Pipeline } | NotSelected {
  const pipeline = policy.pipelines.get(name);
  if (pipeline === undefined)
    return refused('pipeline_unknown', unknownPipeline(name, namesFor(policy, namespace)));
  const { selectableByNamespaces: namespaces } = pipeline;
  return namespaces === 'any' || namespaces.has(namespace)
    ? { ok: true, pipeline }
    : refused('pipeline_forbidden', `namespace ${namespace} may not name pipeline ${name}`);
}

function publicBy(terms: Tightening, request: Request): boolean | 'ambiguous' {
  const table = publicPathsOf(terms);
  return table !== null && inEveryReading(request.path, (path) => table.find(path) === true);
}
