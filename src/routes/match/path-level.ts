import type { RouteMatch } from '../route-object.ts';
import { distinct, hiddenBy, MAX_CANDIDATES, type Search } from './search.ts';
import type { Hides } from './uncertainty.ts';

/** The matches of one owner on one path and method: equals, all of which may be the one. */
interface Equals {
  readonly owner: string;
  readonly matches: readonly RouteMatch[];
  /** The most that any of them hides. */
  readonly hides: Hides;
}

/** The matches on one path of one host, by method. */
export class PathLevel {
  readonly #byMethod = new Map<string, readonly Equals[]>();
  readonly #anyMethod: readonly Equals[];

  constructor(matches: readonly RouteMatch[]) {
    const byMethod = Map.groupBy(matches, ({ method }) => method);
    for (const [method, all] of byMethod)
      if (method !== null) this.#byMethod.set(method, equalsIn(all));
    this.#anyMethod = equalsIn(byMethod.get(null) ?? []);
  }

  /** Adds what may have been used here; a method goes before none (Gateway API). `certain` is false where the host may not be the one. */
  collect(method: string, search: Search, certain: boolean): void {
    if (search.isDone) return;
    if (this.#byMethod.size > 0) take(this.#byMethod.get(method) ?? [], search, certain);
    if (!search.isDone) take(this.#anyMethod, search, certain);
  }
}

function take(groups: readonly Equals[], search: Search, certain: boolean): void {
  for (const { owner, matches } of groups) {
    if (search.isHidden(owner)) continue;
    for (const match of matches) {
      search.add(match);
      if (search.isDone) return;
    }
  }
  if (!certain) return;
  // Not before all were taken: between equals age decides, and clocks are not ours.
  for (const { owner, hides } of groups) search.hide(hides, owner);
}

function equalsIn(matches: readonly RouteMatch[]): readonly Equals[] {
  const byOwner = Map.groupBy(matches.toSorted(byPrecedence), ({ object }) => object.owner);
  return [...byOwner].map(([owner, all]) => ({
    owner,
    matches: all.length > MAX_CANDIDATES ? distinct(all) : all,
    hides: most(all.map(hiddenBy)),
  }));
}

/** Gateway API: more conditions over fewer. What hides less comes before what hides more. */
function byPrecedence(a: RouteMatch, b: RouteMatch): number {
  return (
    b.conditions - a.conditions || Number(a.uncertainty === null) - Number(b.uncertainty === null)
  );
}

function most(hides: readonly Hides[]): Hides {
  if (hides.includes('everyone')) return 'everyone';
  return hides.includes('own') ? 'own' : 'nobody';
}
