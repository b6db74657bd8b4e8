import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { clusterScript, goProgram } from '../cluster/programs.ts';
import { OWN_CLUSTER, run } from './commands.ts';

/** Of main: no release of Istio can be built by `go install`. */
const VERSION = 'v0.0.0-20260827124520-eed52ebb66ad';

/** Builds istiod and the gateway's agent (4 minutes, once) and gives both images to the cluster. */
export async function importIstio(): Promise<void> {
  if (!OWN_CLUSTER) return;
  const pilot = await goProgram(`istio.io/istio/pilot/cmd/pilot-discovery@${VERSION}`);
  const agent = await goProgram(`istio.io/istio/pilot/cmd/pilot-agent@${VERSION}`);
  const folder = mkdtempSync(join(tmpdir(), 'watchword-istio-'));
  try {
    // Envoy's start file is made of a template that is in Istio's Go module.
    const template = join(folder, 'template');
    mkdirSync(template);
    const source = `${await moduleFolder(agent)}/tools/packaging/common/envoy_bootstrap.json`;
    copyFileSync(source, join(template, 'envoy_bootstrap_tmpl.json'));
    await pack(folder, 'istio/pilot:test', { 'pilot-discovery': pilot }, []);
    const programs = { 'pilot-agent': agent, envoy: await findEnvoy() };
    await pack(folder, 'istio/proxy:test', programs, ['--dir', `${template}=/var/lib/istio/envoy`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where Go keeps the source of the module that a program was built of. */
async function moduleFolder(program: string): Promise<string> {
  const facts = await run('go', ['version', '-m', program]);
  const [, path, version] = /^\tmod\t(\S+)\t(\S+)/m.exec(facts) ?? [];
  return `${(await run('go', ['env', 'GOMODCACHE'])).trim()}/${path}@${version}`;
}

/** An image of these programs whose entry point is the first of them. */
async function pack(
  folder: string,
  image: string,
  programs: Readonly<Record<string, string>>,
  more: readonly string[],
): Promise<void> {
  const tar = join(folder, 'image.tar');
  const [first = ''] = Object.keys(programs);
  const files = Object.entries(programs).flatMap(([name, path]) => [
    '--program',
    `${path}=/usr/local/bin/${name}`,
  ]);
  const entry = ['--entrypoint', JSON.stringify([`/usr/local/bin/${first}`])];
  await run(clusterScript('image-pack'), [
    ...files,
    ...more,
    '--user',
    '1337:1337',
    ...entry,
    image,
    tar,
  ]);
  await run(clusterScript('image-import'), [tar]);
}
