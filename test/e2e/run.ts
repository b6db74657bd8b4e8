import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterScript } from '../cluster/programs.ts';
import { annotatedRoutes } from './annotated-routes.ts';
import { behindCilium } from './behind-cilium.ts';
import { behindGateways } from './behind-gateways.ts';
import { behindIngressNginx } from './behind-ingress-nginx.ts';
import { behindTraefik } from './behind-traefik.ts';
import { helm, kubeconfig, kubectl, OWN_CLUSTER, run } from './commands.ts';
import { dryRun } from './dry-run.ts';
import { fourSteps, removeFourSteps } from './four-steps.ts';
import { gatewaysInPods } from './gateways-in-pods.ts';
import { gettingStarted } from './getting-started.ts';
import { importOwnImage } from './images.ts';
import { behindIstio } from './istio.ts';
import { migrated } from './migrated.ts';
import { mutualTls } from './mutual-tls.ts';
import { ownEnvoy } from './own-envoy.ts';
import { ownNamespaces, refuseForeign, removeOwn } from './own-objects.ts';
import { makeNamespace, NAMESPACE } from './release.ts';
import { serviceAccountTokens } from './service-account-tokens.ts';
import { type Story, startStory } from './story.ts';
import { uninstalled } from './uninstalled.ts';
import { wrongConfiguration } from './wrong-configuration.ts';

/**
 * `make e2e`: a cluster, the chart's own tests, then the whole story. `E2E_USE_KUBECONFIG=1` uses the cluster of KUBECONFIG, and
 * leaves alone what it has: its nodes need the images, and this machine a route to its pods and Services. `GATEWAYS=all` adds
 * Istio, ingress-nginx and Cilium's operator; `E2E_KEEP=1` leaves everything as it is at the end.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const story = startStory((text) => process.stdout.write(text));
const start = performance.now();

async function main({ chapter, step }: Story): Promise<void> {
  if (!existsSync(join(ROOT, 'dist/main.js'))) {
    throw new Error('the program is not built; run: npm run build');
  }
  chapter('A cluster');
  if (OWN_CLUSTER) {
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
  await cleared();
  if (!OWN_CLUSTER) await step('what a user has that our gateways would meet', refuseForeign);
  chapter("The chart's own tests");
  execFileSync(process.execPath, ['--test', 'test/chart/*.test.ts'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  await makeNamespace();
  await dryRun(story);
  await migrated(story);
  await ownEnvoy(story);
  await wrongConfiguration(story);
  await gettingStarted(story);
  await serviceAccountTokens(story);
  const gateways = await behindGateways(story);
  await fourSteps(story);
  await annotatedRoutes(story, gateways);
  await behindTraefik(story);
  await gatewaysInPods(story);
  if (process.env['GATEWAYS'] === 'all') {
    await behindIstio(story);
    await behindIngressNginx(story);
    // Its operator brings definitions of its own, and would meet a Cilium that is there.
    if (OWN_CLUSTER) await behindCilium(story);
  }
  await mutualTls(story);
  await uninstalled(story, gateways);
}

/** Ends what this run or an earlier one made, and nothing else. */
async function cleared(): Promise<void> {
  if ((await ownNamespaces()).includes(NAMESPACE)) {
    const release = ['watchword', '--namespace', NAMESPACE, '--ignore-not-found', '--wait'];
    await helm(['uninstall', ...release]);
  }
  await removeFourSteps();
  await removeOwn();
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
    if (OWN_CLUSTER) await run(clusterScript('down'), []);
  }
  process.stdout.write(
    `\nall of it true, in ${Math.round((performance.now() - start) / 1000)} s (${kubeconfig()})\n`,
  );
} catch (error) {
  process.stdout.write(`\n${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  await explain();
  process.exitCode = 1;
}
