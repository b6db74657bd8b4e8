import type { RoutePath } from './contended.ts';
import {
  isRouteHost,
  isRoutePath,
  literalPrefixes,
  MAX_HOSTS,
  MAX_MATCHES,
  ROUTE_METHODS,
} from './http-match.ts';

/** What a rule of Traefik matches, in the words of the Gateway API. */
type RuleMatches =
  | {
      readonly ok: true;
      readonly hostnames: readonly string[];
      readonly matches: readonly RouteMatch[];
    }
  | { readonly ok: false; readonly fault: string };

/** A match of an HTTPRoute. */
export interface RouteMatch {
  readonly path?: RoutePath;
  readonly method?: string;
}

/** Where the requests of a rule are. */
export interface RulePlace {
  /** Null where those are not known, so that nothing can hold the place. */
  readonly hosts: readonly string[] | null;
  readonly matches: readonly RouteMatch[];
  /** Why `matches` are longest literal prefixes and not what the rule says; null where they are. */
  readonly fault: string | null;
}

/** The place of a rule: what it matches, or what begins alike. */
export function placeOfRule(rule: string): RulePlace {
  const match = traefikMatches(rule);
  if (match.ok) return { hosts: match.hostnames, matches: match.matches, fault: null };
  const { hosts, prefixes } = literalPlace(rule);
  const isFitting = hosts !== null && hosts.length <= MAX_HOSTS && prefixes.length <= MAX_MATCHES;
  return {
    hosts: isFitting ? hosts : null,
    matches: prefixes.map((value) => ({ path: { type: 'PathPrefix', value } })),
    fault: match.fault,
  };
}

/** The hosts and the longest literal prefixes of a rule, out of the matchers that all have to hold. */
function literalPlace(rule: string): {
  hosts: readonly string[] | null;
  prefixes: readonly string[];
} {
  const terms = splitOutside(rule, '&&');
  const isSplit = splitOutside(rule, '||').length > 1;
  if (isSplit) return { hosts: null, prefixes: ['/'] };
  const calls = terms.map((term) => /^(\w+)\((.*)\)$/s.exec(withoutParentheses(term.trim())));
  const valuesBy = (name: string) =>
    calls.filter((call) => call?.[1] === name).map((call) => valuesOf(call?.[2] ?? ''));
  const [hosts = []] = valuesBy('Host');
  const isAnyHost = !/\bHost/.test(rule);
  const isKnown = hosts.length > 0 && hosts.every((host) => isRouteHost(host.toLowerCase()));
  const literal = [...valuesBy('Path'), ...valuesBy('PathPrefix')][0]?.map((value) =>
    // A template of Traefik 2, `/items/{id:[0-9]+}`.
    literalPrefixes(value.replace(/[{(].*$/s, '(').replace(/[\\^$.|?*+[\]}]/g, '\\$&')),
  );
  const expression = valuesBy('PathRegexp')[0]?.map((value) =>
    value.startsWith('^') ? literalPrefixes(value) : ['/'],
  );
  return {
    hosts: isKnown ? hosts.map((host) => host.toLowerCase()) : isAnyHost ? [] : null,
    prefixes: (literal ?? expression ?? [['/']]).flat(),
  };
}

/** The parts of a rule between operators that are in no parentheses and no quotes. */
function splitOutside(rule: string, operator: '&&' | '||'): readonly string[] {
  const blank = (inner: string): string => ' '.repeat(inner.length);
  let outside = rule.replace(/`[^`]*`|'[^']*'|"[^"]*"/g, blank);
  for (let before = ''; before !== outside; ) {
    before = outside;
    outside = outside.replace(/\([^()]*\)/g, blank);
  }
  const ends = [...outside.matchAll(operator === '&&' ? /&&/g : /\|\|/g)].map(({ index }) => index);
  return [...ends, rule.length].map((end, at) =>
    rule.slice(at === 0 ? 0 : (ends[at - 1] ?? 0) + 2, end),
  );
}

const CALL =
  /^(Host|Path|PathPrefix|Method)\(((?:`[^`]*`|'[^']*'|"[^"]*")(?:\s*,\s*(?:`[^`]*`|'[^']*'|"[^"]*"))*)\)$/;

/** What an HTTPRoute can say of the values of each matcher; several matchers of one part would have to be joined. */
const MATCHERS: Readonly<
  Record<string, { readonly part: Part; readonly isSaid: (value: string) => boolean }>
> = {
  Host: { part: 'hosts', isSaid: (value) => isRouteHost(value.toLowerCase()) },
  Path: { part: 'paths', isSaid: isRoutePath },
  PathPrefix: { part: 'paths', isSaid: isRoutePath },
  Method: { part: 'methods', isSaid: (value) => ROUTE_METHODS.includes(value.toUpperCase()) },
};

type Part = 'hosts' | 'paths' | 'methods';

/** A matcher with its values. */
interface Term {
  readonly matcher: string;
  readonly part: Part;
  readonly values: readonly string[];
}

/**
 * Reads a rule of `Host`, `Path`, `PathPrefix` and `Method` joined with `&&`, with several values each. Anything else is a
 * fault: half a rule would guard another set of requests.
 */
function traefikMatches(rule: string): RuleMatches {
  const terms = new Map<Part, Term>();
  const written = rule.split('&&').map((one) => one.trim());
  for (const one of written) {
    const term = termOf(one, written.length > 1);
    if (typeof term === 'string') return { ok: false, fault: term };
    if (terms.has(term.part)) return { ok: false, fault: `${term.matcher} is there twice` };
    terms.set(term.part, term);
  }
  const hostnames = terms.get('hosts')?.values.map((host) => host.toLowerCase()) ?? [];
  const path = terms.get('paths');
  const type = path?.matcher === 'Path' ? 'Exact' : 'PathPrefix';
  const paths: readonly RouteMatch[] = path?.values.map((value) => ({ path: { type, value } })) ?? [
    {},
  ];
  const methods = terms.get('methods')?.values.map((one) => ({ method: one.toUpperCase() })) ?? [
    {},
  ];
  const matches = paths.flatMap((one) => methods.map((method) => ({ ...one, ...method })));
  return hostnames.length > MAX_HOSTS || matches.length > MAX_MATCHES
    ? {
        ok: false,
        fault: `an HTTPRoute has at most ${MAX_HOSTS} hosts and ${MAX_MATCHES} matches`,
      }
    : { ok: true, hostnames, matches };
}

/** One matcher, several of one kind joined by `||`, or a fault. `&&` binds closer than `||`, so beside it those need parentheses. */
function termOf(written: string, isJoined: boolean): Term | string {
  const inner = withoutParentheses(written);
  const calls = inner.split('||').map((one) => CALL.exec(one.trim()));
  const names = new Set(calls.map((call) => call?.[1] ?? ''));
  const [matcher = ''] = names;
  const row = Object.hasOwn(MATCHERS, matcher) ? MATCHERS[matcher] : undefined;
  if (row === undefined || names.size !== 1 || (isJoined && calls.length > 1 && inner === written))
    return `'${written}' is not of Host, Path, PathPrefix and Method alone`;
  const values = calls.flatMap((call) => valuesOf(call?.[2] ?? ''));
  const unsaid = values.find((value) => !row.isSaid(value));
  return unsaid === undefined
    ? { matcher, part: row.part, values }
    : `an HTTPRoute cannot have the ${matcher} ${unsaid}`;
}

function withoutParentheses(term: string): string {
  return /^\((?:[^()]|\([^()]*\))*\)$/.test(term) ? term.slice(1, -1).trim() : term;
}

function valuesOf(list: string): readonly string[] {
  return [...list.matchAll(/[`'"]([^`'"]*)[`'"]/g)].map((match) => match[1] ?? '');
}
