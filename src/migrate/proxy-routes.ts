import type { RoutePath } from './contended.ts';
import type { Note } from './migration.ts';
import type { GuardedRoute, RouteRule } from './wiring.ts';

/** A condition of an HTTPProxy's route: `prefix` is characters there, `/api` has `/apis` too. */
export type PathCondition = { readonly exact: string } | { readonly prefix: string };

/** A route of one host, and the guarded route that it is of. */
export interface ProxyRoute {
  readonly of: GuardedRoute;
  readonly condition: PathCondition;
  /** Undefined where it is refused. */
  readonly backendRefs: RouteRule['backendRefs'];
}

interface Piece {
  readonly condition: PathCondition;
  /** Whether it is only the first path of a prefix, which an exact path of its own comes before. */
  readonly isBesidePrefix: boolean;
}

/** A path of whole segments in conditions that begin with characters: `/api` is `/api` itself and all that begins with `/api/`. */
function piecesOf({ type, value }: RoutePath): readonly Piece[] {
  if (type === 'Exact') return [{ condition: { exact: value }, isBesidePrefix: false }];
  if (value.endsWith('/')) return [{ condition: { prefix: value }, isBesidePrefix: false }];
  return [
    { condition: { exact: value }, isBesidePrefix: true },
    { condition: { prefix: `${value}/` }, isBesidePrefix: false },
  ];
}

interface Claimed extends ProxyRoute {
  readonly isBesidePrefix: boolean;
}

/**
 * The routes of one host, each condition once: Contour takes the last of two, whoever's it is. Where routes of different guards claim
 * one path, it is refused.
 */
export function proxyRoutes(
  routes: readonly GuardedRoute[],
  guardOf: (route: GuardedRoute) => string,
  notes: Note[],
): readonly ProxyRoute[] {
  const claimed = new Map<string, Claimed>();
  const claim = (one: Claimed): void => {
    const key = JSON.stringify(one.condition);
    const before = claimed.get(key);
    if (before === undefined) claimed.set(key, one);
    else if (before.isBesidePrefix !== one.isBesidePrefix)
      claimed.set(key, one.isBesidePrefix ? before : one);
    else if (guardOf(before.of) !== guardOf(one.of)) {
      claimed.set(key, { ...before, backendRefs: undefined });
      notes.push({ where: before.of.where, says: twice(one), isLoss: true });
    }
  };
  for (const of of routes)
    for (const { matches = [{}], backendRefs } of of.rules)
      for (const { path = ROOT } of matches as readonly { readonly path?: RoutePath }[])
        for (const piece of piecesOf(path)) claim({ of, backendRefs, ...piece });
  return [...claimed.values()];
}

const ROOT: RoutePath = { type: 'PathPrefix', value: '/' };

function twice({ condition, of }: ProxyRoute): string {
  const [path = ''] = Object.values(condition) as string[];
  return `${path} is refused: ${of.where} has it too, with another authorizer, and it is not known which of them was used`;
}
