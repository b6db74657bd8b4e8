import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterScript } from '../cluster/programs.ts';
import { annotatedRoutes } from './annotated-routes.ts';
import { behindGateways, removeGateways } from './behind-gateways.ts';
import { behindTraefik, removeTraefik } from './behind-traefik.ts';
import { helm, kubeconfig, kubectl, run } from './commands.ts';
import { dryRun } from './dry-run.ts';
import { gatewaysInPods, removeGatewaysInPods } from './gateways-in-pods.ts';
import { importOwnImage } from './images.ts';
import { behindIstio, removeIstio } from './istio.ts';
import { mutualTls } from './mutual-tls.ts';
import { ownEnvoy } from './own-envoy.ts';
import { makeNamespace, NAMESPACE } from './release.ts';
import { type Story, startStory } from './story.ts';
import { uninstalled } from './uninstalled.ts';

/**
 * `make e2e`: a cluster, the chart's own tests, then the whole story. `E2E_USE_KUBECONFIG=1` uses the cluster of KUBECONFIG (its
 * nodes need the images); `GATEWAYS=all` adds Istio; `E2E_KEEP=1` leaves everything as it is at the end.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const story = startStory((text) => process.stdout.write(text));
const start = performance.now();

async function main({ chapter, step }: Story): Promise<void> {
  if (!existsSync(join(ROOT, 'dist/main.js'))) {
    throw new Error('the program is not built; run: npm run build');
  }
  chapter('A cluster');
  if (process.env['E2E_USE_KUBECONFIG'] !== '1') {
    // The first start builds Kubernetes from its Go modules: 4 minutes.
    await step('Kubernetes', async () =>
      (await run(clusterScript('up'), [], { isLoud: true })).trim(),
    );
    await step('the image of this checkout', importOwnImage);
  }
  await step(
    'its API server',
    async () =>
      /serverVersion.*?gitVersion: (\S+)/s.exec(await kubectl(['version', '--output=yaml']))?.[1],
  );
  chapter("The chart's own tests");
  execFileSync(process.execPath, ['--test', 'test/chart/*.test.ts'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  await cleared();
  await makeNamespace();
  await dryRun(story);
  await ownEnvoy(story);
  const gateways = await behindGateways(story);
  await annotatedRoutes(story, gateways);
  await behindTraefik(story);
  await gatewaysInPods(story);
  if (process.env['GATEWAYS'] === 'all') await behindIstio(story);
  await mutualTls(story);
  await uninstalled(story);
}

/** What an earlier run left. */
async function cleared(): Promise<void> {
  await helm(['uninstall', 'watchword', '--namespace', NAMESPACE, '--ignore-not-found', '--wait']);
  await removeGateways();
  await removeTraefik();
  await removeGatewaysInPods();
  await removeIstio();
  await kubectl([
    'delete',
    'namespace',
    '--ignore-not-found',
    '--timeout=120s',
    NAMESPACE,
    'projectcontour',
    'envoy-gateway-system',
    'watchword-e2e-gateways',
    'watchword-e2e-tenant',
  ]);
}

async function explain(): Promise<void> {
  for (const args of [
    ['get', 'pods', '--all-namespaces', '--output=wide'],
    ['get', 'events', '--namespace', NAMESPACE],
  ]) {
    process.stdout.write(await kubectl(args).catch(String));
  }
}

try {
  await main(story);
  if (process.env['E2E_KEEP'] !== '1') {
    await cleared();
    if (process.env['E2E_USE_KUBECONFIG'] !== '1') await run(clusterScript('down'), []);
  }
  process.stdout.write(
    `\nall of it true, in ${Math.round((performance.now() - start) / 1000)} s (${kubeconfig()})\n`,
  );
} catch (error) {
  process.stdout.write(`\n${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  await explain();
  process.exitCode = 1;
}
