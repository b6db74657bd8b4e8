import {
  isRecord,
  type Json,
  type KubeObject,
  recordAt,
  recordsAt,
  textAt,
} from './kube-object.ts';
import type { Objects } from './objects.ts';

/**
 * The routes whose Envoy Gateway SecurityPolicy has no authorizer: a policy on a route replaces that of its Gateway as a whole, so
 * their requests pass unasked. By `kind/namespace/name`, with what to say about it. Policies that choose routes by labels
 * (`targetSelectors`) are not followed.
 */
export function bypassedBySecurityPolicy(objects: Objects): ReadonlyMap<string, string> {
  const bypassed = new Map<string, string>();
  for (const policy of objects.SecurityPolicy.values()) {
    if (isRecord(recordAt(policy.spec, 'extAuth')['grpc'])) continue;
    if (isRecord(recordAt(policy.spec, 'extAuth')['http'])) continue;
    for (const target of targetsOf(policy)) {
      const [kind, name] = [textAt(target, 'kind'), textAt(target, 'name')];
      if (kind !== 'HTTPRoute' && kind !== 'GRPCRoute') continue;
      const why = `SecurityPolicy ${policy.name} replaces the gateway's and has no extAuth`;
      bypassed.set(`${kind}/${policy.namespace}/${name}`, why);
    }
  }
  return bypassed;
}

function targetsOf({ spec }: KubeObject): readonly Json[] {
  return [...recordsAt(spec, 'targetRefs'), recordAt(spec, 'targetRef')];
}
