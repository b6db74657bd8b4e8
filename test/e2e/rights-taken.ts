import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answers, ask, bearer, type Gateway } from './ask.ts';
import { apply, CommandError, kubectl, OWN_CLUSTER, until } from './commands.ts';
import { NAMESPACE, settledPods } from './release.ts';
import { withUnknownKey } from './signed-by-cluster.ts';

const PATH = '/orders/1';
const KEYS = '/openid/v1/jwks';
/** What Kubernetes gives to every service account, and what the chart gives to its own. */
const EVERYONES = 'system:service-account-issuer-discovery';
const OWN = `${NAMESPACE}-watchword-keys`;

/**
 * Takes the right to read the cluster's keys away, as a hardened cluster does and then as nobody should, and gives it back.
 */
export async function rightsTaken(gateway: Gateway, token: string): Promise<string> {
  if (!OWN_CLUSTER) return 'not tried: the bindings of this cluster are not ours';
  const saved = await Promise.all([EVERYONES, OWN].map(binding));
  try {
    await taken(EVERYONES, 'default');
    assert.deepEqual(await fetched(gateway, token, 'success'), [401, 'key_unknown']);
    await taken(OWN, 'watchword');
    assert.deepEqual(await fetched(gateway, token, 'failure'), [503, 'keys_unavailable']);
    await answers(gateway, PATH, 200, bearer(token));
    const refusal = /jwks: it answered 403: this pod's service account needs a ClusterRole with/;
    assert.match(await admin('/readyz'), refusal);
    assert.match(await admin('/metrics'), /watchword_jwks_stale\{issuer="cluster"\} 1/);
  } finally {
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: saved }));
  }
  await until('fresh keys', 60, async () => {
    return /watchword_jwks_stale\{issuer="cluster"\} 0/.test(await admin('/metrics')) || undefined;
  });
  return 'the chart does not need what Kubernetes gives to all; without both 403 in /readyz';
}

/** Deletes a binding and waits until a service account has lost the right. */
async function taken(name: string, account: string): Promise<void> {
  await kubectl(['delete', 'clusterrolebinding', name]);
  const who = `--as=system:serviceaccount:${NAMESPACE}:${account}`;
  await until(`${account} without the right`, 20, async () => {
    const said = await kubectl(['auth', 'can-i', 'get', KEYS, who]).catch((error: unknown) =>
      error instanceof CommandError ? error.said : Promise.reject(error),
    );
    return said.startsWith('no') || undefined;
  });
}

/** Sends tokens with an invented `kid` until one has caused a fetch that ended so; the answer to that one. */
async function fetched(
  gateway: Gateway,
  token: string,
  result: 'success' | 'failure',
): Promise<readonly [status: number, reason: unknown]> {
  const before = await fetches(result);
  return until(`a fetch with ${result}`, 30, async () => {
    const invented = withUnknownKey(token, randomUUID());
    const { status, body } = await ask(gateway, PATH, bearer(invented));
    if ((await fetches(result)) === before) return undefined;
    return [status, (JSON.parse(body) as { reason: unknown }).reason] as const;
  });
}

async function fetches(result: string): Promise<number> {
  const labels = `issuer="cluster",result="${result}",trigger="unknown_kid"`;
  const line = new RegExp(`^watchword_jwks_fetches_total\\{${labels}\\} (\\d+)$`, 'm');
  return Number(line.exec(await admin('/metrics'))?.[1] ?? 0);
}

async function binding(name: string): Promise<unknown> {
  const got = await kubectl(['get', 'clusterrolebinding', name, '--output=json']);
  const object = JSON.parse(got) as { metadata: Record<string, unknown> };
  for (const field of ['resourceVersion', 'uid', 'creationTimestamp', 'managedFields']) {
    delete object.metadata[field];
  }
  return object;
}

/** What the pod's admin listener says. */
async function admin(path: string): Promise<string> {
  const [pod = ''] = await settledPods();
  const args = ['get', 'pod', pod, '--namespace', NAMESPACE, '--output=jsonpath={.status.podIP}'];
  return (await fetch(`http://${await kubectl(args)}:9190${path}`)).text();
}
