import { withoutTokens } from '../base/without-tokens.ts';
import type { Policy } from '../policy/policy.ts';
import {
  DEFAULT_PIPELINE_NAME,
  PIPELINE_NAME,
  type SelectionSource,
  select,
} from '../policy/select.ts';
import type { Request } from '../request/request.ts';

/** What one source says about the pipeline, and whether it was the one that counted. */
export interface SourceSaid {
  readonly source: SelectionSource;
  readonly says: string;
  readonly chose: boolean;
}

/** Asks every source by itself, so that a user sees which one chose the pipeline and which ones lost. */
export function selectionSources(policy: Policy, request: Request): readonly SourceSaid[] {
  const selection = select(policy, request);
  const chosen = selection.ok ? selection.source : null;
  const alone = select({ ...policy, fallback: null }, { ...request, context: [] });
  const said: Readonly<Record<SelectionSource, string>> = {
    context: contextSays(request, PIPELINE_NAME),
    match: alone.ok
      ? alone.pipeline.name
      : alone.reason === 'pipeline_missing'
        ? 'nothing'
        : alone.reason,
    'default-context': contextSays(request, DEFAULT_PIPELINE_NAME),
    default: policy.fallback?.name ?? 'deny',
  };
  return (Object.keys(said) as SelectionSource[]).map((source) => ({
    source,
    says: withoutTokens(said[source]),
    chose: source === chosen,
  }));
}

function contextSays(request: Request, name: string): string {
  return request.context.find((entry) => entry[0] === name)?.[1] ?? 'nothing';
}
