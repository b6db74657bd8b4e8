import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { answers, bearer, threeAnswers } from './ask.ts';
import { apply, kubectl } from './commands.ts';
import { importIstio } from './istio-images.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { demoToken, deploy, gatewayAt, NAMESPACE, uninstall } from './release.ts';
import { STANDING, standingBackend } from './standing-backend.ts';
import { closedWhile, staysClosed, staysClosedFromTheStart } from './stays-closed.ts';
import type { Story } from './story.ts';

const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;
const WIRED = [
  '--set',
  'wiring.istio.enabled=true',
  '--set-json',
  'wiring.istio.selector={"istio":"ingress"}',
];

/** Istio's ingress gateway (`GATEWAYS=all`), joined by the chart's policy and by the provider that NOTES print. */
export async function behindIstio({ chapter, step }: Story): Promise<void> {
  chapter('Behind Istio');
  await step('its images', importIstio);
  await makeOwnNamespace('istio-system');
  await standingBackend();
  const { notes } = await step('helm upgrade, with wiring', async () => ({
    notes: await deploy(WIRED),
  }));
  await step('istiod and a gateway, with the extensionProviders of NOTES', () => startIstio(notes));
  const gateway = await gatewayAt('istio-system', 'ingress', 'istio.example.com');
  const token = await demoToken();
  await step('a VirtualService', () => threeAnswers(gateway, token, PATHS));
  await step('nothing passes while no Watchword runs', async () => {
    await kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, '--replicas=0']);
    await answers(gateway, PATHS[0], 503, bearer(token), 60);
    await kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, '--replicas=2']);
    await answers(gateway, PATHS[0], 200, bearer(token), 60);
    return '503';
  });
  await step('nothing passes while all pods go and come back', () =>
    staysClosed([gateway], PATHS[0]),
  );
  await step('nothing passes when the gateway and Watchword start together', () =>
    staysClosedFromTheStart([gateway], PATHS[0], ['istio-system']),
  );
  await step('nothing passes from an uninstall to the next install', () =>
    closedWhile([gateway], PATHS[0], async () => {
      await uninstall();
      await deploy(WIRED);
    }).then(([one]) => `${one?.sent} requests without a token, none at the backend`),
  );
  await kubectl(['delete', 'namespace', '--timeout=120s', 'istio-system']);
}

async function startIstio(notes: string): Promise<void> {
  const from = notes.indexOf('  extensionProviders:');
  const setting = parse(notes.slice(from).split('\n\n')[0] ?? '') as Readonly<
    Record<string, unknown>
  >;
  assert.ok(Array.isArray(setting['extensionProviders']));
  const mesh = {
    rootNamespace: 'istio-system',
    trustDomain: 'cluster.local',
    defaultProviders: { metrics: [] },
    ...setting,
  };
  const metadata = { name: 'istio', namespace: 'istio-system' };
  await apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { mesh: JSON.stringify(mesh) },
    }),
  );
  await apply(readFileSync(new URL('gateways/istio.yaml', import.meta.url), 'utf8'));
  for (const name of ['istiod', 'ingress']) {
    await kubectl([
      'rollout',
      'status',
      `deployment/${name}`,
      '--namespace',
      'istio-system',
      '--timeout=120s',
    ]);
  }
  const destination = {
    host: `${STANDING}.${NAMESPACE}.svc.cluster.local`,
    port: { number: 8080 },
  };
  await apply(
    JSON.stringify({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'demo', namespace: NAMESPACE },
      spec: {
        gateways: ['istio-system/web'],
        hosts: ['istio.example.com'],
        http: [{ route: [{ destination }] }],
      },
    }),
  );
}
