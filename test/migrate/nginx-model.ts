import fc from 'fast-check';
import { hostRank, type Sent } from './gateway-model.ts';
import type { Guarded } from './guarded.ts';

/** Random Ingresses of ingress-nginx, and which of them nginx takes for a request. */

export interface Ingress {
  readonly host: string;
  readonly authorizer: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly paths: readonly { readonly path: string; readonly pathType: string }[];
}

export const ingresses = fc
  .array(
    fc.record<Ingress>({
      host: fc.constantFrom('', 'a.example.com', 'b.example.com', '*.example.com'),
      authorizer: fc.constantFrom(null, 'http://one/', 'http://one/', 'http://two/'),
      annotations: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        {},
        {},
        { 'use-regex': 'true' },
        { 'rewrite-target': '/' },
        { 'whitelist-source-range': '10.0.0.0/8' },
        { 'auth-type': 'basic' },
        { 'configuration-snippet': 'deny all;' },
      ),
      paths: fc.array(
        fc.oneof(
          fc.record({
            path: fc.constantFrom('/', '/api', '/api/v1', '/admin', '/x', '/users'),
            pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
          }),
          fc.record({
            path: fc.constantFrom(
              ...[
                '/api(/|$)(.*)',
                '/(admin|ops)',
                '/(.*)',
                '/users/[0-9]+',
                '/a.*',
                '/api/|/admin',
              ],
            ),
            pathType: fc.constant('ImplementationSpecific'),
          }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  // Two locations of one text are one, of whichever Ingress is older.
  .filter((all) => {
    const places = all.flatMap(({ host, paths }) => paths.map(({ path }) => `${host} ${path}`));
    return new Set(places).size === places.length;
  });

const PREFIX = 'nginx.ingress.kubernetes.io/';

export function ingressObject(ingress: Ingress, index: number): object {
  const { host, authorizer, annotations, paths } = ingress;
  const all = { ...annotations, ...(authorizer === null ? {} : { 'auth-url': authorizer }) };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `i${index}`,
      namespace: 'shop',
      annotations: Object.fromEntries(
        Object.entries(all).map(([key, value]) => [PREFIX + key, value]),
      ),
    },
    spec: {
      rules: [
        {
          ...(host === '' ? {} : { host }),
          http: { paths: paths.map((path) => ({ ...path, backend })) },
        },
      ],
    },
  };
}

/** The Ingress whose location nginx takes (controller's nginx.tmpl and sorting of locations), as who guards it. */
export function guardedByNginx(all: readonly Ingress[], { host, path }: Sent): readonly Guarded[] {
  const servers = [...new Set(all.map((one) => one.host))]
    .flatMap((name) => {
      const rank = hostRank(name, host);
      return rank === null ? [] : [{ name, rank }];
    })
    .sort((a, b) => b.rank - a.rank);
  const own = all.filter((one) => one.host === servers[0]?.name);
  const isRegex = own.some(
    ({ annotations }) => 'use-regex' in annotations || 'rewrite-target' in annotations,
  );
  const locations = own
    .flatMap((ingress) => ingress.paths.map((one) => ({ ingress, ...one })))
    .sort((a, b) => b.path.length - a.path.length);
  const found = isRegex
    ? locations.find((one) => new RegExp(`^${one.path}`, 'i').test(path))
    : (locations.find((one) => one.pathType === 'Exact' && one.path === path) ??
      locations.find((one) => one.pathType !== 'Exact' && isUnder(path, one)));
  if (found === undefined) return [];
  const { authorizer, annotations } = found.ingress;
  const isRefusing = Object.keys(annotations).some((name) => /range|auth-type|snippet/.test(name));
  return [{ authorizers: authorizer === null ? [] : [authorizer], isRefusing }];
}

function isUnder(
  path: string,
  { path: own, pathType }: { path: string; pathType: string },
): boolean {
  if (pathType === 'ImplementationSpecific') return path.startsWith(own);
  return path === own || path.startsWith(own.endsWith('/') ? own : `${own}/`);
}
