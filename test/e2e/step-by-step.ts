import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { answers, ask, bearer, type Gateway } from './ask.ts';
import { apply, kubectl, until } from './commands.ts';
import type { FirstGateway } from './first-gateways.ts';
import { whileLoaded } from './load.ts';
import { markOwnNamespace } from './own-objects.ts';
import type { FollowedPage } from './page.ts';
import {
  type Decisions,
  type Expected,
  identityIn,
  OWN_CONNECTION,
  sameAnswers,
} from './same-answers.ts';
import { OLD_USER } from './shop.ts';
import { nothingLost } from './story-steps.ts';

/** Where this run has what the page calls `shop`, `watchword`, `infra` and `eg`. */
export interface Places {
  readonly shop: string;
  readonly watchword: string;
  readonly infra: string;
  readonly gatewayClass: string;
  readonly image: { readonly repository: string; readonly tag: string };
}

const PATH = '/orders/1';

/** What the steps share. */
export interface Way {
  readonly page: FollowedPage;
  readonly places: Places;
  readonly firsts: readonly FirstGateway[];
  readonly decisions: Decisions;
  readonly expected: readonly Expected[];
  /** A token that the policies let pass. */
  readonly token: string;
}

/** Whatever token a client has, and the old authorizer's word for who it is. */
export async function askedAsBefore({ firsts }: Way, nginx: string): Promise<void> {
  await Promise.all(firsts.map(({ follow }) => follow(nginx)));
  for (const { reached } of firsts) {
    const gateway = await reached();
    await toldBy(gateway, 'any', OLD_USER);
    await answers(gateway, PATH, 401, OWN_CONNECTION);
  }
}

/** Step 1: migrate, validate, explain, install; taken back once. */
export async function writtenDown({ page, places, token }: Way): Promise<string> {
  await page.execute(page.next('console'));
  const file = join(page.folder, 'step-1/watchword.yaml');
  const policies = page.next('yaml');
  assert.deepEqual(await readPolicies(file), standIns(policies), 'what migrate wrote');
  await writeFile(file, policies);
  await writeFile(join(page.folder, 'token'), token);
  for (let block = 0; block < 2; block += 1) await page.execute(page.next('console'));
  await markOwnNamespace(places.watchword);
  await writeFile(join(page.folder, 'values.yaml'), page.next('yaml'));
  const install = page.next('console');
  await page.execute(install);
  await page.execute(page.next('console'));
  await page.execute(install);
  const wait = ['rollout', 'status', 'deployment/watchword', '--timeout=90s'];
  await kubectl([...wait, '--namespace', places.watchword]);
  return 'installed, taken back, installed';
}

interface Policies {
  readonly pipelines: readonly { readonly require: object; readonly mode?: string }[];
}

async function readPolicies(file: string): Promise<Policies> {
  return parse(await readFile(file, 'utf8')) as Policies;
}

/** The page's policies without the two settings that the reader adds. */
function standIns(text: string): Policies {
  const { pipelines, ...rest } = parse(text) as Policies;
  return {
    ...rest,
    pipelines: pipelines.map(({ mode, require, ...pipeline }) => {
      assert.equal(mode, 'shadow');
      const { scopes, ...others } = require as { scopes?: unknown };
      assert.deepEqual(scopes, { all: ['read:orders'] });
      return { ...pipeline, require: others };
    }),
  };
}

/** The old authorizer still refuses and says who it is; of what it let pass, Watchword counts what it would have said. */
export async function told(
  { page, firsts, decisions, expected }: Way,
  before: string,
): Promise<string> {
  const mirror = page.next('nginx');
  const plain = firsts.find(({ readsLocations }) => readsLocations);
  assert.ok(plain !== undefined);
  await plain.follow(`${mirror}${before}`);
  const gateway = await plain.reached();
  const passed = expected.filter(({ headers }) => headers['authorization'] !== undefined);
  await until('a copy of a request at Watchword', 20, async () => {
    const { status } = await ask(gateway, PATH, { ...OWN_CONNECTION, ...bearer('any') });
    assert.equal(status, 200);
    return (await decisions.count()).has('token_malformed shadow') ? true : undefined;
  });
  for (const { headers, reason } of passed) {
    const key = `${reason} shadow`;
    const count = (await decisions.count()).get(key) ?? 0;
    const { status, body } = await ask(gateway, PATH, { ...OWN_CONNECTION, ...headers });
    assert.deepEqual([status, identityIn(body)[0]], [200, OLD_USER]);
    await until(key, 10, async () =>
      (await decisions.count()).get(key) === count + 1 ? true : undefined,
    );
  }
  assert.equal((await ask(gateway, PATH, OWN_CONNECTION)).status, 401);
  return `${passed.length} requests counted, and answered as before`;
}

/** Step 2, in shadow mode; taken back once. */
export async function inShadow(way: Way, before: string): Promise<string> {
  const { page, firsts, decisions, expected } = way;
  const asks = page.next('console');
  await page.execute(asks);
  const [orders = ''] = before.split('location = /_authorize');
  const nginx = `${orders}${page.next('nginx')}`;
  const follow = async (): Promise<readonly Gateway[]> => {
    await Promise.all(firsts.map((first) => first.follow(nginx)));
    return reachedOf(firsts);
  };
  const gateways = await follow();
  for (const gateway of gateways) await toldBy(gateway, way.token, 'client-1');
  const said = await sameAnswers(gateways, expected, decisions, 'shadow');
  await page.execute(page.next('console'));
  await page.execute(page.next('console'));
  await askedAsBefore(way, before);
  const counted = await decisions.count();
  for (const gateway of gateways)
    await answers(gateway, PATH, 200, { ...OWN_CONNECTION, ...bearer('any') });
  assert.deepEqual(await decisions.count(), counted, 'Watchword is not asked any more');
  await page.execute(asks);
  for (const gateway of await follow()) await toldBy(gateway, way.token, 'client-1');
  return `${said}, none refused; and back to the old authorizer and here again`;
}

/** Answers in a row after which the nginx that was there before is gone. */
const ENOUGH = 5;

/** Waits until every answer to a token comes with this user: an nginx that ends may still answer. */
async function toldBy(gateway: Gateway, token: string, user: string): Promise<void> {
  let inRow = 0;
  await until(`${user} at ${gateway.address}`, 20, async () => {
    const { status, body } = await ask(gateway, PATH, { ...OWN_CONNECTION, ...bearer(token) });
    inRow = status === 200 && identityIn(body)[0] === user ? inRow + 1 : 0;
    return inRow >= ENOUGH ? true : undefined;
  });
}

/** Step 2, with the refusals. */
export async function enforced(way: Way): Promise<string> {
  const { page, places, firsts, decisions, expected } = way;
  const start = Date.now() / 1000;
  await page.execute(page.next('console'));
  // The kubelet looks at once after the files of a pod that has changed, else within its sync period.
  await kubectl(['annotate', 'pods', '--all', 'looked-at=now', '-n', places.watchword]);
  await decisions.reloadedSince(start);
  const gateways = await reachedOf(firsts);
  const probe = page.next('console');
  for (const { address } of gateways) await page.execute(probe.replaceAll('OLD_ADDRESS', address));
  return sameAnswers(gateways, expected, decisions, 'enforce');
}

/** Brings the page's Gateway up. */
export async function newGateway({ page, places }: Way): Promise<Gateway> {
  await apply(page.next('yaml'));
  const within = ['gateway/gateway', '--namespace', places.infra];
  await kubectl(['wait', '--for=condition=Programmed', '--timeout=90s', ...within]);
  const address = await kubectl(['get', ...within, '-o', 'jsonpath={.status.addresses[0].value}']);
  return { address: address.trim(), port: 80, host: 'orders.example.com' };
}

/** Step 3: the routes at the new Gateway, never open on the way; taken back once. */
export async function beside(way: Way, gateway: Gateway): Promise<string> {
  const { page, firsts, decisions, expected } = way;
  const block = page.next('console', [['NEW_ADDRESS', gateway.address]]);
  const statuses = await neverOpen(gateway, () => page.execute(block));
  const own = await readFile(join(page.folder, 'step-1/watchword.yaml'), 'utf8');
  const stub = await readPolicies(join(page.folder, 'step-3/watchword.yaml'));
  assert.deepEqual(stub, standIns(`${own}    mode: shadow\n`), 'the stand-in of step 1');
  const all = [...(await reachedOf(firsts)), gateway];
  await decisions.settled();
  const said = await sameAnswers(all, expected, decisions, 'enforce');
  const remove = page.next('console');
  await neverOpen(gateway, async () => {
    await page.execute(remove);
    await answers(gateway, PATH, 404);
  });
  await sameAnswers(all.slice(0, -1), expected, decisions, 'enforce');
  const [, again = ''] = block.split(/(?=^\$ kubectl apply)/m);
  await neverOpen(gateway, () => page.execute(again));
  return `${said}; without a token ${statuses}; and back, and here again`;
}

function reachedOf(firsts: readonly FirstGateway[]): Promise<readonly Gateway[]> {
  return Promise.all(firsts.map(({ reached }) => reached()));
}

/** Asks without a token while something is done: no answer may come from the backend. Gives the statuses. */
async function neverOpen(gateway: Gateway, action: () => Promise<void>): Promise<string> {
  const statuses = new Set<number>();
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const answer = await ask(gateway, PATH).catch(() => undefined);
      if (answer !== undefined) statuses.add(answer.status);
    }
  })();
  try {
    await action();
  } finally {
    isOver = true;
    await asking;
  }
  assert.ok(!statuses.has(200), [...statuses].join());
  return [...statuses].join(', then ');
}

/** Step 4: clients come to the new Gateway, and back, before the old ones and the HTTP listener go. */
export async function moved(way: Way, gateway: Gateway): Promise<string> {
  const { page, places, firsts, decisions, expected, token } = way;
  const [first = gateway] = await reachedOf(firsts);
  // Where the name leads: there, back, and there again.
  for (const one of [gateway, first, gateway])
    await sameAnswers([one], expected, decisions, 'enforce');
  const lost = await whileLoaded(gateway, PATH, token, async () => {
    for (const { remove } of firsts) await remove();
    await page.execute(page.next('console'));
    await decisions.settled();
  });
  const services = await kubectl(['get', 'service', '-o', 'name', '-n', places.watchword]);
  assert.equal(services, 'service/watchword\n');
  const said = await sameAnswers([gateway], expected, decisions, 'enforce');
  const file = await readFile(join(page.folder, 'step-1/watchword.yaml'), 'utf8');
  const map = ['get', 'configmap', 'policies', '-n', places.watchword, '-o', 'json'];
  const { data } = JSON.parse(await kubectl(map)) as { data: Readonly<Record<string, string>> };
  assert.deepEqual(data, { 'watchword.yaml': file });
  return `${said}; ${nothingLost(lost)}`;
}
