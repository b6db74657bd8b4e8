import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CommandError, helm, kubectl, OWN_CLUSTER, until } from './commands.ts';
import { crdFiles } from './crds.ts';
import { filteredRoutes } from './external-auth.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { CHART } from './release.ts';
import type { Story } from './story.ts';

/** Kinds of gateways whose definitions are not to be had: rendered only. */
const UNKNOWN = ['ApisixGlobalRule', 'KongClusterPlugin'];
const GATE = 'watchword-e2e-gate';
const ELSEWHERE = 'watchword-e2e-elsewhere';
/** Installations that together have everything, with the values that name namespaces which a cluster may have. */
const INSTALLATIONS = {
  everything: [
    'wiring.envoyGateway.gateways[0].namespace',
    'wiring.kgateway.gateways[0].namespace',
    'wiring.cilium.services[0].namespace',
    'wiring.istio.namespace',
  ],
  'http-gateways': ['wiring.nginx.namespace'],
} as const satisfies Record<string, readonly string[]>;

/** Applies the gateways' definitions, and has the API server judge everything that the chart can render. */
export async function dryRun({ chapter, step }: Story): Promise<void> {
  chapter('Everything that the chart renders, against the API server');
  await step('the definitions of the gateways', define);
  await step('a server-side dry run of it', async () => {
    for (const name of [GATE, ELSEWHERE]) await makeOwnNamespace(name);
    try {
      return await judged();
    } finally {
      await kubectl(['delete', 'namespace', '--wait=false', GATE, ELSEWHERE]);
    }
  });
}

/** Brings the definitions. On a user's cluster those that are there stay as they are: objects of the user depend on them. */
async function define(): Promise<string> {
  const files = (await crdFiles()).flatMap((file) => ['--filename', file]);
  const said = OWN_CLUSTER
    ? await kubectl(['apply', '--server-side', '--force-conflicts', ...files])
    : await kubectl(['create', ...files]).catch(onlyNew);
  if (/authservices\S+ (?:serverside-applied|created)/.test(said)) await kubectl(WITHOUT_WEBHOOK);
  return `${said.split('\n').filter((line) => line.startsWith('customresource')).length} definitions`;
}

/** Emissary converts between its versions by a webhook of its own, which is not here: each is judged as it is written. */
const WITHOUT_WEBHOOK = [
  ...['patch', 'crd', 'authservices.getambassador.io', '--type=merge'],
  ...['--patch', JSON.stringify({ spec: { conversion: { strategy: 'None', webhook: null } } })],
];

/** What `kubectl create` said, where nothing is wrong but that some objects are there already. */
function onlyNew(error: unknown): string {
  if (!(error instanceof CommandError)) throw error;
  const errors = error.said.split('\n').filter((line) => /^Error|^error/.test(line));
  if (errors.some((line) => !line.includes('(AlreadyExists)'))) throw error;
  return error.said;
}

async function judged(): Promise<string> {
  const rendered = [
    ...(await Promise.all(Object.entries(INSTALLATIONS).map(renderedBy))),
    await filteredRoutes(ELSEWHERE, GATE),
  ];
  const documents = rendered
    .flatMap((text) => text.split(/^---$/m))
    .filter((text) => /^kind:|"kind":/m.test(text));
  const known = documents.filter(
    (text) => !UNKNOWN.some((kind) => text.includes(`kind: ${kind}\n`)),
  );
  assert.equal(documents.length - known.length, UNKNOWN.length);
  // The API server takes a moment to use a definition that is new.
  const said = await until('a dry run of everything', 20, () =>
    kubectl(
      ['apply', '--server-side', '--dry-run=server', '--filename', '-'],
      known.join('\n---\n'),
    ),
  );
  const accepted = said.split('\n').filter((line) => line.includes('(server dry run)'));
  assert.equal(accepted.length, known.length);
  return `${accepted.length} objects accepted; rendered only: ${UNKNOWN.join(', ')}`;
}

async function renderedBy([name, namespaces]: readonly [
  string,
  readonly string[],
]): Promise<string> {
  const values = join(CHART, `ci/${name}-values.yaml`);
  const args = ['template', 'watchword', CHART, '--namespace', GATE, '--values', values];
  const places = [
    ...namespaces.map((value) => `${value}=${ELSEWHERE}`),
    // A wired Gateway must be one whose routes count.
    ...(name === 'everything' ? [`config.routes.gateways[0]=${ELSEWHERE}/public`] : []),
    // The node here has no IPv6, and a Service in a family that the cluster lacks is refused.
    ...(name === 'everything' ? ['service.ipFamilies=null', 'service.ipFamilyPolicy=null'] : []),
  ].join(',');
  return helm([...args, '--kube-version', '1.35', '--set', places]);
}
