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

interface Parts {
  hosts: readonly string[];
  paths: readonly object[];
  methods: readonly string[];
}

/**
 * Reads a rule of `Host`, `Path`, `PathPrefix` and `Method` joined with `&&`, with several values each. Anything else is a
 * fault: half a rule would guard another set of requests.
 */
export function traefikMatches(rule: string): RuleMatches {
  const parts: Parts = { hosts: [], paths: [], methods: [] };
  for (const written of rule.split('&&')) {
    const term = withoutParentheses(written.trim());
    const calls = term.split('||').map((one) => CALL.exec(one.trim()));
    const names = new Set(calls.map((call) => call?.[1]));
    const [name] = names;
    if (name === undefined || names.size !== 1)
      return { ok: false, fault: `'${term}' is not of Host, Path, PathPrefix and Method alone` };
    const values = calls.flatMap((call) => valuesOf(call?.[2] ?? ''));
    if (!add(parts, name, values)) return { ok: false, fault: `${name} is there twice` };
  }
  const paths = parts.paths.length > 0 ? parts.paths.map((path) => ({ path })) : [{}];
  const methods = parts.methods.length > 0 ? parts.methods.map((method) => ({ method })) : [{}];
  const matches = paths.flatMap((path) => methods.map((method) => ({ ...path, ...method })));
  return { ok: true, hostnames: parts.hosts, matches };
}

function withoutParentheses(term: string): string {
  return /^\((?:[^()]|\([^()]*\))*\)$/.test(term) ? term.slice(1, -1).trim() : term;
}

function valuesOf(list: string): readonly string[] {
  return [...list.matchAll(/[`'"]([^`'"]*)[`'"]/g)].map((match) => match[1] ?? '');
}

function add(parts: Parts, name: string, values: readonly string[]): boolean {
  if (name === 'Host') {
    if (parts.hosts.length > 0) return false;
    parts.hosts = values;
  } else if (name === 'Method') {
    if (parts.methods.length > 0) return false;
    parts.methods = values;
  } else {
    if (parts.paths.length > 0) return false;
    const type = name === 'Path' ? 'Exact' : 'PathPrefix';
    parts.paths = values.map((value) => ({ type, value }));
  }
  return true;
}
