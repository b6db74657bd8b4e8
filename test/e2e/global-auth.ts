import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { answers, bearer, type Gateway } from './ask.ts';
import { apply, CommandError, kubectl, run, until } from './commands.ts';
import { nginxAnswers, received } from './nginx-answers.ts';
import { authUrl, configure, type IngressPlan, ingressOf, NGINX } from './nginx-ingresses.ts';
import { onPage } from './nginx-page.ts';
import { NAMESPACE } from './release.ts';
import { silence } from './silent-watchword.ts';
import type { Story } from './story.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HOST = 'global.example.com';
const PATHS = ['/demo/1', '/forbidden/1'] as const;
const PIPELINE = 'watchword.dev/pipeline';
const ACME = '/.well-known/acme-challenge';
const POLICY = 'no-way-around-global-auth';
/** The same policy, for this run's namespace only. */
const OWN_POLICY = `${NGINX}-${POLICY}`;

const INGRESSES: readonly IngressPlan[] = [
  { name: 'global', host: HOST, path: '/demo', annotations: { [PIPELINE]: 'orders' } },
  { name: 'global-strict', host: HOST, path: '/forbidden', annotations: { [PIPELINE]: 'strict' } },
  { name: 'global-open', host: `open.${HOST}`, annotations: { [PIPELINE]: 'open' } },
  { name: 'acme', host: HOST, path: ACME, annotations: { [PIPELINE]: 'orders' } },
];

/** What a tenant writes to get rid of the check. */
const WAYS_OUT: readonly IngressPlan[] = [
  { name: 'out', host: `out.${HOST}`, annotations: { 'enable-global-auth': 'false' } },
  {
    name: 'own',
    host: `own.${HOST}`,
    annotations: {
      'auth-url': `http://watchword-demo-backend.${NAMESPACE}.svc.cluster.local:8080/`,
    },
  },
  {
    name: 'satisfy',
    host: `satisfy.${HOST}`,
    annotations: { satisfy: 'any', 'whitelist-source-range': '0.0.0.0/0' },
  },
];

/** The settings of the page for a whole controller: every Ingress is asked about, and annotations choose the pipeline. */
export async function globalAuthorization(
  { step }: Story,
  anywhere: Gateway,
  token: string,
): Promise<void> {
  const gateway: Gateway = { ...anywhere, host: HOST };
  const {
    'server-snippet': snippet = '',
    'http-snippet': timeouts = '',
    ...settings
  } = onPage('ConfigMap', 'ingress-nginx-controller').data ?? {};
  await step('global-auth-url, and annotated routes', async () => {
    assert.equal(settings['global-auth-url'], authUrl('-'));
    const { 'no-auth-locations': locations = '?', ...others } = settings;
    await configure(others);
    for (const plan of INGRESSES) await apply(ingressOf(plan));
    await nginxAnswers(gateway, token, PATHS);
    await answers(gateway, `${ACME}/x`, 200);
    await configure({ 'no-auth-locations': locations });
    await answers(gateway, `${ACME}/x`, 401);
    return '401, 200, 403; 401 for a path of ACME too';
  });
  await step('a request line that names another host', () => twoHosts(gateway, token, snippet));
  await step('a Watchword that does not answer', () => silence(gateway, timeouts));
  await step('an Ingress that switches it off is found', () => waysOut(gateway));
  await step('an Ingress that switches it off is refused', refused);
}

/** With no pipeline in the URL the host chooses, and nginx asks about the wrong one: the snippet refuses such requests. */
async function twoHosts(gateway: Gateway, token: string, snippet: string): Promise<string> {
  const other: Gateway = { ...gateway, host: `open.${HOST}` };
  const target = `http://${HOST}${PATHS[0]}`;
  await answers(gateway, PATHS[0], 401);
  await answers(other, target, 200);
  await configure({ 'server-snippet': snippet });
  await answers(other, target, 400);
  await answers(other, PATHS[0], 200);
  for (const host of [HOST, HOST.toUpperCase(), `${HOST}:80`])
    await answers({ ...gateway, host }, PATHS[0], 200, bearer(token));
  await answers(gateway, target, 200, bearer(token));
  return 'the pipeline of the other; 400 with the snippet';
}

/** Nobody is asked there; what the client says it is does not arrive even so. */
async function waysOut(gateway: Gateway): Promise<string> {
  for (const plan of WAYS_OUT) {
    const { host = '' } = plan;
    await apply(ingressOf(plan));
    const headers = await received({ ...gateway, host }, '/', { 'x-auth-subject': 'admin' });
    assert.equal(headers['x-auth-subject'], undefined, host);
    const connect = ['--connect', `${gateway.address}:${gateway.port}`];
    await assert.rejects(
      run(process.execPath, [PROGRAM, 'probe', `http://${host}/`, ...connect]),
      (error: CommandError) => /not protected; 200 without a token/.test(error.said),
    );
  }
  return `${WAYS_OUT.length} ways, by watchword probe`;
}

async function refused(): Promise<string> {
  const metadata = { name: OWN_POLICY };
  await apply(JSON.stringify({ ...onPage('ValidatingAdmissionPolicy', POLICY), metadata }));
  const binding = onPage('ValidatingAdmissionPolicyBinding', POLICY);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } };
  await apply(
    JSON.stringify({
      ...binding,
      metadata,
      spec: { ...binding.spec, policyName: OWN_POLICY, matchResources: { namespaceSelector } },
    }),
  );
  const dryRun = (plan: IngressPlan): Promise<string> =>
    kubectl(['apply', '--dry-run=server', '--filename', '-'], ingressOf(plan));
  for (const plan of WAYS_OUT) {
    // The API server takes a moment to learn of a policy.
    await until(`a refusal of ${plan.name}`, 20, async () => {
      const error = await dryRun({ ...plan, name: 'again' }).catch((reason: unknown) => reason);
      return error instanceof CommandError && error.said.includes('choose a pipeline by')
        ? true
        : undefined;
    });
  }
  await dryRun({ name: 'annotated', host: HOST, annotations: { [PIPELINE]: 'orders' } });
  return `${WAYS_OUT.length} ways, by the policy of the page`;
}

/** Ends what is not in a namespace. */
export async function removeGlobalAuthorization(): Promise<void> {
  for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'])
    await kubectl(['delete', kind, '--ignore-not-found', OWN_POLICY]);
}
