import { type Hides, hidesUnder } from './doubts.ts';
import type { RouteClaim, RouteObject } from './route-object.ts';

/**
 * Most objects with different policies of which one may have been used for a request. All are asked, so a tenant that adds more
 * would make each request to a host cost more.
 */
export const MOST_CANDIDATES = 32;

/** The search for the objects of which one was used for a request: what was found, and whose claims count no more. */
export class Search {
  /** The likeliest first. */
  readonly claims: RouteClaim[] = [];
  /** Those of which only a rule that redirects may have been used. */
  readonly redirecting: RouteClaim[] = [];
  #tooMany = false;
  #everyone = false;
  readonly #owners: string[] = [];

  /** Whether there were more different policies than are asked. */
  get tooMany(): boolean {
    return this.#tooMany;
  }

  /** Whether nothing that follows on this plane can count. */
  get isDone(): boolean {
    return this.#everyone || this.#tooMany;
  }

  get foundNothing(): boolean {
    return this.claims.length === 0 && this.redirecting.length === 0;
  }

  /** Begins with a plane: what was hidden on one is not on the next. */
  begin(): void {
    this.#everyone = false;
    this.#owners.length = 0;
  }

  /** Begins anew with a plane, for those owners only that nothing was found of there. */
  beginBeside(plane: string): void {
    this.begin();
    for (const list of [this.claims, this.redirecting])
      for (const claim of list) if (claim.plane === plane) this.hide('own', claim.object.owner);
  }

  isHidden(owner: string): boolean {
    return this.#owners.includes(owner);
  }

  hide(hides: Hides, owner: string): void {
    if (hides === 'everyone') this.#everyone = true;
    else if (hides === 'own' && !this.#owners.includes(owner)) this.#owners.push(owner);
  }

  add(claim: RouteClaim): void {
    const list = claim.redirects ? this.redirecting : this.claims;
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
