import assert from 'node:assert/strict';
import { answers, bearer, type Gateway, threeAnswers } from './ask.ts';
import { kubectl } from './commands.ts';
import { importOther } from './images.ts';
import { whileLoaded } from './load.ts';
import { startPrometheus } from './prometheus.ts';
import {
  demoToken,
  deploy,
  gatewayAt,
  NAMESPACE,
  podNames,
  rollPods,
  settledPods,
} from './release.ts';
import { staysClosed } from './stays-closed.ts';
import type { Story } from './story.ts';
import { helmTest, nothingLost, resources } from './story-steps.ts';

const OWN = ['--set', 'gateway.envoy.enabled=true'];
const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;

/** helm install with our own Envoy, its three answers, metrics, a changed configuration and a roll-out under load. */
export async function ownEnvoy({ chapter, step }: Story): Promise<void> {
  chapter('Our own Envoy in front of a backend');
  await step('the image of Envoy', () => importOther('envoyproxy/envoy:distroless-v1.40.0'));
  await step('helm install', async () => firstLine(await deploy(OWN)));
  const gateway = await gatewayAt(NAMESPACE, 'watchword-gateway', 'demo.example.com');
  const token = await demoToken();
  await step('a request without a token, with one, with too little', () =>
    threeAnswers(gateway, token, PATHS),
  );
  await step('helm test', helmTest);
  await step('what a pod takes', resources);
  await scraped(step, gateway);
  await step('a changed configuration counts without a restart', () => changed(gateway, token));
  await step('roll-out under load', async () =>
    nothingLost(await whileLoaded(gateway, PATHS[0], token, rollPods)),
  );
  // Envoy is in the pods of Watchword, so that both start together each time.
  await step('nothing passes while all pods go and come back', () =>
    staysClosed([gateway], PATHS[0]),
  );
}

async function scraped(step: Story['step'], gateway: Gateway): Promise<void> {
  await using prometheus = await step('a real Prometheus', async () => startPrometheus());
  await step('its count of the refusals grows with them', async () => {
    const counter =
      'sum(watchword_decisions_total{outcome="deny",reason="token_missing",pipeline="demo"})';
    // Both pods are in one count only after both were scraped.
    await prometheus.value('count(watchword_build_info)', (value) => value === 2);
    const before = await prometheus.value(counter, (value) => value >= 1);
    for (let sent = 0; sent < 5; sent += 1) await answers(gateway, PATHS[0], 401);
    const now = await prometheus.value(counter, (value) => value >= before + 5);
    assert.equal(now, before + 5);
    return `${before}, then ${now}`;
  });
  await step('the alert about the dev-issuer is pending', async () => {
    await prometheus.value('ALERTS{alertname="WatchwordDevIssuer"}', (value) => value === 1);
  });
}

/** A new pipeline through the ConfigMap. */
async function changed(gateway: Gateway, token: string): Promise<string> {
  await answers(gateway, '/late/1', 403, bearer(token));
  const before = await settledPods();
  const pipelines = [
    { name: 'late', match: [{ paths: ['/late/**'] }], require: { issuers: ['demo'] } },
  ];
  await deploy([...OWN, '--set-json', `config.pipelines=${JSON.stringify(pipelines)}`]);
  const start = performance.now();
  // The kubelet brings a changed ConfigMap to the pods within its sync period.
  await answers(gateway, '/late/1', 200, bearer(token), 100);
  assert.deepEqual(await podNames(), before);
  assert.match(await kubectl(['get', 'pods', '--namespace', NAMESPACE]), /Running/);
  return `after ${((performance.now() - start) / 1000).toFixed(1)} s, with the same pods`;
}

function firstLine(notes: string): string {
  return notes.split('\n').find((line) => line.startsWith('Watchword ')) ?? 'no NOTES';
}
