import type { DenyReason } from '../decision/reason.ts';
import { NAME_PREFIX, type Request } from '../request/request.ts';
import { parseHost } from './host.ts';
import { readings, withoutQuery } from './path.ts';
import type { PathTable } from './path-table.ts';
import { type Pipeline, pipelineFor, type Rule } from './pipeline.ts';
import type { Policy } from './policy.ts';

/** Where a pipeline's name came from, in order of precedence. */
export type SelectionSource = 'context' | 'match' | 'default-context' | 'default';

export type Selection =
  | { readonly ok: true; readonly pipeline: Pipeline; readonly source: SelectionSource }
  | { readonly ok: false; readonly reason: DenyReason; readonly detail: string };

/** The context extensions that select. */
export const PIPELINE_NAME = `${NAME_PREFIX}pipeline`;
export const DEFAULT_PIPELINE_NAME = `${NAME_PREFIX}default-pipeline`;

/**
 * Finds the pipeline that judges a request: the one that the gateway's context names; else the one
 * whose `match` covers host, path and method; else the context's default; else the configuration's.
 */
export function select(policy: Policy, request: Request): Selection {
  const host = parseHost(request.host);
  if (host === null) return refused('host_ambiguous', `host ${JSON.stringify(request.host)}`);
  if (!request.path.startsWith('/'))
    return refused('request_malformed', 'the path has no slash at its start');
  const fault = contextFault(request);
  if (fault !== null) return fault;
  const named = contextValue(request, PIPELINE_NAME);
  if (named !== null) return byName(policy, named, 'context');
  const matched = byMatch(policy, request, host);
  if (matched !== null) return matched;
  const defaultName = contextValue(request, DEFAULT_PIPELINE_NAME);
  if (defaultName !== null) return byName(policy, defaultName, 'default-context');
  if (policy.fallback !== null) return { ok: true, pipeline: policy.fallback, source: 'default' };
  return refused('pipeline_missing', `no match for host ${host} and no default`);
}

function refused(reason: DenyReason, detail: string): Selection {
  return { ok: false, reason, detail };
}

/** A name under our prefix that nobody knows is a mistake of the platform's: said, never ignored. */
function contextFault(request: Request): Selection | null {
  for (const [name, value] of request.context) {
    if (name !== PIPELINE_NAME && name !== DEFAULT_PIPELINE_NAME) {
      return refused('route_policy_invalid', `unknown context extension ${JSON.stringify(name)}`);
    }
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
    return refused('pipeline_unknown', `pipeline ${JSON.stringify(name)}`);
  if (!pipeline.selectableByContext) {
    return refused('pipeline_forbidden', `pipeline ${name} is not selectableBy context`);
  }
  return { ok: true, pipeline, source };
}

function byMatch(policy: Policy, request: Request, host: string): Selection | null {
  const paths = policy.matches.find(host);
  if (paths === null) return null;
  const rule = oneRule(paths, withoutQuery(request.path));
  if (rule === 'ambiguous')
    return refused('path_ambiguous', 'readings of the path select different rules');
  if (rule === null) return null;
  const preflight = request.preflightFor === null ? null : pipelineFor(rule, request.preflightFor);
  const pipeline = preflight?.preflight === 'pass' ? preflight : pipelineFor(rule, request.method);
  if (pipeline === null)
    return refused('method_refused', `method ${JSON.stringify(request.method)}`);
  return { ok: true, pipeline, source: 'match' };
}

/** The rule that every reading of the path selects; null where every reading selects none. */
function oneRule(paths: PathTable<Rule>, path: string): Rule | null | 'ambiguous' {
  const all = readings(path);
  if (all === null) return 'ambiguous';
  const [first = '', ...others] = all;
  const rule = paths.find(first);
  return others.every((other) => paths.find(other) === rule) ? rule : 'ambiguous';
}
