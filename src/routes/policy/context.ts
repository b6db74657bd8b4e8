import { LRUCache } from 'lru-cache';
import { DEFAULT_PIPELINE_NAME, PIPELINE_NAME } from '../../policy/select.ts';
import type { ContextEntry } from '../../request/request.ts';
import { NO_POLICY, type RoutePolicy, readAnnotations } from './annotations.ts';

/** Gateways have a few sets of context extensions, one for each route that has its own. */
const read = new LRUCache<string, RoutePolicy>({ max: 1_000 });

/** Whether the context says more than which pipeline to take. */
function saysMore(context: readonly ContextEntry[]): boolean {
  for (const [name] of context) {
    if (name !== PIPELINE_NAME && name !== DEFAULT_PIPELINE_NAME) return true;
  }
  return false;
}

/** The terms in the gateway's context: annotations under the same names, by the same rules. */
export function contextPolicy(context: readonly ContextEntry[]): RoutePolicy {
  if (!saysMore(context)) return NO_POLICY;
  // Which pipeline the context names is read by selection.
  const terms = context.filter(
    ([name]) => name !== PIPELINE_NAME && name !== DEFAULT_PIPELINE_NAME,
  );
  const key = JSON.stringify(terms);
  const known = read.get(key);
  if (known !== undefined) return known;
  const made = readAnnotations(terms);
  read.set(key, made);
  return made;
}
