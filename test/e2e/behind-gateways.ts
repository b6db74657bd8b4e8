import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { parse } from 'yaml';
import { answers, bearer, type Gateway, threeAnswers } from './ask.ts';
import { apply, kubeconfig, kubectl, run, until } from './commands.ts';
import { notServedOpen } from './external-auth.ts';
import { overHttps, putHttpsSecret } from './https.ts';
import { importOther, programOf } from './images.ts';
import { whileLoaded } from './load.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { addressOf, demoToken, deploy, gatewayAt, NAMESPACE, rollPods } from './release.ts';
import { staysClosed, staysClosedFromTheStart } from './stays-closed.ts';
import type { Story } from './story.ts';
import { helmTest, nothingLost } from './story-steps.ts';

const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;
const GATEWAYS = 'watchword-e2e-gateways';
const WIRED = [
  ...['--set', 'wiring.contour.enabled=true', '--set', 'wiring.envoyGateway.enabled=true'],
  ...[
    '--set',
    `wiring.envoyGateway.gateways[0].name=public,wiring.envoyGateway.gateways[0].namespace=${GATEWAYS}`,
  ],
];

/** A gateway with what it answers while no Watchword runs: 503 where it lets us say so. */
interface Wired {
  readonly title: string;
  readonly gateway: Gateway;
  readonly withoutWatchword: number;
  /** What clients forge in place of the usual. */
  readonly forged?: OutgoingHttpHeaders;
  /** Whether it asks over HTTPS too. */
  readonly https: boolean;
}

/** The gateways that were brought up, for what is tried behind them later. */
export interface GatewaysUp {
  readonly gateways: { readonly contour: Gateway; readonly envoyGateway: Gateway };
  readonly token: string;
  /** Arguments of Helm that wire them. */
  readonly wired: readonly string[];
}

/** Contour and Envoy Gateway, joined to Watchword by what the chart rendered and by nothing else. */
export async function behindGateways({ chapter, step }: Story): Promise<GatewaysUp> {
  chapter('Behind Contour and Envoy Gateway');
  await step('their images', async () => {
    await importOther('projectcontour/contour:v1.33.8');
    await importOther('envoyproxy/gateway:v1.9.1');
  });
  for (const name of [GATEWAYS, 'projectcontour', 'envoy-gateway-system'])
    await makeOwnNamespace(name);
  for (const name of [NAMESPACE, GATEWAYS]) await putHttpsSecret(name);
  await step('an Envoy Gateway without Backends is found before anything changes', withoutBackends);
  const notes = await step('helm upgrade, with wiring for both', () =>
    deploy(WIRED).then((text) => ({ text })),
  );
  await step('helm test', helmTest);
  await step('Contour, with the globalExtAuth of NOTES', () => startContour(notes.text));
  await step('Envoy Gateway', startEnvoyGateway);
  await kubectl(['apply', '--namespace', NAMESPACE, '--filename', '-'], manifest('routes'));
  const contour = await gatewayAt('projectcontour', 'envoy', 'ingress.example.com');
  const address = await until('an address of the Gateway', 60, () => gatewayAddress());
  const envoyGateway = { address, port: 80, host: 'route.example.com' };
  const all: readonly Wired[] = [
    { title: 'Contour, Ingress', gateway: contour, withoutWatchword: 403, https: false },
    {
      title: 'Contour, HTTPProxy',
      gateway: { ...contour, host: 'proxy.example.com' },
      withoutWatchword: 403,
      https: true,
    },
    {
      title: 'Envoy Gateway, HTTPRoute',
      gateway: envoyGateway,
      withoutWatchword: 503,
      // It answers underscores in names of headers with a 400 by itself.
      forged: { 'x-auth-subject': 'admin' },
      https: true,
    },
  ];
  const token = await demoToken();
  for (const { title, gateway, forged, https } of all) {
    const manners = forged === undefined ? {} : { forged };
    await step(title, () => threeAnswers(gateway, token, PATHS, manners));
    if (https)
      await step(`${title}, over HTTPS`, () =>
        threeAnswers(overHttps(gateway), token, PATHS, manners),
      );
  }
  for (const { title, gateway } of [all[0], all[2]].filter((one) => one !== undefined)) {
    await step(`roll-out under load: ${title}`, async () =>
      nothingLost(await whileLoaded(gateway, PATHS[0], token, rollPods)),
    );
  }
  await step('Envoy Gateway: a filter ExternalAuth, which it has not got, is not left out', () =>
    notServedOpen({ address, port: 80, host: '' }, token, [
      { name: 'public', namespace: GATEWAYS },
    ]),
  );
  const secure = all
    .filter(({ https }) => https)
    .map((one) => ({ ...one, title: `${one.title}, HTTPS`, gateway: overHttps(one.gateway) }));
  await step('nothing passes while no Watchword runs', () => closed([...all, ...secure], token));
  await step('nothing passes while all pods go and come back', () =>
    staysClosed([contour, envoyGateway], PATHS[0]),
  );
  await step('nothing passes when the gateways and Watchword start together', () =>
    staysClosedFromTheStart([contour, envoyGateway], PATHS[0], [
      'projectcontour',
      'envoy-gateway-system',
    ]),
  );
  return { gateways: { contour, envoyGateway }, token, wired: WIRED };
}

/** Envoy Gateway's own configuration, as its chart writes it by default, is there before Watchword. */
async function withoutBackends(): Promise<string> {
  const metadata = { name: 'envoy-gateway-config', namespace: 'envoy-gateway-system' };
  const data = { 'envoy-gateway.yaml': 'extensionApis: {}' };
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  const message = /needs extensionApis\.enableBackend: true/;
  await assert.rejects(deploy(WIRED), message);
  await kubectl(['delete', 'configmap', metadata.name, '--namespace', metadata.namespace]);
  return 'the upgrade is refused';
}

async function closed(all: readonly Wired[], token: string): Promise<string> {
  const scale = (replicas: number): Promise<string> =>
    kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, `--replicas=${replicas}`]);
  await scale(0);
  for (const { gateway, withoutWatchword } of all)
    await answers(gateway, PATHS[0], withoutWatchword, bearer(token), 60);
  await scale(2);
  for (const { gateway } of all) await answers(gateway, PATHS[0], 200, bearer(token), 60);
  return all.map(({ title, withoutWatchword }) => `${title} ${withoutWatchword}`).join(', ');
}

/** Takes Contour's setting out of NOTES, as a user does. */
async function startContour(notes: string): Promise<void> {
  const from = notes.indexOf('  globalExtAuth:');
  const setting = notes.slice(from).split('\n\n')[0] ?? '';
  const { globalExtAuth } = parse(setting) as { globalExtAuth: { extensionService: string } };
  assert.equal(globalExtAuth.extensionService, `${NAMESPACE}/watchword`);
  await apply(manifest('contour'));
  const data = { 'contour.yaml': JSON.stringify({ globalExtAuth }) };
  const metadata = { name: 'contour', namespace: 'projectcontour' };
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  for (const name of ['contour', 'envoy']) await rolledOut('projectcontour', name);
}

async function startEnvoyGateway(): Promise<void> {
  const program = await programOf('envoyproxy/gateway:v1.9.1');
  const environment = { KUBECONFIG: kubeconfig(), ENVOY_GATEWAY_NAMESPACE: 'envoy-gateway-system' };
  await run(program, ['certgen', '--disable-topology-injector'], { environment });
  await apply(manifest('envoy-gateway'));
  await rolledOut('envoy-gateway-system', 'envoy-gateway');
  const wait = ['wait', 'gateway/public', '--for=condition=Programmed', '--timeout=90s'];
  await kubectl([...wait, '--namespace', GATEWAYS]);
}

async function gatewayAddress(): Promise<string | undefined> {
  const path = 'jsonpath={.status.addresses[0].value}';
  const address = await kubectl([
    'get',
    'gateway',
    'public',
    '--namespace',
    GATEWAYS,
    '--output',
    path,
  ]);
  return address.trim() || undefined;
}

async function rolledOut(namespace: string, name: string): Promise<void> {
  await kubectl([
    'rollout',
    'status',
    `deployment/${name}`,
    '--namespace',
    namespace,
    '--timeout=90s',
  ]);
  await addressOf(namespace, name);
}

export function manifest(name: 'contour' | 'envoy-gateway' | 'routes'): string {
  return readFileSync(new URL(`gateways/${name}.yaml`, import.meta.url), 'utf8');
}
