import { CommandError, kubectl } from './commands.ts';

/**
 * The label of everything that this test makes outside of its own namespaces, and of these. Only what has it is deleted: the
 * names are those of real installations, which the cluster of `E2E_USE_KUBECONFIG` may have.
 */
const MARK = { 'app.kubernetes.io/managed-by': 'watchword-e2e' } as const;
const OURS = Object.entries(MARK)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** Kinds of the whole cluster of which the test makes objects; all but namespaces are in the folder `gateways`. */
const CLUSTER_KINDS = [
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'gatewayclasses.gateway.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
];
/** Where the gateways live, for want of a way to have them elsewhere that every one of them takes. */
const HOMES = ['projectcontour', 'envoy-gateway-system', 'istio-system'];
interface Spec {
  readonly ingressClassName?: string;
  readonly controllerName?: string;
}

/** Of each kind, what the gateways would serve from the moment that they run, whoever made it. */
const SERVED: Readonly<Record<string, (spec: Spec) => boolean>> = {
  'ingresses.networking.k8s.io': ({ ingressClassName = 'contour' }) =>
    ingressClassName === 'contour',
  'httpproxies.projectcontour.io': () => true,
  'gatewayclasses.gateway.networking.k8s.io': ({ controllerName }) =>
    controllerName === 'gateway.envoyproxy.io/gatewayclass-controller',
};

/** Makes a namespace. Rejects where there is one of this name that the test has not made. */
export async function makeOwnNamespace(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const metadata = { name, labels: { ...labels, ...MARK } };
  try {
    await kubectl(
      ['create', '--filename', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }),
    );
  } catch (error) {
    if (!(error instanceof CommandError && error.said.includes('AlreadyExists'))) throw error;
    if ((await ownNamespaces()).includes(name)) return;
    throw new Error(`the cluster has a namespace ${name} that is not of this test`, {
      cause: error,
    });
  }
}

/** Marks a namespace that a command of the documentation has just made. */
export async function markOwnNamespace(name: string): Promise<void> {
  await kubectl(['label', 'namespace', name, OURS]);
}

/** The namespaces that the test has made. */
export async function ownNamespaces(): Promise<readonly string[]> {
  const named = await kubectl(['get', 'namespace', '--selector', OURS, '--output=name']);
  return lines(named).map((line) => line.replace('namespace/', ''));
}

/** Deletes what the test has made, and waits for the end of its namespaces. */
export async function removeOwn(): Promise<void> {
  await kubectl(['delete', 'namespace', '--selector', OURS, '--timeout=120s']);
  for (const kind of await known(CLUSTER_KINDS)) {
    // Its controller, which would take a finalizer away, is gone already.
    for (const name of lines(await kubectl(['get', kind, '--selector', OURS, '--output=name']))) {
      await kubectl(['patch', name, '--type=merge', '--patch={"metadata":{"finalizers":null}}']);
    }
    await kubectl(['delete', kind, '--selector', OURS, '--timeout=60s']);
  }
}

/**
 * Rejects where the cluster has a gateway in the place of one of ours, or what ours would serve: they see all namespaces, and
 * must not meet those of a user.
 */
export async function refuseForeign(): Promise<string> {
  const kinds = await known(Object.keys(SERVED));
  const served = await Promise.all(kinds.map(servedOf));
  const homes = await kubectl([
    'get',
    'namespace',
    '--ignore-not-found',
    '--output=name',
    ...HOMES,
  ]);
  const foreign = [...lines(homes), ...served.flat()];
  if (foreign.length === 0) return 'none';
  throw new Error(
    `the test brings gateways of its own, and the cluster has ${foreign.slice(0, 10).join(', ')}; use another cluster`,
  );
}

async function servedOf(kind: string): Promise<readonly string[]> {
  const { items } = JSON.parse(
    await kubectl(['get', kind, '--all-namespaces', '--output=json']),
  ) as { items: readonly { metadata: { namespace?: string; name: string }; spec: Spec }[] };
  return items
    .filter(({ spec }) => SERVED[kind]?.(spec))
    .map(({ metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`);
}

/** Those of some kinds that the cluster knows. */
async function known(kinds: readonly string[]): Promise<readonly string[]> {
  const all = lines(await kubectl(['api-resources', '--output=name']));
  return kinds.filter((kind) => all.includes(kind));
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
