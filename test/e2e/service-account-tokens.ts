import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, answers, bearer, type Gateway } from './ask.ts';
import { apply, kubectl, OWN_CLUSTER } from './commands.ts';
import { IMAGE } from './images.ts';
import { type KeysPage, keysPage } from './keys-page.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { deploy, gatewayAt, NAMESPACE } from './release.ts';
import { rightsTaken } from './rights-taken.ts';
import { changedToken } from './signed-by-cluster.ts';
import type { Story } from './story.ts';

const SHOP = 'watchword-e2e-shop';
const PATH = '/orders/1';
const SUBJECT = `system:serviceaccount:${SHOP}:checkout`;
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:watchword`;

/** The cluster itself as the issuer: docs/keys.md, word for word but for the names of namespace and images. */
export async function serviceAccountTokens({ chapter, step }: Story): Promise<void> {
  chapter('Tokens of service accounts');
  const page = keysPage(SHOP);
  await makeOwnNamespace(SHOP);
  await step('helm upgrade, with the values of docs/keys.md', () => install(page));
  await apply(JSON.stringify(page.account));
  const gateway = await gatewayAt(NAMESPACE, 'watchword-gateway', 'orders.example.com');
  const token = (await kubectl(page.createToken)).trim();
  await step('a token for the audience passes, with its subject', () => passes(gateway, token));
  await step('none, another audience, another account', () => refused(gateway, page));
  await step('an expired one, signed by the key of the cluster', () => expired(gateway, token));
  await step('the projected token of a pod, sent by the pod', () => fromPod(page));
  await step('a deleted service account counts until the end of its tokens', async () => {
    await kubectl(['delete', 'serviceaccount', 'checkout', '--namespace', SHOP]);
    await answers(gateway, PATH, 200, bearer(token));
  });
  await step('Watchword itself may read the keys and nothing else', leastRights);
  await step('without the right the keys stay, and it is said', () => rightsTaken(gateway, token));
  await kubectl(['delete', 'namespace', SHOP, '--wait=false']);
}

async function install({ values, findIssuer }: KeysPage): Promise<string> {
  const { issuer } = JSON.parse(await kubectl(findIssuer)) as { issuer: string };
  const [cluster] = values.config.issuers;
  assert.ok(cluster);
  if (OWN_CLUSTER) assert.equal(cluster.issuer, issuer);
  cluster.issuer = issuer;
  await backend();
  const folder = mkdtempSync(join(tmpdir(), 'watchword-values-'));
  try {
    const file = join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    // One pod, so that one set of keys is looked at.
    await deploy(['--values', file, '--set', 'replicas=1,stopDelaySeconds=1']);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return issuer;
}

/** The Service `orders` of the page: the demo's backend under another name. */
async function backend(): Promise<void> {
  const args = ['get', 'service', 'watchword-demo-backend', '--namespace', NAMESPACE];
  const { spec } = JSON.parse(await kubectl([...args, '--output=json'])) as {
    spec: { selector: unknown; ports: { targetPort: unknown }[] };
  };
  const ports = [{ port: 8080, targetPort: spec.ports[0]?.targetPort }];
  await apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'orders', namespace: NAMESPACE },
      spec: { selector: spec.selector, ports },
    }),
  );
}

async function passes(gateway: Gateway, token: string): Promise<string> {
  const forged = { 'x-auth-subject': 'system:serviceaccount:kube-system:admin' };
  const answer = await answers(gateway, PATH, 200, { ...bearer(token), ...forged });
  const { headers } = JSON.parse(answer.body) as { headers: Readonly<Record<string, string>> };
  assert.equal(headers['x-auth-subject'], SUBJECT);
  return SUBJECT;
}

async function refused(gateway: Gateway, { createToken }: KeysPage): Promise<string> {
  assert.equal(reasonOf(await answers(gateway, PATH, 401)), 'token_missing');
  const made = (...args: readonly string[]): Promise<string> =>
    kubectl(['create', 'token', ...args]).then((text) => text.trim());
  const other = createToken.map((word) => (word === 'http://orders' ? 'http://bills' : word));
  await kubectl(['create', 'serviceaccount', 'checkout', '--namespace', NAMESPACE]);
  const audience = ['--audience', 'http://orders'];
  const cases = [
    [(await kubectl(other)).trim(), 401, 'audience_wrong'],
    [await made('checkout', '--namespace', SHOP), 401, 'audience_wrong'],
    [await made('default', '--namespace', SHOP, ...audience), 403, 'claim_refused'],
    [await made('checkout', '--namespace', NAMESPACE, ...audience), 403, 'claim_refused'],
  ] as const;
  for (const [token, status, reason] of cases) {
    assert.equal(reasonOf(await answers(gateway, PATH, status, bearer(token), 2)), reason);
  }
  await kubectl(['delete', 'serviceaccount', 'checkout', '--namespace', NAMESPACE]);
  return '401 token_missing, twice 401 audience_wrong, twice 403 claim_refused';
}

async function expired(gateway: Gateway, token: string): Promise<string> {
  if (!OWN_CLUSTER) return 'not tried: the key of this cluster is not at hand';
  const past = Math.floor(Date.now() / 1000) - 60;
  const old = changedToken(token, { iat: past - 600, nbf: past - 600, exp: past });
  assert.equal(reasonOf(await answers(gateway, PATH, 401, bearer(old), 2)), 'token_expired');
  // The forger's own work is good: the same token with time left passes.
  await answers(gateway, PATH, 200, bearer(changedToken(token, { jti: randomUUID() })), 2);
  return '401 token_expired';
}

/** The page's pod, with our image in place of the caller's, for its Node.js. */
async function fromPod({ pod }: KeysPage): Promise<string> {
  const [container] = pod.spec.containers;
  assert.ok(container);
  Object.assign(container, {
    image: `${IMAGE.repository}:${IMAGE.tag}`,
    imagePullPolicy: 'Never',
    command: ['/usr/local/bin/node', '--eval', 'setInterval(() => undefined, 1e6)'],
  });
  await apply(JSON.stringify(pod));
  const where = ['checkout', '--namespace', SHOP];
  await kubectl(['wait', 'pod', '--for=condition=Ready', '--timeout=60s', ...where]);
  const program = `
    const token = require('node:fs').readFileSync('/var/run/secrets/tokens/orders', 'utf8');
    fetch('http://watchword-gateway.${NAMESPACE}${PATH}', { headers: { authorization: 'Bearer ' + token } })
      .then(async (answer) => console.log(answer.status, (await answer.json()).headers['x-auth-subject']));`;
  const said = await kubectl(['exec', ...where, '--', '/usr/local/bin/node', '--eval', program]);
  assert.equal(said.trim(), `200 ${SUBJECT}`);
  await kubectl(['delete', 'pod', ...where, '--grace-period=0', '--force', '--wait=false']);
  return said.trim();
}

/** What `kubectl auth can-i --list` shows of any service account of this cluster, and what of ours: one path is the difference. */
async function leastRights(): Promise<string> {
  const rights = async (account: string): Promise<readonly string[]> => {
    const args = ['auth', 'can-i', '--list', '--no-headers', `--as=${account}`];
    const lines = (await kubectl([...args, '--namespace', NAMESPACE])).split('\n');
    return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim()).filter((line) => line !== '');
  };
  const anyone = await rights(`system:serviceaccount:${NAMESPACE}:default`);
  const more = (await rights(ACCOUNT)).filter((line) => !anyone.includes(line));
  const own = more.filter((line) => !line.includes('/openid/v1/jwks'));
  assert.deepEqual(own, []);
  return more.join('; ') || 'as any service account';
}

function reasonOf({ body }: Answer): unknown {
  return (JSON.parse(body) as { reason?: unknown }).reason;
}
