import type { RouteRef } from '../request/request.ts';
import type { Uncertainty } from './match/uncertainty.ts';
import type { RoutePolicy } from './policy/annotations.ts';

/** The kinds of objects that send requests somewhere. */
export type RouteKind = 'Ingress' | 'HTTPRoute' | 'GRPCRoute' | 'HTTPProxy';
export const ROUTE_KINDS: readonly RouteKind[] = ['Ingress', 'HTTPRoute', 'GRPCRoute', 'HTTPProxy'];

/** A route object of the cluster, read. */
export interface RouteObject extends RouteRef {
  readonly kind: RouteKind;
  /** `objectKey`. */
  readonly key: string;
  readonly apiVersion: string;
  readonly uid: string;
  /** Whose it is: its namespace, or the namespaces that share hosts with it. */
  readonly owner: string;
  readonly policy: RoutePolicy;
  /** Whether a gateway of ours uses it. Objects that none uses count for nothing. */
  readonly used: boolean;
  /** How requests get past Watchword although it is used, or null. */
  readonly bypass: string | null;
}

/** How a match covers paths. */
export type PathMatch =
  | { readonly type: 'exact' | 'prefix' | 'text-prefix'; readonly path: string }
  /** A regular expression, or what only the gateway knows. */
  | { readonly type: 'unknown' };

/** What a route object asks its gateway to send its way, before it is said which object that is. */
export interface MatchDraft {
  /** What routes by itself: requests of one host space never reach the objects of another. */
  readonly hostSpace: string;
  /** A host, `*.` and a host, or `*`. */
  readonly host: string;
  /** Whether a `*` in the host stands for one label only, or for more as well where it is not known. */
  readonly labels: 'one' | 'many';
  readonly path: PathMatch;
  readonly method: string | null;
  /** Header and query conditions, which are not evaluated here. */
  readonly conditions: number;
  /** Why it is not certain that the gateway serves the match as it is written here; null where it is. */
  readonly uncertainty: Uncertainty | null;
  /** Whether the gateway answers with a redirect by itself: no backend is reached, so there is nothing to protect. */
  readonly redirects: boolean;
  /** Whether it may turn all paths of its host into regular expressions: see `asksForRegex`. Absent where it does not. */
  readonly asksForRegex?: true;
}

export interface RouteMatch extends MatchDraft {
  readonly object: RouteObject;
}

/** `Kind/namespace/name`: how an object is called in logs and how it is found. */
export function objectKey({ kind, namespace, name }: RouteRef): string {
  return `${kind}/${namespace}/${name}`;
}
