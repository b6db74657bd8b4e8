import type { Policy } from '../policy/policy.ts';
import { tighten } from './policy/tighten.ts';
import type { RouteObject } from './route-object.ts';
import { pipelineOf } from './select.ts';

/**
 * Everything that is wrong with what an object says, as far as it can be told without a request: the faults of its
 * annotations, a pipeline that does not exist or that its namespace may not name, and terms that this pipeline cannot take.
 */
export function faultsOf(object: RouteObject, policy: Policy): readonly string[] {
  const { faults, pipeline: name, tightening } = object.policy;
  if (name === null || faults.length > 0) return faults;
  const named = pipelineOf(policy, object, name);
  if (!named.ok) return [named.detail];
  if (tightening === null) return [];
  const tightened = tighten(named.pipeline, tightening, policy.identityHeaders);
  return tightened.ok ? [] : [tightened.fault];
}
