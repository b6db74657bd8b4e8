import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../../deploy/support/child.ts';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { until } from '../../deploy/support/until.ts';

/** A real Envoy before some Watchword instances. */
export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** Instances that Envoy finds healthy. */
  healthy(): Promise<number>;
  /** What Envoy counted of checks; `error` are those without an answer. */
  checks(): Promise<Readonly<Record<'ok' | 'denied' | 'error', number>>>;
}

const TYPE = 'type.googleapis.com/envoy.extensions';
const ADMIN_ADDRESS = 'admin-address';

/** Starts Envoy; its files are in the folder. */
export async function startGateway(
  folder: string,
  port: number,
  instances: readonly number[],
): Promise<Gateway> {
  const file = join(folder, 'envoy.json');
  await writeFile(file, JSON.stringify(bootstrap(port, instances)));
  await using stack = new AsyncDisposableStack();
  const child = stack.use(
    await startChild({
      name: 'Envoy',
      command: await findEnvoy(),
      args: [
        ...['--config-path', file, '--admin-address-path', join(folder, ADMIN_ADDRESS)],
        ...['--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'],
      ],
    }),
  );
  const admin = await adminOf(child, folder);
  const healthy = async (): Promise<number> =>
    Number(/membership_healthy: (\d+)/.exec(await admin('membership_healthy'))?.[1] ?? 0);
  await until('healthy instances behind Envoy', async () =>
    (await healthy()) === instances.length ? true : undefined,
  );
  const owned = stack.move();
  return {
    port,
    healthy,
    checks: async () => {
      const stats = await admin('http.gateway.ext_authz');
      const count = (name: string): number =>
        Number(new RegExp(`ext_authz\\.${name}: (\\d+)`).exec(stats)?.[1] ?? 0);
      return { ok: count('ok'), denied: count('denied'), error: count('error') };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function adminOf(child: Child, folder: string): Promise<(filter: string) => Promise<string>> {
  const address = await until('the admin address of Envoy', async () => {
    if (!child.isRunning()) throw child.complaint('did not start');
    const text = await readFile(join(folder, ADMIN_ADDRESS), 'utf8').catch(() => '');
    return text.trim() === '' ? undefined : text.trim();
  });
  return async (filter) => (await fetch(`http://${address}/stats?filter=${filter}`)).text();
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * Envoy answers for the backend itself, so that the machine is busy with what is measured. Health checks take an instance that
 * drains out of use while it still answers; a check that is lost all the same is asked again, which is safe, since a
 * check changes nothing.
 */
function bootstrap(port: number, instances: readonly number[]): Settings {
  return {
    admin: { address: local(0) },
    static_resources: {
      listeners: [
        {
          name: 'gateway',
          address: local(port),
          filter_chains: [{ filters: [connectionManager()] }],
        },
      ],
      clusters: [authzCluster(instances)],
    },
  };
}

function connectionManager(): Settings {
  const answer = { status: 200, body: { inline_string: 'ok' } };
  const routes = [{ match: { prefix: '/' }, direct_response: answer }];
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'gateway',
      normalize_path: true,
      merge_slashes: true,
      route_config: { virtual_hosts: [{ name: 'orders', domains: ['*'], routes }] },
      http_filters: [
        {
          name: 'envoy.filters.http.ext_authz',
          typed_config: {
            '@type': `${TYPE}.filters.http.ext_authz.v3.ExtAuthz`,
            transport_api_version: 'V3',
            grpc_service: {
              envoy_grpc: { cluster_name: 'watchword' },
              timeout: '1s',
              retry_policy: {
                num_retries: 2,
                retry_on: 'unavailable,connect-failure,refused-stream,reset',
              },
            },
            failure_mode_allow: false,
            status_on_error: { code: 'ServiceUnavailable' },
          },
        },
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function authzCluster(instances: readonly number[]): Settings {
  return {
    name: 'watchword',
    type: 'STATIC',
    // Turn about, one instance could get all tokens of one key, and the other all of the next.
    lb_policy: 'RANDOM',
    connect_timeout: '1s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${TYPE}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    health_checks: [
      {
        timeout: '1s',
        interval: '0.5s',
        no_traffic_interval: '0.5s',
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        grpc_health_check: {},
      },
    ],
    load_assignment: {
      cluster_name: 'watchword',
      endpoints: [
        { lb_endpoints: instances.map((instance) => ({ endpoint: { address: local(instance) } })) },
      ],
    },
  };
}

function local(port: number): Settings {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
