import { LRUCache } from 'lru-cache';
import { NAME_PREFIX } from '../request/request.ts';
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
  /** See `RouteObject`. */
  readonly owner: string;
  readonly used: boolean;
  readonly bypass: string | null;
  readonly drafts: readonly ClaimDraft[];
  /** What is wrong with it besides its annotations. */
  readonly fault?: string;
}

/** Joins an object's claims with its policy. */
export function compiledObject(
  source: KubeObject,
  { owner, used, bypass, drafts, fault }: Compiling,
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
    owner,
    policy: faults.length === 0 ? policy : { ...policy, faults: [...policy.faults, ...faults] },
    used,
    bypass,
  };
  return { source, object, claims: drafts.map((draft) => ({ ...draft, object })) };
}

/** Annotations are read once for each version of an object, and the same ones are one policy. */
const policies = new WeakMap<KubeObject, RoutePolicy>();
const bySpelling = new LRUCache<string, RoutePolicy>({ max: 10_000 });

function policyOf(source: KubeObject): RoutePolicy {
  const known = policies.get(source);
  if (known !== undefined) return known;
  const ours = Object.entries(source.annotations).filter(([name]) => name.startsWith(NAME_PREFIX));
  const spelling = JSON.stringify(ours.sort(([a], [b]) => (a < b ? -1 : 1)));
  const read = bySpelling.get(spelling) ?? readAnnotations(ours);
  bySpelling.set(spelling, read);
  policies.set(source, read);
  return read;
}
