import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OVERRIDE_HEADERS } from '../../src/policy/header-removals.ts';
import { answers, bearer, type Gateway } from './ask.ts';
import { apply, kubectl } from './commands.ts';
import { globalAuthorization, removeGlobalAuthorization } from './global-auth.ts';
import { importIngressNginx } from './ingress-nginx-images.ts';
import { whileLoaded } from './load.ts';
import { nginxAnswers, received } from './nginx-answers.ts';
import { nginxConformance } from './nginx-conformance.ts';
import {
  ASKED_OVER_HTTP,
  asking,
  IDENTITY,
  type IngressPlan,
  ingressOf,
  NGINX,
} from './nginx-ingresses.ts';
import { sameLines } from './nginx-lines.ts';
import { onPage } from './nginx-page.ts';
import { demoToken, deploy, gatewayAt, NAMESPACE, rollPods } from './release.ts';
import type { Story } from './story.ts';
import { nothingLost } from './story-steps.ts';

const HOST = 'nginx.example.com';
const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;
const LOGIN = 'https://login.example.com/start';

const INGRESSES: readonly IngressPlan[] = [
  { name: 'orders', host: HOST, path: '/demo', annotations: asking('orders') },
  { name: 'strict', host: HOST, path: '/demo-forbidden', annotations: asking('strict') },
  { name: 'open', host: HOST, path: '/open', annotations: asking('open') },
  { name: 'open-host', host: `open.${HOST}`, annotations: asking('open') },
  {
    name: 'signin',
    host: `browser.${HOST}`,
    annotations: { ...asking('orders'), 'auth-signin': LOGIN },
  },
  {
    name: 'keepalive',
    host: `keepalive.${HOST}`,
    annotations: {
      ...asking('orders'),
      'auth-keepalive': '8',
      'auth-response-headers': IDENTITY.toLowerCase(),
    },
  },
];

/** ingress-nginx's own controller, joined by the annotations that its users write, then by `global-auth-url`. */
export async function behindIngressNginx(story: Story): Promise<void> {
  const { chapter, step } = story;
  chapter('Behind ingress-nginx');
  await step('its image', importIngressNginx);
  await step('helm upgrade, with forwardAuth', async () => {
    await deploy(ASKED_OVER_HTTP);
  });
  await step('its controller', startController);
  const gateway = await gatewayAt(NGINX, 'controller', HOST);
  const token = await demoToken();
  await step('auth-url', () => nginxAnswers(gateway, token, PATHS));
  await step('the lines of the conformance tests are its own', () => sameLines(HOST));
  await step('the conformance cases', () => nginxConformance(gateway));
  await step('headers of a client', () => cleaned(gateway, token));
  await step('what is left of a refusal', () => refusals(gateway, token));
  await step('auth-signin', () => signedIn({ ...gateway, host: `browser.${HOST}` }, token));
  await step('auth-keepalive', () => keptAlive({ ...gateway, host: `keepalive.${HOST}` }, token));
  await step('a request line that names another host', () => twoHosts(gateway));
  await step('roll-out under load', async () =>
    nothingLost(await whileLoaded(gateway, PATHS[0], token, rollPods)),
  );
  await step('nothing passes while no Watchword runs', () => closed(gateway, token));
  await globalAuthorization(story, gateway, token);
  await removeIngressNginx();
}

async function startController(): Promise<void> {
  await apply(readFileSync(new URL('gateways/ingress-nginx.yaml', import.meta.url), 'utf8'));
  await apply(JSON.stringify(onPage('ConfigMap', 'removed-headers')));
  for (const plan of INGRESSES) await apply(ingressOf(plan));
  await kubectl([
    ...['rollout', 'status', 'deployment/controller'],
    ...['--namespace', NGINX, '--timeout=120s'],
  ]);
}

/** What a client says about itself, and what makes some backends see another request, does not arrive. */
async function cleaned(gateway: Gateway, token: string): Promise<string> {
  const forged = Object.fromEntries(
    [...OVERRIDE_HEADERS, 'x-auth-subject', 'x-original-uri', 'x-original-method'].flatMap(
      (name) => [
        [name, '/admin'],
        [name.replaceAll('-', '_'), '/admin'],
      ],
    ),
  );
  const named = await received(gateway, PATHS[0], { ...bearer(token), ...forged });
  assert.equal(named['x-auth-subject'], 'demo@clients');
  // A pipeline that sets no identity header: the client's goes all the same.
  const open = await received(gateway, '/open/1', forged);
  assert.equal(open['x-auth-subject'], undefined);
  for (const headers of [named, open]) {
    for (const name of OVERRIDE_HEADERS) assert.equal(headers[name], undefined, name);
    const twins = Object.keys(headers).filter((name) => name.includes('_'));
    assert.deepEqual(twins, []);
  }
  return 'no identity header, no override header, none with _';
}

async function refusals(gateway: Gateway, token: string): Promise<string> {
  const forbidden = await answers(gateway, PATHS[1], 403, bearer(token));
  assert.equal(forbidden.headers['www-authenticate'], undefined);
  // host_ambiguous, a 400: nginx takes the dot away to find the server, and asks with it.
  const dotted = await answers({ ...gateway, host: `${HOST}.` }, PATHS[0], 403, bearer(token));
  assert.equal(dotted.headers['www-authenticate'], undefined);
  const long = { authorization: `Bearer ${'a'.repeat(9_000)}` };
  await answers(gateway, PATHS[0], 400, long);
  return 'a 403 has no challenge, a 400 is a 403; 400 by itself for a token of 9 KB';
}

async function signedIn(gateway: Gateway, token: string): Promise<string> {
  const sent = await answers(gateway, '/orders?page=2', 302);
  const location = String(sent.headers['location']);
  assert.equal(new URL(location).searchParams.get('rd'), `http://${gateway.host}/orders?page=2`);
  assert.ok(location.startsWith(`${LOGIN}?`), location);
  await answers(gateway, '/orders', 200, bearer(token));
  return location;
}

/** The controller asks in Lua then, over connections that stay open, and drops the challenge. */
async function keptAlive(gateway: Gateway, token: string): Promise<string> {
  const missing = await answers(gateway, PATHS[0], 401);
  assert.equal(missing.headers['www-authenticate'], undefined);
  const headers = await received(gateway, PATHS[0], {
    ...bearer(token),
    'x-auth-subject': 'admin',
  });
  assert.equal(headers['x-auth-subject'], 'demo@clients');
  return '401 without a challenge, 200 with the identity of the token';
}

/** nginx routes by the request line and asks about `Host`: the pipeline that the URL names is that of the route. */
async function twoHosts(gateway: Gateway): Promise<string> {
  const other: Gateway = { ...gateway, host: `open.${HOST}` };
  await answers(other, '/demo/1', 200);
  await answers(other, `http://${HOST}/demo/1`, 401);
  return 'the route of the request line, and its pipeline';
}

async function closed(gateway: Gateway, token: string): Promise<string> {
  const scale = (replicas: number): Promise<string> =>
    kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, `--replicas=${replicas}`]);
  const hosts = [gateway, { ...gateway, host: `keepalive.${HOST}` }];
  await scale(0);
  for (const one of hosts) await answers(one, PATHS[0], 500, bearer(token), 60);
  await scale(2);
  for (const one of hosts) await answers(one, PATHS[0], 200, bearer(token), 60);
  return '500';
}

/** Ends the controller and what the chapter made. */
async function removeIngressNginx(): Promise<void> {
  await kubectl(['delete', 'ingress', '--namespace', NAMESPACE, '--selector', `app=${NGINX}`]);
  await removeGlobalAuthorization();
  const gone = ['--ignore-not-found', '--timeout=120s'];
  await kubectl(['delete', 'namespace', ...gone, NGINX]);
  for (const kind of ['clusterrolebinding', 'clusterrole', 'ingressclass'])
    await kubectl(['delete', kind, ...gone, NGINX]);
}
