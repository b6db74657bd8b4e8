import type { RefusalReason } from '../decision/reason.ts';
import { NAME_PREFIX, type Request } from '../request/request.ts';
import { otherReading } from './method.ts';
import { inEveryReading, pathFault } from './path.ts';
import { type Pipeline, pipelineFor, type Rule } from './pipeline.ts';
import type { Policy } from './policy.ts';
import {
  uncoveredMethod,
  uncoveredRequest,
  unknownPipeline,
  whoMayName,
} from './selection-details.ts';

/** Where a pipeline's name came from, in order of precedence. */
export type SelectionSource = 'object' | 'context' | 'match' | 'default-context' | 'default';

export type Selection = Selected | NotSelected;

export interface Selected {
  readonly ok: true;
  readonly pipeline: Pipeline;
  readonly source: SelectionSource;
}

export interface NotSelected {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** The context extensions that select. */
export const PIPELINE_NAME = `${NAME_PREFIX}pipeline`;
export const DEFAULT_PIPELINE_NAME = `${NAME_PREFIX}default-pipeline`;

export function hostAmbiguous(request: Request): NotSelected {
  return refused('host_ambiguous', `host ${JSON.stringify(request.host.slice(0, 256))}`);
}

/** What makes a request impossible to select a pipeline for, or null. */
export function requestFault(request: Request): NotSelected | null {
  if (!request.path.startsWith('/'))
    return refused('request_malformed', 'the path has no slash at its start');
  // Whether a token is asked for would depend on who reads it.
  if (request.preflightFor !== null && request.method !== 'OPTIONS')
    return refused('method_refused', `a preflight by method ${JSON.stringify(request.method)}`);
  return contextFault(request);
}

/** The pipeline that the gateway's context names, or null where it names none. */
export function selectNamed(policy: Policy, request: Request): Selection | null {
  const named = contextValue(request, PIPELINE_NAME);
  return named === null ? null : byName(policy, named, 'context');
}

/** The pipeline of a request that nobody has named one for. */
export function selectUnnamed(policy: Policy, request: Request, host: string): Selection {
  const matched = byMatch(policy, request, host);
  if (matched !== null) return matched;
  const defaultName = contextValue(request, DEFAULT_PIPELINE_NAME);
  if (defaultName !== null) return byName(policy, defaultName, 'default-context');
  if (policy.fallback !== null) return { ok: true, pipeline: policy.fallback, source: 'default' };
  return refused('pipeline_missing', uncoveredRequest(host, request.path, policy.matches));
}

export function refused(reason: RefusalReason, detail: string): NotSelected {
  return { ok: false, reason, detail };
}

function contextFault(request: Request): NotSelected | null {
  for (const [name, value] of request.context) {
    if (request.context.some((entry) => entry[0] === name && entry[1] !== value)) {
      return refused('pipeline_conflict', `${name} has two values`);
    }
  }
  return null;
}

function contextValue(request: Request, name: string): string | null {
  return request.context.find((entry) => entry[0] === name)?.[1] ?? null;
}

function byName(policy: Policy, name: string, source: SelectionSource): Selection {
  const pipeline = policy.pipelines.get(name);
  if (pipeline === undefined)
    return refused('pipeline_unknown', unknownPipeline(name, policy.pipelines.keys()));
  if (!pipeline.selectableByContext) {
    return refused('pipeline_forbidden', forbidden(pipeline));
  }
  return { ok: true, pipeline, source };
}

function forbidden(pipeline: Pipeline): string {
  return `pipeline ${pipeline.name} is not selectableBy context: ${whoMayName(pipeline)}`;
}

function byMatch(policy: Policy, request: Request, host: string): Selection | null {
  const paths = policy.matches.find(host);
  if (paths === null) return null;
  const rule = inEveryReading(request.path, (path) => paths.find(path));
  if (rule === 'ambiguous')
    return refused('path_ambiguous', pathFault(request.path, DIFFERENT_RULES));
  if (rule === null) return null;
  if (hangsOnCase(rule, request.method) || hangsOnCase(rule, request.preflightFor))
    return refused('method_refused', 'letter case of the method decides which pipeline covers it');
  const announced = request.preflightFor === null ? null : pipelineFor(rule, request.preflightFor);
  const pipeline = announced?.preflight === 'pass' ? announced : pipelineFor(rule, request.method);
  if (pipeline === null) return refused('method_refused', uncoveredMethod(request.method, rule));
  // What refuses its preflights is not opened by a neighbour that lets OPTIONS pass.
  if (announced?.preflight === 'refuse' && pipeline.preflight === 'pass')
    return refused('method_refused', `pipeline ${announced.name} refuses preflights`);
  return { ok: true, pipeline, source: 'match' };
}

const DIFFERENT_RULES = 'readings of the path select different rules';

/** Whether the readings of a method lead to different pipelines. */
function hangsOnCase(rule: Rule, method: string | null): boolean {
  const other = method === null ? null : otherReading(method);
  return (
    method !== null && other !== null && pipelineFor(rule, method) !== pipelineFor(rule, other)
  );
}
