/** A pipeline behind the gateway. At least one of `prefix` and `hosts` says which requests go there. */
export interface Pipeline {
  /** The name of its cluster and route in Envoy. */
  readonly name: string;
  /** `HOST:PORT`. */
  readonly address: string;
  /** Requests at this path and below it, `/orders` or `/`. Default: `/`. */
  readonly prefix?: string;
  /** Virtual host domains without a port, as Envoy matches them, `orders.example.com` or `*.example.com`. Default: `*`. */
  readonly hosts?: readonly string[];
  /** What the route tells Watchword, `{ 'watchword.dev/pipeline': 'billings' }`. Default: nothing. */
  readonly contextExtensions?: Readonly<Record<string, string>>;
}

export interface BootstrapOptions {
  /** Port of the gateway on 127.0.0.1; 0 lets the kernel choose. */
  readonly port: number;
  /** Port of Envoy's admin interface on 127.0.0.1; 0 lets the kernel choose. */
  readonly adminPort: number;
  /** Watchword's gRPC listener: `HOST:PORT` or `unix:/PATH`. */
  readonly authz: string;
  readonly pipelines: readonly Pipeline[];
  /** Longest that Envoy waits for a decision. Default: `1s`. */
  readonly timeout?: string;
  /** Resolves dot segments and `//` before the check, so that what is checked is what is forwarded. Default: true. */
  readonly normalizePaths?: boolean;
  /** Sends headers as `header_map`, as they came, in place of one joined value a name. Default: false. */
  readonly encodeRawHeaders?: boolean;
  /** Asks `grpc.health.v1` whether Watchword takes checks. Default: false. */
  readonly healthCheck?: boolean;
  /** Lets requests pass when there is no answer. Only to show what a refusal is worth in such a gateway. Default: false. */
  readonly failOpen?: boolean;
  /** Lets WebSockets through. Default: false. */
  readonly webSockets?: boolean;
  /** `HOST:PORT` that takes spans as OTLP over gRPC: Envoy then traces every request. Default: none. */
  readonly traces?: string;
  /** File for one JSON line a request, with what Watchword said as dynamic metadata. Default: none. */
  readonly accessLog?: string;
}

type Settings = Readonly<Record<string, unknown>>;

const TYPE = 'type.googleapis.com/envoy.extensions';
const EXT_AUTHZ = 'envoy.filters.http.ext_authz';

/**
 * An Envoy bootstrap (v3 API, Envoy 1.40) that asks Watchword about every request that has a route and fails closed. Without a
 * route Envoy says 404 and asks nobody.
 */
export function bootstrap(options: BootstrapOptions): Settings {
  return {
    admin: { address: addressOf(`127.0.0.1:${options.adminPort}`) },
    static_resources: {
      listeners: [
        {
          name: 'gateway',
          address: addressOf(`127.0.0.1:${options.port}`),
          filter_chains: [{ filters: [connectionManager(options)] }],
        },
      ],
      clusters: [
        authzCluster(options),
        ...options.pipelines.map(pipelineCluster),
        ...(options.traces === undefined ? [] : [tracesCluster(options.traces)]),
      ],
    },
  };
}

function connectionManager(options: BootstrapOptions): Settings {
  const normalize = options.normalizePaths ?? true;
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'gateway',
      ...(normalize ? { normalize_path: true, merge_slashes: true } : {}),
      ...(options.webSockets === true ? { upgrade_configs: [{ upgrade_type: 'websocket' }] } : {}),
      ...(options.accessLog === undefined ? {} : { access_log: [accessLog(options.accessLog)] }),
      ...(options.traces === undefined ? {} : { tracing: TRACING }),
      route_config: {
        name: 'pipelines',
        // Watchword leaves the port out of the host. Where it counts here, `orders.example.com:81` falls to the virtual host `*`
        // and is judged as orders.example.com.
        ignore_port_in_host_matching: true,
        virtual_hosts: virtualHosts(options.pipelines),
      },
      http_filters: [
        extAuthz(options),
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

const TRACING: Settings = {
  random_sampling: { value: 100 },
  provider: {
    name: 'envoy.tracers.opentelemetry',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
      grpc_service: { envoy_grpc: { cluster_name: 'traces' } },
      service_name: 'gateway',
    },
  },
};

function extAuthz(options: BootstrapOptions): Settings {
  return {
    name: EXT_AUTHZ,
    typed_config: {
      '@type': `${TYPE}.filters.http.ext_authz.v3.ExtAuthz`,
      transport_api_version: 'V3',
      grpc_service: {
        envoy_grpc: { cluster_name: 'watchword' },
        timeout: options.timeout ?? '1s',
        // A check whose connection ends, perhaps for what another client did, is asked again within the time-out.
        retry_policy: {
          num_retries: 2,
          retry_on: 'connect-failure,refused-stream,reset,unavailable',
          // The longest interval is the time-out of one attempt, too (`convertCoreToRouteRetryPolicy`).
          retry_back_off: { base_interval: '0.010s', max_interval: options.timeout ?? '1s' },
        },
      },
      failure_mode_allow: options.failOpen ?? false,
      // Envoy says 403 by default, which a client takes for a final answer and does not repeat.
      status_on_error: { code: 'ServiceUnavailable' },
      // A route chosen again after the check would be one that nobody was asked about.
      clear_route_cache: false,
      include_peer_certificate: false,
      ...(options.encodeRawHeaders ? { encode_raw_headers: true } : {}),
    },
  };
}

function virtualHosts(pipelines: readonly Pipeline[]): readonly Settings[] {
  const byHosts = Map.groupBy(pipelines, (pipeline) => (pipeline.hosts ?? ['*']).join(' '));
  return [...byHosts].map(([hosts, group]) => ({
    name: group.map((pipeline) => pipeline.name).join('-'),
    domains: hosts.split(' '),
    routes: group.map(route),
  }));
}

function route({ name, prefix = '/', contextExtensions }: Pipeline): Settings {
  return {
    name,
    // A plain prefix would match /ordersx too.
    match: prefix === '/' ? { prefix } : { path_separated_prefix: prefix },
    route: { cluster: name },
    ...(contextExtensions && {
      typed_per_filter_config: {
        [EXT_AUTHZ]: {
          '@type': `${TYPE}.filters.http.ext_authz.v3.ExtAuthzPerRoute`,
          check_settings: { context_extensions: contextExtensions },
        },
      },
    }),
  };
}

function accessLog(path: string): Settings {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: {
        json_format: {
          method: '%REQ(:METHOD)%',
          path: '%REQ(:PATH)%',
          status: '%RESPONSE_CODE%',
          details: '%RESPONSE_CODE_DETAILS%',
          watchword: `%DYNAMIC_METADATA(${EXT_AUTHZ})%`,
        },
      },
    },
  };
}

const HTTP2: Settings = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${TYPE}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

function tracesCluster(address: string): Settings {
  return { ...cluster('traces', address), ...HTTP2 };
}

function authzCluster({ authz, healthCheck }: BootstrapOptions): Settings {
  return {
    ...cluster('watchword', authz),
    // Three by default: those whose connection ended are asked again all at once.
    circuit_breakers: { thresholds: [{ max_retries: 1000 }] },
    ...HTTP2,
    ...(healthCheck && {
      health_checks: [
        {
          timeout: '1s',
          interval: '2s',
          no_traffic_interval: '2s',
          unhealthy_threshold: 2,
          healthy_threshold: 1,
          grpc_health_check: {},
        },
      ],
    }),
  };
}

function pipelineCluster({ name, address }: Pipeline): Settings {
  return cluster(name, address);
}

/** A cluster with one fixed endpoint, `HOST:PORT` or `unix:/PATH`. */
export function cluster(name: string, address: string): Settings {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: addressOf(address) } }] }],
    },
  };
}

/** `config.core.v3.Address` of `HOST:PORT` or `unix:/PATH`. */
export function addressOf(address: string): Settings {
  if (address.startsWith('unix:')) return { pipe: { path: address.slice('unix:'.length) } };
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  return { socket_address: { address: address.slice(0, colon), port_value: port } };
}
