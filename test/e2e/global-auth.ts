import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { answers, bearer, type Gateway } from './ask.ts';
import { apply, type CommandError, kubectl, run } from './commands.ts';
import { nginxAnswers } from './nginx-answers.ts';
import {
  asking,
  authUrl,
  IDENTITY,
  type IngressPlan,
  ingressOf,
  NGINX,
} from './nginx-ingresses.ts';
import type { Story } from './story.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HOST = 'global.example.com';
const PATHS = ['/demo/1', '/forbidden/1'] as const;
const PIPELINE = 'watchword.dev/pipeline';
const ACME = '/.well-known/acme-challenge';

const INGRESSES: readonly IngressPlan[] = [
  { name: 'global', host: HOST, path: '/demo', annotations: { [PIPELINE]: 'orders' } },
  { name: 'global-strict', host: HOST, path: '/forbidden', annotations: { [PIPELINE]: 'strict' } },
  { name: 'global-open', host: `open.${HOST}`, annotations: { [PIPELINE]: 'open' } },
  { name: 'out', host: `out.${HOST}`, annotations: { 'enable-global-auth': 'false' } },
  { name: 'acme', host: `acme.${HOST}`, path: ACME, annotations: asking('orders') },
];

/** Refuses a request line that names another host than `Host`, for all servers of the controller. */
const SAME_HOST = `set $two_hosts "$host $http_host";
if ($two_hosts !~* "^(\\S+) \\1(:\\d+)?$") { return 400; }
`;

/** `global-auth-url` in the controller's ConfigMap: every Ingress is asked about, and annotations choose the pipeline. */
export async function globalAuthorization(
  { step }: Story,
  anywhere: Gateway,
  token: string,
): Promise<void> {
  const gateway: Gateway = { ...anywhere, host: HOST };
  await step('global-auth-url, and annotated routes', async () => {
    await configure({
      'global-auth-url': authUrl('-'),
      'global-auth-response-headers': IDENTITY,
    });
    for (const plan of INGRESSES) await apply(ingressOf(plan));
    return nginxAnswers(gateway, token, PATHS);
  });
  await step('what the controller does not ask about is found', () => unasked(gateway));
  await step('a request line that names another host', () => twoHosts(gateway, token));
}

function configure(data: Readonly<Record<string, string>>): Promise<string> {
  const patch = ['patch', 'configmap', 'controller', '--namespace', NGINX, '--type=merge'];
  return kubectl([...patch, '--patch', JSON.stringify({ data })]);
}

/** Tenants switch a global authorization off, and `no-auth-locations` has an entry by default. */
async function unasked(gateway: Gateway): Promise<string> {
  const probe = (host: string, path: string): Promise<string> =>
    run(process.execPath, [
      ...[PROGRAM, 'probe', `http://${host}${path}`],
      ...['--connect', `${gateway.address}:${gateway.port}`],
    ]);
  for (const [host, path] of [
    [`out.${HOST}`, '/'],
    [`acme.${HOST}`, `${ACME}/x`],
  ] as const) {
    await answers({ ...gateway, host }, path, 200);
    await assert.rejects(probe(host, path), (error: CommandError) =>
      /200 without a token: Watchword was not asked/.test(error.said),
    );
  }
  return 'enable-global-auth: "false", and paths of ACME';
}

/** With no pipeline in the URL the host chooses, and nginx asks about the wrong one; a snippet refuses such requests. */
async function twoHosts(gateway: Gateway, token: string): Promise<string> {
  const other: Gateway = { ...gateway, host: `open.${HOST}` };
  await answers(gateway, PATHS[0], 401);
  const target = `http://${HOST}${PATHS[0]}`;
  await answers(other, target, 200);
  await configure({ 'server-snippet': SAME_HOST });
  await answers(other, target, 400);
  await answers(gateway, PATHS[0], 200, bearer(token));
  await answers({ ...gateway, host: `${HOST}:80` }, PATHS[0], 200, bearer(token));
  await answers(gateway, target, 200, bearer(token));
  return 'passes by the other host, 400 with the snippet of the page';
}
