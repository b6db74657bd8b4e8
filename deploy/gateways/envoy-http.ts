import { stringify } from 'yaml';
import { FORM_HEADERS } from '../../src/policy/refusal-form.ts';
import { addressOf, cluster } from '../envoy/bootstrap.ts';
import type { Recipe, RecipeFile, Route, Site } from './recipe.ts';

type Settings = Readonly<Record<string, unknown>>;

const TYPE = 'type.googleapis.com/envoy.extensions';
const EXT_AUTHZ = 'envoy.filters.http.ext_authz';

/** Envoy with ext_authz over HTTP, as `envoy.yaml`. Run with `envoy -c envoy.yaml`. */
export function envoyHttpFiles(recipe: Recipe): readonly RecipeFile[] {
  const bootstrap = {
    static_resources: {
      listeners: [
        {
          name: 'gateway',
          address: addressOf(recipe.listen),
          filter_chains: [{ filters: [connectionManager(recipe)] }],
        },
      ],
      clusters: [
        cluster('watchword', recipe.watchword),
        cluster('backend', recipe.backend),
        ...(recipe.sites ?? []).map(({ host, backend }) => cluster(host, backend)),
      ],
    },
  };
  return [{ name: 'envoy.yaml', language: 'yaml', text: stringify(bootstrap, { lineWidth: 0 }) }];
}

function connectionManager(recipe: Recipe): Settings {
  const { sites = [] } = recipe;
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'gateway',
      normalize_path: true,
      merge_slashes: true,
      route_config: {
        // Watchword leaves the port out of the host, so what finds the route must, too.
        ignore_port_in_host_matching: true,
        virtual_hosts: [
          { name: 'all', domains: ['*'], routes: recipe.routes.map(route).reverse() },
          ...sites.map(virtualHost),
        ],
      },
      http_filters: [
        extAuthz(recipe),
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

const exactly = (names: readonly string[]): Settings => ({
  patterns: names.map((exact) => ({ exact, ignore_case: true })),
});

/** The filter, with a second for each answer. */
export function extAuthz({ watchword, identityHeaders, routes }: Recipe): Settings {
  return {
    name: EXT_AUTHZ,
    typed_config: {
      '@type': `${TYPE}.filters.http.ext_authz.v3.ExtAuthz`,
      transport_api_version: 'V3',
      http_service: {
        server_uri: { uri: `http://${watchword}`, cluster: 'watchword', timeout: '1s' },
        // The client's target follows it.
        path_prefix: `/auth/envoy/${routes[0]?.pipeline ?? '-'}`,
        // A check whose connection ends is asked again; the longest interval is the time-out of one attempt, too.
        retry_policy: {
          num_retries: 2,
          retry_on: 'connect-failure,reset',
          retry_back_off: { base_interval: '0.010s', max_interval: '1s' },
        },
        authorization_response: {
          // What x-envoy-auth-headers-to-remove names is removed from the client's request. Envoy takes no empty list.
          ...(identityHeaders.length > 0 && {
            allowed_upstream_headers: exactly(identityHeaders),
          }),
          allowed_client_headers: exactly([
            'www-authenticate',
            'retry-after',
            'cache-control',
            'content-type',
            'location',
          ]),
          dynamic_metadata_from_headers: { patterns: [{ prefix: 'watchword-' }] },
        },
      },
      // Method, path and Host are always sent; these are what a decision reads besides.
      allowed_headers: exactly([
        'authorization',
        'content-type',
        'origin',
        'access-control-request-method',
        'x-request-id',
        'connect-protocol-version',
        // What tells a browser from a program, for pipelines with a `refusal`.
        ...FORM_HEADERS,
      ]),
      failure_mode_allow: false,
      status_on_error: { code: 'ServiceUnavailable' },
      clear_route_cache: false,
    },
  };
}

function virtualHost({ host }: Site): Settings {
  return {
    name: host,
    domains: [host],
    routes: [{ match: { prefix: '/' }, route: { cluster: host } }],
  };
}

function route({ prefix }: Route): Settings {
  return {
    match: prefix === '/' ? { prefix } : { path_separated_prefix: prefix },
    route: { cluster: 'backend' },
  };
}
