import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { type KubeObject, only, render, type Values } from './render.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

async function inFile<T>(
  name: string,
  text: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-rendered-'));
  try {
    await writeFile(join(folder, name), text);
    return await use(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function dataOf(objects: readonly KubeObject[], name: string): Readonly<Record<string, string>> {
  return only(objects, 'ConfigMap', name)['data'] as Readonly<Record<string, string>>;
}

/** Envoy's own verdict on a bootstrap; rejects with what it says. */
async function validate(bootstrap: unknown): Promise<void> {
  const envoy = await findEnvoy();
  // The whole configuration is in Envoy's message; its first lines are enough.
  const said = ({ stderr }: { stderr: string }): never => assert.fail(stderr.slice(0, 1_000));
  await inFile('envoy.yaml', stringify(bootstrap), (path) =>
    run(envoy, ['--mode', 'validate', '--config-path', path]).catch(said),
  );
}

describe('the configuration that the chart renders', () => {
  for (const name of ['default', 'demo', 'own-envoy'] as const) {
    test(`${name}: the program accepts it`, async () => {
      const { 'watchword.json': config = '' } = dataOf(await render(name), 'watchword');
      await inFile('watchword.json', config, (path) =>
        run(process.execPath, [PROGRAM, 'validate', '--config', path]),
      );
    });
  }

  test('listens where the Services, probes and Envoy look', async () => {
    const listen = async (values: Values): Promise<unknown> =>
      JSON.parse(dataOf(await render(values), 'watchword')['watchword.json'] ?? '').listen;
    const console = '127.0.0.1:9189';
    const both = { admin: '[::]:9190', grpc: '[::]:9191' };
    assert.deepEqual(await listen('default'), { ...both, console });
    assert.deepEqual(await listen({ console: { enabled: false } }), both);
    assert.deepEqual(await listen('demo'), {
      admin: '[::]:9190',
      console,
      grpc: 'unix:/run/watchword/authz.sock',
    });
    const files = {
      cert: '/etc/watchword-tls/tls.crt',
      clientCa: '/etc/watchword-tls/ca.crt',
      key: '/etc/watchword-tls/tls.key',
    };
    const tls = { secretName: 'a', clientCa: true };
    const http = { trustedPeers: ['10.0.0.0/8'] };
    const addresses = { ...both, console, http: '[::]:9180' };
    assert.deepEqual(await listen({ tls, forwardAuth: { enabled: true }, config: { http } }), {
      ...addresses,
      tls: files,
    });
    assert.deepEqual(await listen({ tls, forwardAuth: { enabled: true, tls: true } }), {
      ...addresses,
      tls: files,
      httpTls: files,
    });
  });
});

describe('the Envoy configuration that the chart renders', () => {
  for (const name of ['demo', 'own-envoy'] as const) {
    test(`${name}: Envoy accepts it`, async () => {
      await validate(parse(dataOf(await render(name), 'watchword-gateway')['envoy.yaml'] ?? ''));
    });
  }

  test('for an Envoy of the user: Envoy accepts filter and cluster, and they fail closed with a 503', async () => {
    const data = dataOf(await render('everything'), 'watchword-envoy');
    const filter = parse(data['filter.yaml'] ?? '') as {
      typed_config: Readonly<Record<string, unknown>>;
    };
    const cluster = parse(data['cluster.yaml'] ?? '') as unknown;
    assert.equal(filter.typed_config['failure_mode_allow'], false);
    assert.deepEqual(filter.typed_config['status_on_error'], { code: 'ServiceUnavailable' });
    const { listeners } = (parse(await template()) as { static_resources: { listeners: unknown } })
      .static_resources;
    await validate({
      static_resources: { listeners: withFilter(listeners, filter), clusters: [cluster, BACKEND] },
    });
  });

  test('for an Envoy with Watchword in its pods: Envoy accepts filter and cluster, and asks where the sidecar listens', async () => {
    const objects = await render({ wiring: { sidecar: { enabled: true, namespace: 'shop' } } });
    const data = dataOf(objects, 'watchword-sidecar-wiring');
    const filter = parse(data['filter.yaml'] ?? '') as unknown;
    const cluster = parse(data['cluster.yaml'] ?? '') as unknown;
    const { listeners } = (parse(await template()) as { static_resources: { listeners: unknown } })
      .static_resources;
    await validate({
      static_resources: { listeners: withFilter(listeners, filter), clusters: [cluster, BACKEND] },
    });
    const config = JSON.parse(dataOf(objects, 'watchword-sidecar')['watchword.json'] ?? '') as {
      listen: object;
    };
    assert.deepEqual(config.listen, { grpc: '127.0.0.1:9191', admin: '[::]:9190' });
    assert.match(
      data['cluster.yaml'] ?? '',
      /socket_address: \{ address: 127\.0\.0\.1, port_value: 9191 \}/,
    );
    const { spec } = parse(data['pods.yaml'] ?? '') as {
      spec: { template: { spec: { initContainers: readonly Record<string, unknown>[] } } };
    };
    const [container] = spec.template.spec.initContainers;
    assert.equal(container?.['restartPolicy'], 'Always', 'there before and after the gateway');
  });

  test('for Cilium: Envoy accepts the listener and the clusters, but for the discovery that Cilium adds', async () => {
    const { spec } = only(
      await render('everything'),
      'CiliumEnvoyConfig',
      'watchword-orders',
    ) as unknown as {
      spec: { resources: readonly Readonly<Record<string, unknown>>[] };
    };
    const plain = spec.resources.map(({ '@type': type, ...resource }) => ({
      type: String(type),
      resource,
    }));
    const listeners = plain
      .filter(({ type }) => type.endsWith('Listener'))
      .map(({ resource }) => ({
        ...resource,
        address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
      }));
    const clusters = plain
      .filter(({ type }) => type.endsWith('Cluster'))
      .map(({ resource }) => {
        const { eds_cluster_config: _discovery, ...rest } = resource;
        return { ...rest, type: 'STATIC' };
      });
    assert.equal(listeners.length, 1);
    assert.equal(clusters.length, 2);
    await validate({ static_resources: { listeners, clusters } });
  });
});

const BACKEND = { name: 'rest', type: 'STATIC', connect_timeout: '1s' };

/** A bootstrap to put the filter into: that of our own Envoy, with one backend. */
async function template(): Promise<string> {
  const routes = [{ name: 'rest', backend: { host: '127.0.0.1', port: 1 } }];
  const objects = await render({ gateway: { envoy: { enabled: true, routes } } });
  return dataOf(objects, 'watchword-gateway')['envoy.yaml'] ?? '';
}

/** The first listener, with another ext_authz filter in place of its own. */
function withFilter(listeners: unknown, filter: unknown): readonly unknown[] {
  const [gateway] = structuredClone(listeners) as [
    { filter_chains: [{ filters: [{ typed_config: { http_filters: unknown[] } }] }] },
  ];
  gateway.filter_chains[0].filters[0].typed_config.http_filters.splice(0, 1, filter);
  return [gateway];
}
