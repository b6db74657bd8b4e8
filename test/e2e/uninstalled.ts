import assert from 'node:assert/strict';
import { answers } from './ask.ts';
import type { GatewaysUp } from './behind-gateways.ts';
import { helm, kubectl, until } from './commands.ts';
import { CHART, deploy, NAMESPACE, PEERS, uninstall } from './release.ts';
import { closedWhile } from './stays-closed.ts';
import type { Story } from './story.ts';

/** Kinds of what makes a gateway ask. */
const WIRING =
  'securitypolicy,backend.gateway.envoyproxy.io,backendtlspolicy,httproute,extensionservice,referencegrant,middleware.traefik.io,configmap';
const KINDS = `all,secret,serviceaccount,networkpolicy,poddisruptionbudget,role,rolebinding,${WIRING}`;
const CLUSTER_KINDS =
  'clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding';
const OURS = 'app.kubernetes.io/instance=watchword';
const PATH = '/demo/1';

/** `helm uninstall`: the gateways stay closed, until their owner says that they may open. */
export async function uninstalled(
  { chapter, step }: Story,
  { gateways: { contour, envoyGateway }, wired }: GatewaysUp,
): Promise<void> {
  chapter('Uninstall');
  const all = [...wired, ...PEERS, '--set', 'wiring.traefik.enabled=true'];
  await step('helm upgrade, with wiring', () => deploy(all).then(() => undefined));
  for (const gateway of [contour, envoyGateway]) await answers(gateway, PATH, 401, {}, 60);
  await step('nothing passes from an uninstall to the next install', async () => {
    let stayed = '';
    const tallies = await closedWhile([contour, envoyGateway], PATH, async () => {
      await uninstall();
      stayed = kindsOf(await until('the end of the rest', 60, onlyWiring));
      await deploy(all);
    });
    assert.match(stayed, /backend.*extensionservice.*httproute.*middleware.*securitypolicy/);
    const sent = tallies.map((one) => `${one.sent}`).join(' and ');
    return `${sent} requests without a token, none at the backend; ${stayed} stay`;
  });
  await step('another release does not take a guarded Gateway', async () => {
    const other = ['install', 'other', CHART, '--namespace', NAMESPACE, ...wired];
    await assert.rejects(helm(other), /is guarded by release watchword of namespace/);
  });
  await step('helm uninstall, where the owner says that the gateways may open', async () => {
    await deploy([...all, '--set', 'wiring.keep=false']);
    await uninstall();
    await answers(envoyGateway, PATH, 503);
    // The demo's backend is gone with the release: a route without one is a 503 too, so the policy itself is looked at.
    const left = ['get', 'securitypolicy,backend.gateway.envoyproxy.io', '--all-namespaces'];
    assert.equal(await kubectl([...left, '--selector', OURS, '--output=name']), '');
  });
  await step('nothing is left, once what earlier gateways had is taken away too', async () => {
    const where = ['--all-namespaces', '--selector', OURS, '--ignore-not-found'];
    await kubectl(['delete', `${WIRING},service`, ...where]);
    await until('the end of all objects', 60, async () =>
      (await left()).length === 0 ? true : undefined,
    );
  });
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
