import assert from 'node:assert/strict';
import { helm, kubectl, until } from './commands.ts';
import { NAMESPACE } from './release.ts';
import type { Story } from './story.ts';

const KINDS =
  'all,configmap,secret,serviceaccount,networkpolicy,poddisruptionbudget,role,rolebinding,securitypolicy,httproute,extensionservice,referencegrant,middleware.traefik.io';
const CLUSTER_KINDS =
  'clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding';
const OURS = 'app.kubernetes.io/instance=watchword';

/** `helm uninstall` leaves nothing of ours, in no namespace. */
export async function uninstalled({ chapter, step }: Story): Promise<void> {
  chapter('Uninstall');
  await step('helm uninstall', async () => {
    const before = await left();
    assert.ok(before.length > 5, before.join(' '));
    await helm(['uninstall', 'watchword', '--namespace', NAMESPACE, '--wait', '--timeout', '90s']);
    return `${before.length} objects before`;
  });
  await step('nothing is left', async () => {
    await until('the end of all objects', 60, async () =>
      (await left()).length === 0 ? true : undefined,
    );
  });
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
