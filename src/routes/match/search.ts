import type { RouteMatch, RouteObject } from '../route-object.ts';
import { type Hides, hidesUnder } from './uncertainty.ts';

/**
 * Most objects with different policies of which one may have been used for a request. All are asked, so a tenant that adds more
 * would make each request to a host cost more.
 */
export const MAX_CANDIDATES = 32;

/** Matches that are gone through again once everything was: see `PathMatches.collectLoosely`. */
interface Postponed {
  readonly hostSpace: string;
  readonly host: string;
  readonly regex: boolean;
  collectLoosely(path: string, method: string, search: Search): void;
}

const NOBODY: readonly string[] = [];

/** The search for the objects of which one was used for a request: what was found, and whose matches count no more. */
export class Search {
  /** The likeliest first. */
  readonly matches: RouteMatch[] = [];
  /** Those of which only a rule that redirects may have been used. */
  #redirecting: RouteMatch[] | null = null;
  #tooMany = false;
  #everyone = false;
  #hidden = NOBODY;
  #postponed: Postponed[] | null = null;

  /** The matches by which the objects count; none that only redirects beside one that reaches a backend. */
  get found(): readonly RouteMatch[] | 'too many' {
    if (this.#tooMany) return 'too many';
    return this.matches.length > 0 ? this.matches : (this.#redirecting ?? this.matches);
  }

  /** Whether nothing that follows on this host space can count. */
  get isDone(): boolean {
    return this.#everyone || this.#tooMany;
  }

  /** What was hidden on one host space is not on the next. */
  beginHostSpace(): void {
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

  postpone(matches: Postponed): void {
    this.#postponed ??= [];
    this.#postponed.push(matches);
  }

  /**
   * Goes through what was postponed, for owners of whom nothing was found on its host space. Where nothing was found at all, the
   * configuration judges. Where the gateway may take paths as regular expressions, every owner's are gone through.
   */
  finish(path: string, method: string): void {
    for (const postponed of this.#postponed ?? []) {
      if (this.found.length === 0 && !postponed.regex) continue;
      this.beginHostSpace();
      for (const match of [...this.matches, ...(this.#redirecting ?? [])])
        if (comesBefore(match, postponed)) this.hide('own', match.object.owner);
      postponed.collectLoosely(path, method, this);
    }
  }

  add(match: RouteMatch): void {
    if (match.redirects) this.#redirecting ??= [];
    const list = match.redirects ? (this.#redirecting ?? []) : this.matches;
    if (list.some(({ object }) => object === match.object)) return;
    if (list.length < MAX_CANDIDATES) {
      list.push(match);
      return;
    }
    if (list.some(({ object }) => sayTheSame(object, match.object))) return;
    // Objects that say the same count as one, since many of one team do.
    const different = distinct(list);
    if (different.length === MAX_CANDIDATES) this.#tooMany = true;
    else list.splice(0, list.length, ...different, match);
  }
}

/** Whether a match that was found hides those of its owner that were postponed: read as regular expressions, only those of a less exact host. */
function comesBefore({ hostSpace, host }: RouteMatch, postponed: Postponed): boolean {
  if (hostSpace !== postponed.hostSpace) return false;
  if (!postponed.regex) return true;
  if (!postponed.host.startsWith('*')) return false;
  return !host.startsWith('*') || host.length > postponed.host.length;
}

/** Whether two objects lead to one decision whatever the request is. */
function sayTheSame(a: RouteObject, b: RouteObject): boolean {
  return a.namespace === b.namespace && a.policy === b.policy;
}

/** The matches of which each has a policy of its own, in their order. */
export function distinct(matches: readonly RouteMatch[]): readonly RouteMatch[] {
  const byNamespace = new Map<string, Set<unknown>>();
  return matches.filter(({ object: { namespace, policy } }) => {
    const known = byNamespace.get(namespace) ?? new Set();
    byNamespace.set(namespace, known);
    if (known.has(policy)) return false;
    known.add(policy);
    return true;
  });
}

/** What a match hides of those that come after it. */
export function hiddenBy({ uncertainty, conditions }: RouteMatch): Hides {
  return conditions === 0 ? hidesUnder(uncertainty) : 'nobody';
}
