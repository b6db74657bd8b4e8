import assert from 'node:assert/strict';
import { answers, type Gateway } from './ask.ts';
import { type GatewaysUp, manifest } from './behind-gateways.ts';
import { helm, kubectl, until } from './commands.ts';
import { ownNamespaces } from './own-objects.ts';
import { CHART, deploy, NAMESPACE, PEERS, uninstall } from './release.ts';
import { STANDING, standingBackend } from './standing-backend.ts';
import { closedWhile } from './stays-closed.ts';
import type { Story } from './story.ts';

/** Kinds of what makes a gateway ask. */
const WIRING =
  'securitypolicy,backend.gateway.envoyproxy.io,backendtlspolicy,httproute,extensionservice,referencegrant,middleware.traefik.io,configmap,service';
const KINDS = `all,secret,serviceaccount,networkpolicy,poddisruptionbudget,role,rolebinding,${WIRING}`;
const CLUSTER_KINDS =
  'clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding';
const OURS = 'app.kubernetes.io/instance=watchword';
const PATH = '/demo/1';
const HOST = 'standing.example.com';

/** `helm uninstall`: the gateways stay closed, until their owner says that they may open. */
export async function uninstalled({ chapter, step }: Story, up: GatewaysUp): Promise<void> {
  chapter('Uninstall');
  const all = [...up.wired, ...PEERS, '--set', 'wiring.traefik.enabled=true'];
  await step('helm upgrade, with wiring', () => deploy(all).then(() => undefined));
  const guarded = await step('routes to a backend that does not go with the release', () =>
    standingRoutes([up.gateways.contour, up.gateways.envoyGateway]),
  );
  await step('nothing passes from an uninstall to the next install', async () => {
    let stayed = '';
    const tallies = await closedWhile(guarded, PATH, async () => {
      await uninstall();
      stayed = kindsOf(await until('the end of the rest', 60, onlyWiring));
      await deploy(all);
    });
    assert.match(stayed, /backend.*extensionservice.*httproute.*middleware.*securitypolicy/);
    const sent = tallies.map((one) => `${one.sent}`).join(' and ');
    return `${sent} requests without a token, none at the backend; ${stayed} stay`;
  });
  await step('another release does not take a guarded Gateway', async () => {
    const other = ['install', 'other', CHART, '--namespace', NAMESPACE, ...up.wired];
    await assert.rejects(helm(other), /is guarded by release watchword of namespace/);
  });
  await step('helm uninstall, where the owner says that the gateways may open', async () => {
    await deploy([...all, '--set', 'wiring.keep=false']);
    await uninstall();
    // Open on purpose; Contour still names what it asks in a file of its own, and refuses.
    for (const [index, status] of [403, 200].entries())
      await answers(guarded[index] ?? up.gateways.contour, PATH, status);
  });
  await step('nothing is left, once what earlier gateways had is taken away too', async () => {
    for (const namespace of await ownNamespaces()) {
      const where = ['--namespace', namespace, '--selector', OURS, '--ignore-not-found'];
      await kubectl(['delete', WIRING, ...where]);
    }
    await until('the end of all objects', 60, async () =>
      (await left()).length === 0 ? true : undefined,
    );
  });
}

/** The routes of `routes.yaml` under hosts of their own. Gives the gateways, asked for these hosts. */
async function standingRoutes(gateways: readonly Gateway[]): Promise<readonly Gateway[]> {
  await standingBackend();
  const routes = manifest('routes')
    .replaceAll('watchword-demo-backend', STANDING)
    .replaceAll('{ name: demo }', `{ name: ${STANDING} }`)
    .replaceAll('example.com', HOST);
  await kubectl(['apply', '--namespace', NAMESPACE, '--filename', '-'], routes);
  const guarded = gateways.map((one) => ({ ...one, host: one.host.replace('example.com', HOST) }));
  for (const gateway of guarded) await answers(gateway, PATH, 401, {}, 60);
  return guarded;
}

/** What is left, once that is nothing but wiring. */
async function onlyWiring(): Promise<readonly string[] | undefined> {
  const kinds = new RegExp(`^(${WIRING.replaceAll(',', '|')})\\b`);
  const objects = await left();
  return objects.every((object) => kinds.test(object)) ? objects : undefined;
}

function kindsOf(objects: readonly string[]): string {
  return [...new Set(objects.map((object) => object.split(/[./]/)[0]))].sort().join(', ');
}

async function left(): Promise<readonly string[]> {
  const list = async (kinds: string): Promise<string> =>
    kubectl([
      'get',
      kinds,
      '--all-namespaces',
      '--selector',
      OURS,
      '--output=name',
      '--ignore-not-found',
    ]);
  const text = `${await list(KINDS)}${await list(CLUSTER_KINDS)}`;
  return text.split('\n').filter((line) => line !== '');
}
