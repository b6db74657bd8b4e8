import { type RoutePolicy, readAnnotations } from './annotations.ts';
import type { KubeObject } from './kube-object.ts';
import { publicPathsWithin } from './public-paths.ts';
import {
  type ClaimDraft,
  objectKey,
  type RouteClaim,
  type RouteKind,
  type RouteObject,
} from './route-object.ts';

/** An object with what it claims. */
export interface CompiledObject {
  /** What it was made from. */
  readonly source: KubeObject;
  readonly object: RouteObject;
  readonly claims: readonly RouteClaim[];
}

export interface Compiling {
  readonly used: boolean;
  readonly bypass: string | null;
  readonly drafts: readonly ClaimDraft[];
  /** What is wrong with it besides its annotations. */
  readonly fault?: string;
}

/** Joins an object's claims with its policy. */
export function compiledObject(
  source: KubeObject,
  { used, bypass, drafts, fault }: Compiling,
): CompiledObject {
  const { kind, apiVersion, namespace, name, uid } = source;
  const policy = policyOf(source);
  // Public paths outside of what the object claims would open somebody else's.
  const outside = used ? publicPathsWithin(policy, drafts) : null;
  const faults = [fault ?? null, outside].filter((one) => one !== null);
  const object: RouteObject = {
    kind: kind as RouteKind,
    key: objectKey(source),
    apiVersion,
    namespace,
    name,
    uid,
    policy: faults.length === 0 ? policy : { ...policy, faults: [...policy.faults, ...faults] },
    used,
    bypass,
  };
  return { source, object, claims: drafts.map((draft) => ({ ...draft, object })) };
}

/** Annotations are read once for each version of an object. */
const policies = new WeakMap<KubeObject, RoutePolicy>();

function policyOf(source: KubeObject): RoutePolicy {
  const known = policies.get(source);
  if (known !== undefined) return known;
  const read = readAnnotations(Object.entries(source.annotations));
  policies.set(source, read);
  return read;
}
