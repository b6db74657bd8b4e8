/**
 * How gateways ask over HTTP. For each, exactly one source of the client's method, host and target: the same header is the
 * gateway's word behind one gateway and the client's own behind another, so nothing is ever looked for in a second place.
 */

/** Where a convention says what the client asked for. Header names are lower case. */
export type Source =
  | {
      readonly from: 'headers';
      readonly method: string;
      /** The host alone. */
      readonly host: string;
      /** Path and query. */
      readonly target: string;
    }
  | {
      readonly from: 'url-header';
      readonly method: string;
      /** Scheme, host, path and query in one: `https://orders.example.com/orders/1?x=y`. */
      readonly url: string;
    }
  /** The request line behind our path, and `Host`: the gateway repeats the client's request. */
  | { readonly from: 'request' };

export interface Convention {
  readonly source: Source;
  /** `any`: every status reaches the client. `auth-request`: 2xx, 401 and 403 have a meaning, all else becomes a 500. */
  readonly statuses: 'any' | 'auth-request';
  /** The header that names what is to be removed from the client's request; null where the gateway knows none. */
  readonly removal: string | null;
}

/** What removes headers in a recipe whose gateway runs Lua of ours. */
export const REMOVAL_HEADER = 'watchword-remove';

/** The `X-Forwarded-*` family, which these gateways overwrite on every check whatever the client sent. */
const FORWARDED: Source = {
  from: 'headers',
  method: 'x-forwarded-method',
  host: 'x-forwarded-host',
  target: 'x-forwarded-uri',
};

const CONVENTION_TABLE = {
  // auth_request sends nothing by itself: the recipe sets all three. $host, which chose the server, and not $http_host.
  nginx: {
    source: {
      from: 'headers',
      method: 'x-original-method',
      host: 'host',
      target: 'x-original-uri',
    },
    statuses: 'auth-request',
    removal: null,
  },
  // The controller sets X-Original-URL and X-Original-Method; a client's X-Original-URI may pass through.
  'ingress-nginx': {
    source: { from: 'url-header', method: 'x-original-method', url: 'x-original-url' },
    statuses: 'auth-request',
    removal: null,
  },
  traefik: { source: FORWARDED, statuses: 'any', removal: null },
  caddy: { source: FORWARDED, statuses: 'any', removal: null },
  haproxy: { source: FORWARDED, statuses: 'any', removal: REMOVAL_HEADER },
  // envoy.extensions.filters.http.ext_authz.v3.HttpService: path_prefix and the client's own method, target and Host.
  envoy: {
    source: { from: 'request' },
    statuses: 'any',
    removal: 'x-envoy-auth-headers-to-remove',
  },
  apisix: { source: FORWARDED, statuses: 'any', removal: null },
  kong: { source: FORWARDED, statuses: 'any', removal: REMOVAL_HEADER },
} as const satisfies Record<string, Convention>;

export type ConventionName = keyof typeof CONVENTION_TABLE;
export const CONVENTIONS: Readonly<Record<ConventionName, Convention>> = CONVENTION_TABLE;
export const CONVENTION_NAMES = Object.keys(CONVENTION_TABLE) as readonly ConventionName[];

/**
 * The status that a convention's gateway is told, where it must not let the request pass. A refusal stays one: 403 in place of a 400
 * that would be a server error, and of a 2xx, which every gateway takes for a pass.
 */
export function statusFor({ statuses }: Convention, http: number): number {
  if (http < 300) return 403;
  if (statuses === 'any') return http;
  // A redirect stands in place of a 401.
  if (http < 400) return 401;
  return http === 400 ? 403 : http;
}
