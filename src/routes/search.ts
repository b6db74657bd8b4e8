import { type Hides, hidesUnder } from './doubts.ts';
import type { RouteClaim, RouteObject } from './route-object.ts';

/**
 * Most objects with different policies of which one may have been used for a request. All are asked, so a tenant that adds more
 * would make each request to a host cost more.
 */
export const MOST_CANDIDATES = 32;

/** Claims that are gone through again once everything was: see `PathClaims.collectLoosely`. */
interface Postponed {
  readonly plane: string;
  readonly host: string;
  readonly regex: boolean;
  collectLoosely(path: string, method: string, search: Search): void;
}

const NOBODY: readonly string[] = [];

/** The search for the objects of which one was used for a request: what was found, and whose claims count no more. */
export class Search {
  /** The likeliest first. */
  readonly claims: RouteClaim[] = [];
  /** Those of which only a rule that redirects may have been used. */
  #redirecting: RouteClaim[] | null = null;
  #tooMany = false;
  #everyone = false;
  #hidden = NOBODY;
  #postponed: Postponed[] | null = null;

  /** The claims by which the objects count; none that only redirects beside one that reaches a backend. */
  get found(): readonly RouteClaim[] | 'too many' {
    if (this.#tooMany) return 'too many';
    return this.claims.length > 0 ? this.claims : (this.#redirecting ?? this.claims);
  }

  /** Whether nothing that follows on this plane can count. */
  get isDone(): boolean {
    return this.#everyone || this.#tooMany;
  }

  /** What was hidden on one plane is not on the next. */
  beginPlane(): void {
    this.#everyone = false;
    this.#hidden = NOBODY;
  }

  isHidden(owner: string): boolean {
    return this.#hidden.length > 0 && this.#hidden.includes(owner);
  }

  hide(hides: Hides, owner: string): void {
    if (hides === 'everyone') this.#everyone = true;
    else if (hides === 'own' && !this.isHidden(owner)) this.#hidden = [...this.#hidden, owner];
  }

  postpone(claims: Postponed): void {
    this.#postponed ??= [];
    this.#postponed.push(claims);
  }

  /**
   * Goes through what was postponed, for owners of whom nothing was found on its plane. Where nothing was found at all, the
   * configuration judges. Where the gateway may take paths as regular expressions, every owner's are gone through.
   */
  finish(path: string, method: string): void {
    for (const postponed of this.#postponed ?? []) {
      if (this.found.length === 0 && !postponed.regex) continue;
      this.beginPlane();
      for (const claim of [...this.claims, ...(this.#redirecting ?? [])])
        if (comesBefore(claim, postponed)) this.hide('own', claim.object.owner);
      postponed.collectLoosely(path, method, this);
    }
  }

  add(claim: RouteClaim): void {
    if (claim.redirects) this.#redirecting ??= [];
    const list = claim.redirects ? (this.#redirecting ?? []) : this.claims;
    if (list.some(({ object }) => object === claim.object)) return;
    if (list.length < MOST_CANDIDATES) {
      list.push(claim);
      return;
    }
    if (list.some(({ object }) => sayTheSame(object, claim.object))) return;
    // Objects that say the same count as one, since many of one team do.
    const different = distinct(list);
    if (different.length === MOST_CANDIDATES) this.#tooMany = true;
    else list.splice(0, list.length, ...different, claim);
  }
}

/** Whether a claim that was found hides those of its owner that were postponed: read as regular expressions, only those of a less exact host. */
function comesBefore({ plane, host }: RouteClaim, postponed: Postponed): boolean {
  if (plane !== postponed.plane) return false;
  if (!postponed.regex) return true;
  if (!postponed.host.startsWith('*')) return false;
  return !host.startsWith('*') || host.length > postponed.host.length;
}

/** Whether two objects lead to one decision whatever the request is. */
function sayTheSame(a: RouteObject, b: RouteObject): boolean {
  return a.namespace === b.namespace && a.policy === b.policy;
}

/** The claims of which each has a policy of its own, in their order. */
export function distinct(claims: readonly RouteClaim[]): readonly RouteClaim[] {
  const byNamespace = new Map<string, Set<unknown>>();
  return claims.filter(({ object: { namespace, policy } }) => {
    const known = byNamespace.get(namespace) ?? new Set();
    byNamespace.set(namespace, known);
    if (known.has(policy)) return false;
    known.add(policy);
    return true;
  });
}

/** What a claim hides of those that come after it. */
export function hiddenBy({ doubt, conditions }: RouteClaim): Hides {
  return conditions === 0 ? hidesUnder(doubt) : 'nobody';
}
