import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CommandError, helm, kubectl } from './commands.ts';
import { crdFiles } from './crds.ts';
import { CHART } from './release.ts';
import type { Story } from './story.ts';

/** Kinds of gateways whose definitions are not to be had: rendered only. */
const UNKNOWN = [
  'ApisixGlobalRule',
  'AuthService',
  'CiliumEnvoyConfig',
  'GatewayExtension',
  'KongClusterPlugin',
  'TrafficPolicy',
];
/** Installations that together have everything. */
const INSTALLATIONS = ['everything', 'http-gateways'];
/** Namespaces that the values of the case name. */
const NAMESPACES = ['gate', 'gateways', 'istio-system'];

/** Applies the gateways' definitions, and has the API server judge everything that the chart can render. */
export async function dryRun({ chapter, step }: Story): Promise<void> {
  chapter('Everything that the chart renders, against the API server');
  await step('the definitions of the gateways', async () => {
    const files = (await crdFiles()).flatMap((file) => ['--filename', file]);
    await kubectl(['apply', '--server-side', '--force-conflicts', ...files]);
    return `${files.length / 2} files`;
  });
  await step('a server-side dry run of it', async () => {
    for (const name of NAMESPACES)
      await kubectl(['create', 'namespace', name]).catch(ignoreExisting);
    try {
      return await judged();
    } finally {
      await kubectl(['delete', 'namespace', '--wait=false', ...NAMESPACES]);
    }
  });
}

async function judged(): Promise<string> {
  const documents = (await Promise.all(INSTALLATIONS.map(rendered))).flat();
  const known = documents.filter(
    (text) => !UNKNOWN.some((kind) => text.includes(`kind: ${kind}\n`)),
  );
  assert.equal(documents.length - known.length, UNKNOWN.length);
  const said = await kubectl(
    ['apply', '--server-side', '--dry-run=server', '--filename', '-'],
    known.join('\n---\n'),
  );
  const accepted = said.split('\n').filter((line) => line.includes('(server dry run)'));
  assert.equal(accepted.length, known.length);
  return `${accepted.length} objects accepted; rendered only: ${UNKNOWN.join(', ')}`;
}

async function rendered(installation: string): Promise<readonly string[]> {
  const values = join(CHART, `ci/${installation}-values.yaml`);
  const where = ['--namespace', 'gate', '--values', values, '--kube-version', '1.35'];
  const text = await helm(['template', 'watchword', CHART, ...where]);
  return text.split(/^---$/m).filter((document) => /^kind:/m.test(document));
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof CommandError && error.said.includes('AlreadyExists'))) throw error;
}
