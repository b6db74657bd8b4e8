import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answers, ask, bearer, type Gateway } from './ask.ts';
import { apply, kubectl, OWN_CLUSTER, until } from './commands.ts';
import { NAMESPACE, settledPods } from './release.ts';
import { withUnknownKey } from './signed-by-cluster.ts';

const PATH = '/orders/1';
/** What Kubernetes gives to every service account, and what the chart gives to its own. */
const BINDINGS = [
  'system:service-account-issuer-discovery',
  `${NAMESPACE}-watchword-keys`,
] as const;

/**
 * Takes the right to read the cluster's keys away, as a hardened cluster does and then as nobody should, and gives it back. A
 * token with an invented `kid` makes Watchword fetch at once: 401 says that it could, 503 that it could not.
 */
export async function rightsTaken(gateway: Gateway, token: string): Promise<string> {
  if (!OWN_CLUSTER) return 'not tried: the bindings of this cluster are not ours';
  const [everyones, own] = BINDINGS;
  const saved = await Promise.all(BINDINGS.map(binding));
  try {
    await kubectl(['delete', 'clusterrolebinding', everyones]);
    await fetches(gateway, token, 401, 'key_unknown');
    await kubectl(['delete', 'clusterrolebinding', own]);
    await fetches(gateway, token, 503, 'keys_unavailable');
    await answers(gateway, PATH, 200, bearer(token));
    const { body } = await admin('/readyz');
    assert.match(
      body,
      /jwks: it answered 403: this pod's service account needs a ClusterRole with/,
    );
    assert.match((await admin('/metrics')).body, /watchword_jwks_stale\{issuer="cluster"\} 1/);
  } finally {
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: saved }));
  }
  await until('fresh keys', 40, async () => {
    const fresh = /watchword_jwks_stale\{issuer="cluster"\} 0/.test((await admin('/metrics')).body);
    return fresh || undefined;
  });
  return 'the chart does not need what Kubernetes gives to all; without both 403 in /readyz';
}

async function fetches(
  gateway: Gateway,
  token: string,
  status: number,
  reason: string,
): Promise<void> {
  await until(`${status} ${reason}`, 20, async () => {
    const answer = await ask(gateway, PATH, bearer(withUnknownKey(token, randomUUID())));
    if (answer.status !== status) return undefined;
    assert.equal((JSON.parse(answer.body) as { reason: unknown }).reason, reason);
    return true;
  });
}

async function binding(name: string): Promise<unknown> {
  const got = await kubectl(['get', 'clusterrolebinding', name, '--output=json']);
  const object = JSON.parse(got) as { metadata: Record<string, unknown> };
  for (const field of ['resourceVersion', 'uid', 'creationTimestamp', 'managedFields']) {
    delete object.metadata[field];
  }
  return object;
}

/** An answer of the pod's admin listener. */
async function admin(path: string): Promise<{ body: string }> {
  const [pod = ''] = await settledPods();
  const args = ['get', 'pod', pod, '--namespace', NAMESPACE, '--output=jsonpath={.status.podIP}'];
  return { body: await (await fetch(`http://${await kubectl(args)}:9190${path}`)).text() };
}
