import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { findProgram, type Program, type ProgramName } from '../../deploy/support/programs.ts';
import { clusterScript, goProgram } from '../cluster/programs.ts';
import { OWN_CLUSTER, run } from './commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The image of this checkout, as the chart is told to use it. */
export const IMAGE = { repository: 'docker.io/library/watchword', tag: 'e2e' } as const;

const OTHERS = {
  'envoyproxy/envoy:distroless-v1.40.0': { name: 'envoy', find: findEnvoy },
  'projectcontour/contour:v1.33.8': {
    name: 'contour',
    find: () => goProgram('github.com/projectcontour/contour/cmd/contour@v1.33.8'),
  },
  'envoyproxy/gateway:v1.9.1': {
    name: 'envoy-gateway',
    find: () => goProgram('github.com/envoyproxy/gateway/cmd/envoy-gateway@v1.9.1'),
  },
} as const;

export type OtherImage = keyof typeof OTHERS;

/** Builds the image from `deploy/Dockerfile` and gives it to the cluster. Tells its size in megabytes. */
export async function importOwnImage(): Promise<string> {
  return inFolder(async (folder) => {
    const tar = join(folder, 'watchword.tar');
    const dockerfile = join(ROOT, 'deploy/Dockerfile');
    await run(clusterScript('image-build'), [ROOT, `watchword:${IMAGE.tag}`, tar, dockerfile], {
      isLoud: true,
    });
    await run(clusterScript('image-import'), [tar]);
    return `${Math.round(statSync(tar).size / 1e6)} MB`;
  });
}

/** Packs a gateway's program as the image that its manifests name, and gives it to the cluster. */
export async function importOther(image: OtherImage): Promise<void> {
  const { name, find } = OTHERS[image];
  await packed(image, name, { command: await find(), environment: {} });
}

/** The same with a program of the HTTP recipes. */
export async function importProgram(name: ProgramName, image: string): Promise<void> {
  await packed(image, name, await findProgram(name));
}

/** Nothing with `E2E_USE_KUBECONFIG=1`, whose nodes must have the image. */
async function packed(
  image: string,
  name: string,
  { command, environment }: Pick<Program, 'command' | 'environment'>,
): Promise<void> {
  if (!OWN_CLUSTER) return;
  await inFolder(async (folder) => {
    const tar = join(folder, 'image.tar');
    const path = `/usr/local/bin/${name}`;
    const what = ['--program', `${command}=${path}`, '--user', '65532:65532'];
    // The libraries that it loads are packed too, at the paths that they have here.
    const variables = Object.entries(environment).flatMap((pair) => ['--env', pair.join('=')]);
    const entry = ['--entrypoint', JSON.stringify([path])];
    const args = [...what, ...variables, ...entry, image, tar];
    await run(clusterScript('image-pack'), args, { environment });
    await run(clusterScript('image-import'), [tar]);
  });
}

/** Where the program of a gateway is on this machine. */
export function programOf(image: OtherImage): Promise<string> {
  return OTHERS[image].find();
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-images-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
