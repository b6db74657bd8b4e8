/** How a Gateway routes by HTTPRoutes (Gateway API, HTTPRouteRule): host, then path, then method. Nothing here is shared with the migration. */

export interface HttpRoute {
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches?: readonly {
        readonly path?: { readonly type: string; readonly value: string };
        readonly method?: string;
      }[];
      readonly backendRefs?: readonly object[];
    }[];
  };
}

export interface Sent {
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

/** The pipeline of the route that gets a request, or null where none does or it has no backend. */
export function pipelineOf(
  routes: readonly HttpRoute[],
  sent: Sent,
  isHostKept: boolean,
): string | null {
  const matched = routes.flatMap((route) =>
    (route.spec.hostnames ?? ['']).flatMap((hostname) => {
      const host = hostRank(hostname, sent.host);
      if (host === null) return [];
      const rules = route.spec.rules.flatMap((rule) =>
        (rule.matches ?? [{}]).flatMap((match) => {
          const path = pathRank(match.path ?? { type: 'PathPrefix', value: '/' }, sent.path);
          if (path === null || (match.method ?? sent.method) !== sent.method) return [];
          const rank = [host, path, match.method === undefined ? 0 : 1];
          return [{ rank, route, isServed: rule.backendRefs !== undefined }];
        }),
      );
      // Envoy keeps to the most specific host, also where none of its rules matches.
      return rules.length === 0 ? [{ rank: [host, -1, 0], route, isServed: false }] : rules;
    }),
  );
  const found = matched
    .filter(({ rank }) => isHostKept || rank[1] !== -1)
    .sort((a, b) => compare(b.rank, a.rank));
  const [first] = found;
  if (first === undefined || !first.isServed) return null;
  return first.route.metadata.annotations['watchword.dev/pipeline'] ?? null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((one, at) => one - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

export function hostRank(hostname: string, host: string): number | null {
  if (hostname === '') return 0;
  if (hostname === host) return 10_000;
  return hostname.startsWith('*.') && host.endsWith(hostname.slice(1)) ? hostname.length : null;
}

function pathRank({ type, value }: { type: string; value: string }, path: string): number | null {
  if (type === 'Exact') return value === path ? 10_000 : null;
  const prefix = value.replace(/\/$/, '');
  return path === prefix || path.startsWith(`${prefix}/`) ? prefix.length : null;
}
