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
  'gatewayclasses.gateway.networking.k8s.io',
];
/** What the gateways would serve from the moment that they run, whoever made it. */
const SERVED = [
  'ingresses.networking.k8s.io',
  'httpproxies.projectcontour.io',
  'gatewayclasses.gateway.networking.k8s.io',
  'gateways.gateway.networking.k8s.io',
];

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
    if (!alreadyExists(error)) throw error;
    if ((await ownNamespaces()).includes(name)) return;
    throw new Error(`the cluster has a namespace ${name} that is not of this test`, {
      cause: error,
    });
  }
}

export function alreadyExists(error: unknown): boolean {
  return error instanceof CommandError && error.said.includes('AlreadyExists');
}

/** The namespaces that the test has made. */
export async function ownNamespaces(): Promise<readonly string[]> {
  return names(await kubectl(['get', 'namespace', '--selector', OURS, '--output=name']));
}

/** Deletes what the test has made, and waits for the end of its namespaces. */
export async function removeOwn(): Promise<void> {
  await kubectl(['delete', 'namespace', '--selector', OURS, '--timeout=120s']);
  for (const kind of await known(CLUSTER_KINDS)) {
    // Its controller, which would take a finalizer away, is gone already.
    for (const name of names(await kubectl(['get', kind, '--selector', OURS, '--output=name']))) {
      await kubectl(['patch', name, '--type=merge', '--patch={"metadata":{"finalizers":null}}']);
    }
    await kubectl(['delete', kind, '--selector', OURS, '--timeout=60s']);
  }
}

/**
 * Rejects where the cluster has what the gateways of the test would serve or take over: they see all namespaces, and must not
 * meet those of a user.
 */
export async function refuseForeign(): Promise<string> {
  const kinds = await known(SERVED);
  const said = await kubectl([
    'get',
    kinds.join(','),
    '--all-namespaces',
    '--ignore-not-found',
    '--output=jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}',
  ]);
  const foreign = said.split('\n').filter((line) => line !== '');
  if (foreign.length === 0) return 'none';
  throw new Error(
    `the test brings gateways that would serve what the cluster has: ${foreign.slice(0, 10).join(', ')}; use a cluster without`,
  );
}

/** Those of some kinds that the cluster knows. */
async function known(kinds: readonly string[]): Promise<readonly string[]> {
  const all = names(await kubectl(['api-resources', '--output=name']));
  return kinds.filter((kind) => all.includes(kind));
}

function names(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^namespace\//, ''))
    .filter((line) => line !== '');
}
