import { type Objects, ownerOf, type RouteRules } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { MatchDraft } from '../route-object.ts';
import { matchesOfRoot, type ProxyMatch, type RootMatches } from './httpproxy.ts';
import { type CompiledObject, compiledObject } from './route-entry.ts';

/** What the roots make of an object. */
interface Found {
  readonly drafts: readonly MatchDraft[];
  readonly bypass: string | null;
  readonly tooMany: boolean;
}

/** HTTPProxies match together: a root decides over what it includes. What did not change is kept. */
export class ProxyCompiler {
  readonly #rules: RouteRules;
  readonly #roots = new WeakMap<KubeObject, RootMatches>();
  readonly #entries = new WeakMap<KubeObject, CompiledObject & { drafts: readonly MatchDraft[] }>();

  constructor(rules: RouteRules) {
    this.#rules = rules;
  }

  compile(objects: Objects): readonly CompiledObject[] {
    const matched = new Map<KubeObject, MatchDraft[]>();
    const overgrown = new Set<KubeObject>();
    const opened = new Map<KubeObject, string>();
    for (const root of objects.HTTPProxy.values()) {
      const { matches, openings, tooMany } = this.#rootClaims(root, objects);
      for (const { source, draft } of matches) add(matched, source, draft);
      for (const [proxy, says] of openings) if (!opened.has(proxy)) opened.set(proxy, says);
      if (!tooMany) continue;
      overgrown.add(root);
      add(matched, root, wholeHost(matches));
    }
    return [...objects.HTTPProxy.values()].map((proxy) =>
      this.#entry(proxy, {
        drafts: matched.get(proxy) ?? [],
        bypass: opened.get(proxy) ?? null,
        tooMany: overgrown.has(proxy),
      }),
    );
  }

  #rootClaims(root: KubeObject, objects: Objects): RootMatches {
    const known = this.#roots.get(root);
    if (known !== undefined && isCurrent(known, objects)) return known;
    const made = matchesOfRoot(root, objects, this.#rules);
    this.#roots.set(root, made);
    return made;
  }

  #entry(proxy: KubeObject, { drafts, bypass, tooMany }: Found): CompiledObject {
    const known = this.#entries.get(proxy);
    if (known !== undefined && sameItems(known.drafts, drafts) && known.object.bypass === bypass)
      return known;
    const made = compiledObject(proxy, {
      owner: ownerOf(proxy.namespace, this.#rules),
      // A root that only includes matches nothing itself, and decides over what it includes.
      used: drafts.length > 0 || bypass !== null,
      bypass,
      drafts,
      ...(tooMany ? { fault: 'it includes more than can be followed' } : {}),
    });
    this.#entries.set(proxy, { ...made, drafts });
    return made;
  }
}

/** What is not followed may be anywhere on the host. */
function wholeHost([first]: readonly ProxyMatch[]): MatchDraft | null {
  return first === undefined
    ? null
    : {
        ...first.draft,
        path: { type: 'unknown' },
        conditions: 0,
        uncertainty: 'includes-unfollowed',
        redirects: false,
      };
}

function add(
  matched: Map<KubeObject, MatchDraft[]>,
  source: KubeObject,
  draft: MatchDraft | null,
): void {
  if (draft === null) return;
  const drafts = matched.get(source);
  if (drafts === undefined) matched.set(source, [draft]);
  else drafts.push(draft);
}

function isCurrent({ looked }: RootMatches, { HTTPProxy }: Objects): boolean {
  for (const [key, found] of looked) if (HTTPProxy.get(key) !== found) return false;
  return true;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
