import { fileURLToPath } from 'node:url';
import type { Gateway } from './ask.ts';
import { helm, kubectl, until } from './commands.ts';
import { IMAGE } from './images.ts';
import { makeOwnNamespace } from './own-objects.ts';

export const CHART = fileURLToPath(new URL('../../helm/watchword', import.meta.url));
/** The namespace of the release `watchword`. */
export const NAMESPACE = 'watchword-e2e';

const SETTINGS = [
  ...['--set', `image.repository=${IMAGE.repository}`, '--set', `image.tag=${IMAGE.tag}`],
  ...['--set', 'image.pullPolicy=Never', '--set', 'demo.enabled=true'],
];

/** Arguments of Helm: who may ask over HTTP. Which of the private addresses are pods' is the cluster's own. */
export const PEERS: readonly string[] = [
  '--set-json',
  'config.http.trustedPeers=["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"]',
];

/** The namespace, in which nothing may run that Pod Security `restricted` refuses. */
export function makeNamespace(): Promise<void> {
  return makeOwnNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
}

/** `helm install` or `helm upgrade` with the demo, waiting until all is ready. Gives what Helm says. */
export function deploy(values: readonly string[]): Promise<string> {
  const args = ['upgrade', '--install', 'watchword', CHART, '--namespace', NAMESPACE, ...SETTINGS];
  return helm([...args, ...values, '--wait', '--timeout', '120s']);
}

/** `helm uninstall`, waiting until what goes with it is gone. */
export function uninstall(): Promise<string> {
  return helm(['uninstall', 'watchword', '--namespace', NAMESPACE, '--wait', '--timeout', '90s']);
}

/** A token of the demo's issuer. */
export async function demoToken(): Promise<string> {
  const service = await addressOf(NAMESPACE, 'watchword-dev-issuer');
  return until('a token of the dev-issuer', 20, async () => {
    const answer = await fetch(`http://${service}:9400/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: 'demo',
        client_secret: 'demo-secret',
        audience: 'http://orders',
        grant_type: 'client_credentials',
      }),
      signal: AbortSignal.timeout(5_000),
    });
    const { access_token: token } = (await answer.json()) as { access_token?: string };
    return token;
  });
}

/** The ClusterIP of a Service, which this machine reaches. */
export async function addressOf(namespace: string, name: string): Promise<string> {
  return (
    await kubectl([
      'get',
      'service',
      name,
      '--namespace',
      namespace,
      '--output',
      'jsonpath={.spec.clusterIP}',
    ])
  ).trim();
}

/** A gateway at a Service's ClusterIP, port 80. */
export async function gatewayAt(
  namespace: string,
  service: string,
  host: string,
): Promise<Gateway> {
  return { address: await addressOf(namespace, service), port: 80, host };
}

/** Names of Watchword's own pods, also of those that are stopping. */
export function podNames(): Promise<readonly string[]> {
  return podsThat('{.items[*].metadata.name}');
}

/** The same, once none of them is stopping any more. */
export async function settledPods(): Promise<readonly string[]> {
  await until('the end of stopping pods', 60, async () => {
    const stopping = await podsThat('{.items[?(@.metadata.deletionTimestamp)].metadata.name}');
    return stopping.length === 0 ? true : undefined;
  });
  return podNames();
}

async function podsThat(path: string): Promise<readonly string[]> {
  const selector = 'app.kubernetes.io/name=watchword,app.kubernetes.io/instance=watchword';
  const args = ['get', 'pods', '--namespace', NAMESPACE, '--selector', selector];
  const names = await kubectl([...args, '--output', `jsonpath=${path}`]);
  return names
    .split(' ')
    .filter((name) => name !== '')
    .sort();
}

/** Replaces every pod, and waits until the new ones serve and the old ones are gone. */
export async function rollPods(): Promise<void> {
  const before = await podNames();
  await kubectl(['rollout', 'restart', 'deployment/watchword', '--namespace', NAMESPACE]);
  await kubectl([
    'rollout',
    'status',
    'deployment/watchword',
    '--namespace',
    NAMESPACE,
    '--timeout=120s',
  ]);
  await until('the end of the old pods', 60, async () => {
    const now = await podNames();
    return now.some((name) => before.includes(name)) ? undefined : true;
  });
}
