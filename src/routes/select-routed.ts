import { parseHost } from '../policy/host.ts';
import { readings, withoutQuery } from '../policy/path.ts';
import type { PathTable } from '../policy/path-table.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import {
  hostAmbiguous,
  type NotSelected,
  refused,
  requestFault,
  type Selected,
  type Selection,
  select,
  selectNamed,
  selectUnnamed,
} from '../policy/select.ts';
import type { Request, RouteRef } from '../request/request.ts';
import { publicPathsOf, type RoutePolicy, type Tightening } from './annotations.ts';
import { contextPolicy, saysMore } from './context.ts';
import type { RouteIndex } from './route-index.ts';
import { objectKey, type RouteObject } from './route-object.ts';
import { openTo, tighten } from './tighten.ts';

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
 * Selects by the contract's order: the object that was used, its pipeline, the context's, `match`, the defaults. `routes` is null
 * where no objects are watched; then, and where the context says no more than a name, this is `select`.
 */
export function selectRouted(
  policy: Policy,
  request: Request,
  routes: RouteIndex | null,
): RoutedSelection {
  if (routes === null && !saysMore(request.context)) return select(policy, request);
  const host = parseHost(request.host);
  if (host === null) return hostAmbiguous(request);
  const fault = requestFault(request);
  if (fault !== null) return fault;
  const named = selectNamed(policy, request);
  if (named !== null && !named.ok) return named;
  const question: Question = {
    policy,
    request,
    host,
    named,
    context: contextPolicy(request.context),
  };
  if (routes === null) return selectFor(question, null);
  const candidates = candidatesOf(routes, request, host);
  if (!Array.isArray(candidates)) return candidates as NotSelected;
  return selectAmong(question, candidates as readonly RouteObject[]);
}

/** One request and what is known of it before any object is asked. */
interface Question {
  readonly policy: Policy;
  readonly request: Request;
  readonly host: string;
  /** What the gateway's context names. */
  readonly named: Selected | null;
  readonly context: RoutePolicy;
}

function selectAmong(question: Question, candidates: readonly RouteObject[]): RoutedSelection {
  const [first, ...rest] = candidates;
  if (first === undefined) return selectFor(question, null);
  const selection = selectFor(question, first);
  if (!selection.ok || rest.length === 0) return { ...selection, route: first };
  const others: Pipeline[] = [];
  for (const candidate of rest) {
    const other = selectFor(question, candidate);
    if (!other.ok) return { ...other, route: candidate };
    if (other.pipeline !== selection.pipeline && !others.includes(other.pipeline))
      others.push(other.pipeline);
  }
  return others.length === 0
    ? { ...selection, route: first }
    : { ...selection, route: first, others };
}

/** The objects of which one was used, or why that cannot be said. */
export function candidatesOf(
  routes: RouteIndex,
  request: Request,
  host: string,
): readonly RouteObject[] | NotSelected {
  if (!routes.complete) return refused('routes_unavailable', 'the routes were not listed yet');
  if (request.route !== null) {
    const named = routes.named(request.route);
    if (named !== null) return [named];
    // Outside of what is watched no annotation counts.
    if (!routes.sees(request.route)) return [];
    // A route that is newer than what we have seen. Without its annotations its policy is not known.
    const detail = `the gateway used ${objectKey(request.route).slice(0, 256)}, which is not known yet`;
    return refused('routes_unavailable', detail);
  }
  const all = readings(withoutQuery(request.path));
  if (all === null) return refused('path_ambiguous', 'the path has too many readings');
  const [first = '', ...others] = all;
  const found = routes.find(host, first, request.method);
  const agree = others.every((other) => same(routes.find(host, other, request.method), found));
  return agree
    ? found
    : refused('path_ambiguous', 'readings of the path belong to different routes');
}

function same(a: readonly RouteObject[], b: readonly RouteObject[]): boolean {
  return a.length === b.length && a.every((object, index) => object === b[index]);
}

/** The pipeline under the terms of one object, or of none. */
function selectFor(question: Question, object: RouteObject | null): Selection {
  const { context } = question;
  const fault = object?.policy.faults[0] ?? context.faults[0];
  if (fault !== undefined) return refused('route_policy_invalid', fault);
  const base = baseFor(question, object);
  if (!base.ok) return base;
  let { pipeline } = base;
  let open = false;
  for (const terms of [context.tightening, object?.policy.tightening ?? null]) {
    if (terms === null) continue;
    const tightened = tighten(pipeline, terms, question.policy.identityHeaders);
    if (!tightened.ok) return refused('route_policy_invalid', tightened.fault);
    pipeline = tightened.pipeline;
    const isPublic = publicBy(terms, question.request);
    if (isPublic === 'ambiguous')
      return refused('path_ambiguous', 'not every reading of the path is public');
    open ||= isPublic;
  }
  return { ok: true, pipeline: open ? openTo(pipeline) : pipeline, source: base.source };
}

/** Which pipeline, before any terms. */
function baseFor(
  { policy, request, host, named }: Question,
  object: RouteObject | null,
): Selection {
  const name = object?.policy.pipeline ?? null;
  if (object === null || name === null) return named ?? selectUnnamed(policy, request, host);
  if (named !== null && named.pipeline.name !== name) {
    return refused('pipeline_conflict', `the object names ${name}, the context another`);
  }
  const allowed = pipelineOf(policy, object, name);
  return allowed.ok ? { ok: true, pipeline: allowed.pipeline, source: 'object' } : allowed;
}

/** The pipeline that an object names, where its namespace may name it. */
export function pipelineOf(
  policy: Policy,
  { namespace }: RouteObject,
  name: string,
): { readonly ok: true; readonly pipeline: Pipeline } | NotSelected {
  const pipeline = policy.pipelines.get(name);
  if (pipeline === undefined)
    return refused('pipeline_unknown', `pipeline ${JSON.stringify(name)}`);
  const { selectableByNamespaces: namespaces } = pipeline;
  return namespaces === 'any' || namespaces.has(namespace)
    ? { ok: true, pipeline }
    : refused('pipeline_forbidden', `namespace ${namespace} may not name pipeline ${name}`);
}

function publicBy(terms: Tightening, request: Request): boolean | 'ambiguous' {
  const table: PathTable<true> | null = publicPathsOf(terms);
  if (table === null) return false;
  const all = readings(withoutQuery(request.path));
  if (all === null) return 'ambiguous';
  const [first = '', ...others] = all;
  const open = table.find(first) === true;
  return others.every((other) => (table.find(other) === true) === open) ? open : 'ambiguous';
}
