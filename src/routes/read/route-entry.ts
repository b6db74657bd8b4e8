import { LRUCache } from 'lru-cache';
import type { KubeObject } from '../../kube/object.ts';
import { NAME_PREFIX } from '../../request/request.ts';
import { type RoutePolicy, readAnnotations } from '../policy/annotations.ts';
import {
  type MatchDraft,
  objectKey,
  type RouteKind,
  type RouteMatch,
  type RouteObject,
} from '../route-object.ts';
import { publicPathsWithin } from './public-paths.ts';

/** An object with what it matches. */
export interface CompiledObject {
  /** What it was made from. */
  readonly source: KubeObject;
  readonly object: RouteObject;
  readonly matches: readonly RouteMatch[];
}

export interface Compiling {
  /** See `RouteObject`. */
  readonly owner: string;
  readonly used: boolean;
  readonly bypass: string | null;
  readonly drafts: readonly MatchDraft[];
  /** What is wrong with it besides its annotations. */
  readonly fault?: string;
}

/** Joins an object's matches with its policy. */
export function compiledObject(
  source: KubeObject,
  { owner, used, bypass, drafts, fault }: Compiling,
): CompiledObject {
  const { kind, apiVersion, namespace, name, uid } = source;
  const policy = policyOf(source);
  // Public paths outside of what the object matches would open somebody else's.
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
  return { source, object, matches: drafts.map((draft) => ({ ...draft, object })) };
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
