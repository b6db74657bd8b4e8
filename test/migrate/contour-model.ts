import { hostRank, type Sent } from './gateway-model.ts';

/** How Contour routes by HTTPProxies (internal/dag, internal/envoy): host, then exact over prefix, longer over shorter. Nothing here is shared with the migration. */

export interface HttpProxy {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly virtualhost?: {
      readonly fqdn: string;
      readonly tls?: { readonly secretName: string };
      readonly authorization?: { readonly extensionRef: object };
    };
    readonly includes?: readonly { readonly namespace?: string; readonly name: string }[];
    readonly routes?: readonly {
      readonly conditions: readonly { readonly exact?: string; readonly prefix?: string }[];
      readonly services?: readonly object[];
      readonly directResponsePolicy?: { readonly statusCode: number };
    }[];
  };
}

interface Found {
  readonly rank: number;
  readonly proxy: HttpProxy;
  readonly isServed: boolean;
}

/** The pipeline of the HTTPProxy whose route gets a request; null where none does or it has no backend. */
export function pipelineBehindContour(proxies: readonly HttpProxy[], sent: Sent): string | null {
  const roots = proxies
    .filter(({ spec }) => spec.virtualhost !== undefined)
    .flatMap((root) => {
      const rank = hostRankOf(root.spec.virtualhost?.fqdn ?? '', sent.host);
      return rank === null ? [] : [{ root, rank }];
    })
    .sort((a, b) => b.rank - a.rank);
  const root = roots[0]?.root;
  if (root === undefined) return null;
  const included = (root.spec.includes ?? []).map((one) =>
    proxies.find(
      ({ metadata }) =>
        metadata.name === one.name &&
        metadata.namespace === (one.namespace ?? root.metadata.namespace),
    ),
  );
  const found = [root, ...included]
    .flatMap((proxy) => (proxy === undefined ? [] : routesFor(proxy, sent.path)))
    .sort((a, b) => b.rank - a.rank);
  const [first] = found;
  if (first === undefined || !first.isServed) return null;
  return first.proxy.metadata.annotations?.['watchword.dev/pipeline'] ?? null;
}

/** `*` is one name there. */
function hostRankOf(fqdn: string, host: string): number | null {
  const rank = hostRank(fqdn, host);
  const isOneName = fqdn.split('.').length === host.split('.').length;
  return fqdn.startsWith('*.') && !isOneName ? null : rank;
}

function routesFor(proxy: HttpProxy, path: string): readonly Found[] {
  return (proxy.spec.routes ?? []).flatMap(({ conditions: [condition = {}], services }) => {
    const { exact, prefix } = condition;
    const isServed = services !== undefined;
    if (exact !== undefined) return exact === path ? [{ rank: 10_000, proxy, isServed }] : [];
    const text = prefix ?? '/';
    return path.startsWith(text) ? [{ rank: text.length, proxy, isServed }] : [];
  });
}
