import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { answers, ask, bearer, type Gateway, threeAnswers } from './ask.ts';
import { apply, kubectl } from './commands.ts';
import { overHttps, putHttpsSecret } from './https.ts';
import { importProgram } from './images.ts';
import { whileLoaded } from './load.ts';
import { demoToken, deploy, gatewayAt, NAMESPACE, rollPods } from './release.ts';
import type { Story } from './story.ts';
import { nothingLost } from './story-steps.ts';
import { CLASS, INGRESS, outranked, ROUTES, SETTINGS } from './traefik-routes.ts';

const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;

/** Traefik as an ingress controller that asks over HTTP, joined by the chart's Middlewares and by the arguments that NOTES print. */
export async function behindTraefik({ chapter, step }: Story): Promise<void> {
  chapter('Behind Traefik, over HTTP');
  await step('its image', () => importProgram('traefik', 'traefik:v3.7.15'));
  const { notes } = await step('helm upgrade, with wiring', async () => ({
    notes: await deploy(SETTINGS),
  }));
  await step('Traefik, with the arguments of NOTES', () => startTraefik(notes));
  for (const name of [NAMESPACE, CLASS]) await putHttpsSecret(name);
  const gateway = await gatewayAt(CLASS, 'traefik', '');
  const token = await demoToken();
  for (const { title, host, object } of ROUTES) {
    await step(title, async () => {
      await apply(JSON.stringify(object(host)));
      return threeAnswers({ ...gateway, host }, token, PATHS);
    });
    await step(`${title}, over HTTPS`, () =>
      threeAnswers(overHttps({ ...gateway, host }), token, PATHS),
    );
  }
  const annotated = { ...gateway, host: 'annotated.traefik.example.com' };
  await step('an annotated Ingress is never served without a check', () => fromTheStart(annotated));
  await step('its annotation chooses the pipeline', () => chosen(annotated, token));
  await step('an Ingress of another namespace that is ranked lower does not', () =>
    unmoved(annotated, token),
  );
  const ingress = { ...gateway, host: INGRESS.host };
  await step('roll-out under load', async () =>
    nothingLost(await whileLoaded(ingress, PATHS[0], token, rollPods)),
  );
  await step('nothing passes while no Watchword runs', () => closed(ingress, token));
  await removeTraefik();
}

/** Takes the arguments of Traefik out of NOTES, as a user does. */
async function startTraefik(notes: string): Promise<string> {
  const printed = [...notes.matchAll(/^ {2}(--\S+)$/gm)].map(([, line = '']) => line);
  // Two for each entry point: one that has none is open.
  assert.equal(printed.length, 5, notes);
  const manifest = readFileSync(new URL('gateways/traefik.yaml', import.meta.url), 'utf8');
  const documents = parseAllDocuments(manifest);
  for (const document of documents) {
    if (document.get('kind') !== 'Deployment') continue;
    const path = ['spec', 'template', 'spec', 'containers', 0, 'args'];
    for (const argument of printed) document.addIn(path, argument);
  }
  await apply(documents.map(String).join('---\n'));
  const rollout = ['rollout', 'status', 'deployment/traefik', '--namespace', CLASS];
  await kubectl([...rollout, '--timeout=90s']);
  return printed.join(' ');
}

/** Asks without a token from before the route is there until it is refused for that: it must never be served. */
async function fromTheStart(gateway: Gateway): Promise<string> {
  const route = INGRESS.object(gateway.host, { pipeline: 'orders' });
  const [seen] = await Promise.all([statusesUntil(401, gateway), apply(JSON.stringify(route))]);
  // 404 is Traefik's own, before it knows the route. Before Watchword knows it nobody covers the path: 403.
  assert.deepEqual(
    seen.filter((status) => ![401, 403, 404].includes(status)),
    [],
  );
  return seen.join(', then ');
}

async function statusesUntil(last: number, gateway: Gateway): Promise<readonly number[]> {
  const seen = new Set<number>();
  const end = Date.now() + 30_000;
  while (!seen.has(last)) {
    assert.ok(Date.now() < end, `no ${last} within 30 s, but ${[...seen].join(' and ')}`);
    seen.add((await ask(gateway, '/anything')).status);
  }
  return [...seen];
}

async function chosen(gateway: Gateway, token: string): Promise<string> {
  const forged = { ...bearer(token), 'x-auth-subject': 'admin', 'X-Auth.Subject': 'admin' };
  const passed = await answers(gateway, '/anything', 200, forged);
  const { headers } = JSON.parse(passed.body) as { headers: Readonly<Record<string, string>> };
  assert.equal(headers['x-auth-subject'], 'demo@clients');
  assert.equal(headers['x-auth.subject'], undefined);
  const annotate = ['annotate', 'ingress', '--namespace', NAMESPACE, '--overwrite'];
  await kubectl([...annotate, gateway.host, 'watchword.dev/pipeline=strict']);
  const refused = await answers(gateway, '/anything', 403, bearer(token));
  assert.equal(JSON.parse(refused.body).reason, 'scope_insufficient');
  return '200 by the one, 403 scope_insufficient by the other';
}

/** The route is `strict`: the more specific one of a tenant, which asks for less, must not open it. */
async function unmoved(gateway: Gateway, token: string): Promise<string> {
  await apply(JSON.stringify(outranked(gateway.host, '/anything')));
  // It is in the watch by then: an object that comes later counts.
  const later = { ...gateway, host: `later.${gateway.host}` };
  await apply(JSON.stringify(INGRESS.object(later.host, { pipeline: 'orders' })));
  await answers(later, '/anything', 200, bearer(token));
  for (let tries = 0; tries < 20; tries += 1)
    await answers(gateway, '/anything', 403, bearer(token), 0.1);
  await kubectl(['delete', 'ingress', 'outranked', '--namespace', CLASS]);
  return '403, as before';
}

async function closed(gateway: Gateway, token: string): Promise<string> {
  const scale = (replicas: number): Promise<string> =>
    kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, `--replicas=${replicas}`]);
  await scale(0);
  // Of Traefik's own: forwardAuth has no setting for another status.
  await answers(gateway, PATHS[0], 500, bearer(token), 60);
  await scale(2);
  await answers(gateway, PATHS[0], 200, bearer(token), 60);
  return '500';
}

/** Ends Traefik and what it served. */
async function removeTraefik(): Promise<void> {
  const ours = ['--ignore-not-found', '--wait=false', CLASS];
  await kubectl(['delete', 'namespace,clusterrolebinding,ingressclass', ...ours]);
  await kubectl(['delete', 'gatewayclass', ...ours]);
}
