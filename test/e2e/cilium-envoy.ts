import assert from 'node:assert/strict';
import { kubectl } from './commands.ts';

/** A resource of Envoy as a CiliumEnvoyConfig has it; each kind has its own fields. */
export interface EnvoyResource {
  readonly '@type': string;
  readonly name: string;
  readonly [field: string]: unknown;
}

interface EdsCluster extends EnvoyResource {
  /** `serviceName` is NAMESPACE/NAME:PORT. */
  readonly edsClusterConfig: { readonly serviceName: string };
}

/**
 * A static configuration of Envoy out of the resources that Cilium's operator made. What Cilium's agent does on a node is done
 * here: the route configuration is put into its place, and clusters get the endpoints of their Services.
 */
export async function staticEnvoy(
  resources: readonly EnvoyResource[],
  port: number,
): Promise<string> {
  const of = (kind: string): readonly EnvoyResource[] =>
    resources.filter((one) => one['@type'].endsWith(`.${kind}`));
  const [routes] = of('RouteConfiguration');
  const [listener] = of('Listener');
  assert.ok(routes !== undefined && listener !== undefined);
  const { '@type': _, ...routeConfig } = routes;
  const listening = JSON.stringify(listener, (key, value: unknown) => {
    if (key === 'socketAddress') return { address: '127.0.0.1', portValue: port };
    return isRds(value) ? { ...value, rds: undefined, routeConfig } : value;
  });
  const clusters = await Promise.all(of('Cluster').map((one) => withEndpoints(one as EdsCluster)));
  const { '@type': __, ...own } = JSON.parse(listening) as EnvoyResource;
  return JSON.stringify({ static_resources: { listeners: [own], clusters } });
}

function isRds(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'rds' in value;
}

async function withEndpoints({ '@type': _, edsClusterConfig, ...cluster }: EdsCluster) {
  const [, namespace = '', service = '', port = ''] =
    /^([^/]+)\/([^:]+):(\d+)$/.exec(edsClusterConfig.serviceName) ?? [];
  const selector = `kubernetes.io/service-name=${service}`;
  const args = ['get', 'endpointslice', '--namespace', namespace, '--selector', selector];
  const { items } = JSON.parse(await kubectl([...args, '--output=json'])) as {
    items: readonly { endpoints: readonly { addresses: readonly string[] }[] }[];
  };
  const addresses = items.flatMap(({ endpoints }) => endpoints.flatMap((one) => one.addresses));
  assert.ok(addresses.length > 0, `${edsClusterConfig.serviceName} has endpoints`);
  // The Services of the test have the same port as their pods.
  const lbEndpoints = addresses.map((address) => ({
    endpoint: { address: { socketAddress: { address, portValue: Number(port) } } },
  }));
  const loadAssignment = { clusterName: cluster.name, endpoints: [{ lbEndpoints }] };
  return { ...cluster, type: 'STATIC', loadAssignment };
}
