import type { ConventionName } from '../../src/transport/forward-auth/convention.ts';
import type { Case } from './case.ts';
import { type Asked, CASES } from './cases.ts';

const PIPELINE_NAME = 'watchword.dev/pipeline';

/** The pipeline segment of the URL that says the same as the case's context, or null where a URL cannot say it. */
export function segmentFor({ context = {} }: Pick<Case, 'context'>): string | null {
  const ours = Object.keys(context).filter((name) => name.startsWith('watchword.dev/'));
  if (ours.length === 0) return '-';
  return ours.length === 1 && ours[0] === PIPELINE_NAME ? (context[PIPELINE_NAME] ?? null) : null;
}

/** The cases that can be asked over HTTP: a URL names a pipeline or none, and no default. */
export const HTTP_CASES: readonly Case[] = CASES.filter(
  (one) => segmentFor(one) !== null && one.notOverHttp === undefined,
);

/** Those that a gateway does as its recipe wires it. */
export const GATEWAY_CASES: readonly Case[] = HTTP_CASES.filter(
  ({ notThroughHttpGateways }) => notThroughHttpGateways === undefined,
);

/** Words of gateways, from the client's mouth, in front of a path that needs a token. Cases for real gateways only. */
export const FORGED_CASES: readonly Case[] = [
  ...(
    [
      ['x-original-url', 'http://orders.example.com/public/x'],
      ['x-original-uri', '/public/x'],
      ['x-original-method', 'OPTIONS'],
      ['x-forwarded-uri', '/public/x'],
      ['x-forwarded-method', 'OPTIONS'],
      ['x-forwarded-host', 'special.shop.example.com'],
      ['x-forwarded-prefix', '/public'],
      ['x-rewrite-url', '/public/x'],
      ['x-envoy-original-path', '/public/x'],
      ['x-envoy-auth-headers-to-remove', 'authorization'],
      ['forwarded', 'host=special.shop.example.com'],
      ['x-auth-request-redirect', '/public/x'],
    ] as const
  ).map(
    ([name, value]): Case => ({
      title: `${name} of a client changes nothing`,
      headers: [[name, value]],
      expect: { reason: 'token_missing' },
    }),
  ),
  {
    title: 'a source of another spelling changes nothing',
    headers: [
      ['x_original_uri', '/public/x'],
      ['x_forwarded_uri', '/public/x'],
      ['X-ORIGINAL-URI', '/public/x'],
      ['X-FORWARDED-URI', '/public/x'],
      ['X-Forwarded-Uri', '/public/y'],
    ],
    expect: { reason: 'token_missing' },
  },
  {
    title: 'the query cannot name a pipeline',
    path: '/orders/1?pipeline=public&/auth/traefik/named',
    expect: { reason: 'token_missing' },
  },
  {
    title: 'a path in the form of a check is a path',
    path: '/auth/nginx/named',
    expect: { reason: 'pipeline_missing' },
  },
];

type HeaderList = readonly (readonly [string, string])[];

/** A check as a gateway of that convention asks it. */
export interface HttpCheck {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: HeaderList;
}

/** Asks what the client asked, in a convention's words; what only the client says goes along. */
export function questionFor(
  convention: ConventionName,
  segment: string,
  { method, host, path, headers }: Asked,
): HttpCheck {
  const url = `/auth/${convention}/${segment}`;
  const own = { method: 'GET', host: 'watchword', path: url };
  switch (convention) {
    case 'envoy':
      return { method, host, path: `${url}${path}`, headers };
    case 'nginx':
      return {
        ...own,
        host,
        headers: [...headers, ['X-Original-Method', method], ['X-Original-URI', path]],
      };
    case 'ingress-nginx': {
      // A client's own X-Original-URL is overwritten by the controller.
      const passed = headers.filter(([name]) => name !== 'x-original-url');
      return {
        ...own,
        headers: [
          ...passed,
          ['X-Original-Method', method],
          ['X-Original-URL', `http://${host}${path}`],
        ],
      };
    }
    case 'traefik':
    case 'caddy':
    case 'haproxy':
    case 'apisix':
    case 'kong':
      return {
        ...own,
        headers: [
          ...headers,
          ['X-Forwarded-Method', method],
          ['X-Forwarded-Host', host],
          ['X-Forwarded-Uri', path],
        ],
      };
  }
}
