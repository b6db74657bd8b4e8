import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../deploy/support/child.ts';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { freePort } from '../../deploy/support/free-port.ts';
import { goTool } from '../cluster/programs.ts';
import { answers, bearer, type Gateway, threeAnswers } from './ask.ts';
import { type EnvoyResource, staticEnvoy } from './cilium-envoy.ts';
import { apply, kubeconfig, kubectl, until } from './commands.ts';
import { pageRouteTo } from './external-auth.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { addressOf, demoToken, deploy, NAMESPACE } from './release.ts';
import type { Story } from './story.ts';

const PLACE = 'watchword-e2e-cilium';
const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;
const GRANTED = `wiring.gatewayApi.enabled=true,wiring.gatewayApi.routeNamespaces={${PLACE}}`;

/**
 * The HTTPRoute of docs/gateways/gateway-api.md through a gateway that has the ExternalAuth filter (`GATEWAYS=all`): Cilium's
 * operator makes Envoy's resources of it, and a plain Envoy, in place of the one on Cilium's nodes, runs them.
 */
export async function behindCilium({ chapter, step }: Story): Promise<void> {
  chapter("Gateway API's ExternalAuth filter, by Cilium's operator");
  const source = fileURLToPath(new URL('cilium-operator', import.meta.url));
  const program = await step('the operator', () =>
    goTool(source, 'cilium-operator-v1.20.2', '.').then((path) => ({ path })),
  );
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'watchword-cilium-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  await makeOwnNamespace(PLACE);
  await step('helm upgrade, with wiring', async () => {
    await deploy(['--set', GRANTED]);
  });
  const operator = stack.use(await startOperator(program.path, folder));
  await apply(readFileSync(new URL('gateways/cilium.yaml', import.meta.url), 'utf8'));
  await backend();
  await apply(pageRouteTo(PLACE, NAMESPACE));
  const resources = await step('it turns the route of the page into resources of Envoy', () =>
    translated(operator),
  );
  const gateway: Gateway = {
    address: '127.0.0.1',
    port: await freePort(),
    host: 'orders.example.com',
  };
  const file = join(folder, 'envoy.json');
  writeFileSync(file, await staticEnvoy(resources, gateway.port));
  const args = ['--config-path', file, '--disable-hot-restart', '--log-level', 'warning'];
  stack.use(await startChild({ name: 'envoy', command: await findEnvoy(), args }));
  const token = await demoToken();
  await step('they ask Watchword', () => threeAnswers(gateway, token, PATHS));
  await step('nothing passes while no Watchword runs', async () => {
    await kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, '--replicas=0']);
    await answers(gateway, PATHS[0], 403, bearer(token), 60);
    return '403';
  });
  await kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, '--replicas=2']);
  await step('without the ReferenceGrant the route is closed', refused);
  await kubectl(['delete', 'namespace', PLACE, '--timeout=60s']);
}

/** On this machine, which reaches the API server as well as a pod does. */
async function startOperator(program: string, folder: string): Promise<Child> {
  const settings = {
    'k8s-kubeconfig-path': kubeconfig(),
    'k8s-namespace': PLACE,
    'enable-gateway-api': 'true',
    'enable-gateway-api-secrets-sync': 'false',
    'gateway-api-hostnetwork-enabled': 'true',
    'kube-proxy-replacement': 'true',
    'enable-envoy-config': 'true',
    'enable-ipv6': 'false',
    'enable-gops': 'false',
    'enable-metrics': 'false',
    'identity-allocation-mode': 'crd',
    ipam: 'kubernetes',
    // The node is not one of Cilium's.
    'set-cilium-is-up-condition': 'false',
    'set-cilium-node-taints': 'false',
    'remove-cilium-node-taints': 'false',
    'unmanaged-pod-watcher-interval': '0s',
    'operator-api-serve-addr': `127.0.0.1:${await freePort()}`,
    'shell-sock-path': join(folder, 'shell.sock'),
  };
  const settled = join(folder, 'operator');
  mkdirSync(settled);
  for (const [name, value] of Object.entries(settings)) writeFileSync(join(settled, name), value);
  const args = [`--config-dir=${settled}`];
  return startChild({ name: 'cilium-operator', command: program, args });
}

/** The Service of the page beside its route, with the demo's backend behind it. */
async function backend(): Promise<void> {
  const metadata = { name: 'orders', namespace: PLACE };
  const labels = { 'kubernetes.io/service-name': 'orders' };
  const address = await addressOf(NAMESPACE, 'watchword-demo-backend');
  const items = [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 8080 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels },
      addressType: 'IPv4',
      ports: [{ port: 8080 }],
      endpoints: [{ addresses: [address] }],
    },
  ];
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

async function translated(operator: Child): Promise<readonly EnvoyResource[]> {
  try {
    return await until('a CiliumEnvoyConfig with the filter', 60, async () => {
      const resources = await made();
      return JSON.stringify(resources).includes('ext_authz') ? resources : undefined;
    });
  } catch (error) {
    throw new Error(operator.complaint('no filter').message, { cause: error });
  }
}

async function made(): Promise<readonly EnvoyResource[]> {
  const args = ['get', 'ciliumenvoyconfig', 'cilium-gateway-public', '--namespace', PLACE];
  const { spec } = JSON.parse(await kubectl([...args, '--output=json'])) as {
    spec: { resources: readonly EnvoyResource[] };
  };
  return spec.resources;
}

async function refused(): Promise<string> {
  await kubectl(['delete', 'referencegrant', 'watchword-routes', '--namespace', NAMESPACE]);
  return until('a route that is answered with 500', 20, async () => {
    const routes = (await made()).find((one) => one['@type'].endsWith('.RouteConfiguration'));
    const text = JSON.stringify(routes);
    return /"status":500/.test(text) && !/"cluster":/.test(text) ? '500' : undefined;
  });
}
