import { isRouteHost, isRoutePath, MOST_HOSTS, MOST_MATCHES, ROUTE_METHODS } from './http-match.ts';

/** What a rule of Traefik matches, in the words of the Gateway API. */
export type RuleMatches =
  | {
      readonly ok: true;
      readonly hostnames: readonly string[];
      readonly matches: readonly object[];
    }
  | { readonly ok: false; readonly fault: string };

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
export function traefikMatches(rule: string): RuleMatches {
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
  const paths = path?.values.map((value) => ({ path: { type, value } })) ?? [{}];
  const methods = terms.get('methods')?.values.map((one) => ({ method: one.toUpperCase() })) ?? [
    {},
  ];
  const matches = paths.flatMap((one) => methods.map((method) => ({ ...one, ...method })));
  return hostnames.length > MOST_HOSTS || matches.length > MOST_MATCHES
    ? {
        ok: false,
        fault: `an HTTPRoute has at most ${MOST_HOSTS} hosts and ${MOST_MATCHES} matches`,
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
