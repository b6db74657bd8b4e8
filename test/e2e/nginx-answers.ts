import assert from 'node:assert/strict';
import { answers, bearer, type Gateway } from './ask.ts';
import { kubectl } from './commands.ts';
import { NAMESPACE, podNames } from './release.ts';

/** An identity that the client made up, in both spellings. */
const FORGED = { 'x-auth-subject': 'admin', x_auth_subject: 'admin' };

/**
 * What the three requests of the tutorial get through nginx, which answers with a page of its own and passes on the challenge of
 * a 401 only: the reasons are those that Watchword counts for the pipelines. Gives them.
 */
export async function nginxAnswers(
  gateway: Gateway,
  token: string,
  [allowed, forbidden]: readonly [allowed: string, forbidden: string],
): Promise<string> {
  const missing = await answers(gateway, allowed, 401);
  assert.match(String(missing.headers['www-authenticate']), /^Bearer /);
  const headers = await received(gateway, allowed, { ...bearer(token), ...FORGED });
  assert.equal(headers['x-auth-subject'], 'demo@clients');
  assert.equal(headers['x_auth_subject'], undefined);
  const refused = await answers(gateway, forbidden, 403, bearer(token));
  assert.equal(refused.headers['www-authenticate'], undefined);
  const counted = await metrics();
  for (const [pipeline, reason] of [
    ['orders', 'token_missing'],
    ['orders', 'verified'],
    ['strict', 'scope_insufficient'],
  ] as const) {
    const series = `^watchword_decisions_total\\{pipeline="${pipeline}",[^}]*reason="${reason}"`;
    assert.match(counted, new RegExp(series, 'm'));
  }
  return '401 token_missing, 200 with the identity of the token, 403 scope_insufficient';
}

/** Headers that the backend got with a request that passed. */
export async function received(
  gateway: Gateway,
  path: string,
  sent: Parameters<typeof answers>[3],
): Promise<Readonly<Record<string, string>>> {
  const { body } = await answers(gateway, path, 200, sent);
  return (JSON.parse(body) as { headers: Readonly<Record<string, string>> }).headers;
}

/** Of all pods. */
async function metrics(): Promise<string> {
  const read = async (pod: string): Promise<string> => {
    const args = ['get', 'pod', pod, '--namespace', NAMESPACE];
    const address = await kubectl([...args, '--output', 'jsonpath={.status.podIP}']);
    return (await fetch(`http://${address}:9190/metrics`)).text();
  };
  return (await Promise.all((await podNames()).map(read))).join('\n');
}
