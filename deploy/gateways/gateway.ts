import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import { findProgram, type ProgramName } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { caddyFiles } from './caddy.ts';
import { envoyHttpFiles } from './envoy-http.ts';
import { haproxyFiles } from './haproxy.ts';
import { ingressNginxFiles } from './ingress-nginx.ts';
import { nginxFiles } from './nginx.ts';
import type { Recipe, RecipeFile } from './recipe.ts';
import { traefikFiles } from './traefik.ts';

/** How a gateway that asks over HTTP is configured and run. */
interface Kind {
  readonly program: ProgramName;
  readonly files: (recipe: Recipe) => readonly RecipeFile[];
  /** Run in the folder of the files. */
  readonly args: readonly string[];
}

const KINDS = {
  nginx: {
    program: 'nginx',
    files: nginxFiles,
    args: ['-e', 'stderr', '-p', '.', '-c', 'nginx.conf'],
  },
  // Debian's nginx with what the controller writes: the controller itself needs a cluster.
  'ingress-nginx': {
    program: 'nginx',
    files: ingressNginxFiles,
    args: ['-e', 'stderr', '-p', '.', '-c', 'nginx.conf'],
  },
  haproxy: { program: 'haproxy', files: haproxyFiles, args: ['-db', '-f', 'haproxy.cfg'] },
  caddy: { program: 'caddy', files: caddyFiles, args: ['run', '--config', 'Caddyfile'] },
  traefik: { program: 'traefik', files: traefikFiles, args: ['--configfile=traefik.yaml'] },
  envoy: {
    program: 'envoy',
    files: envoyHttpFiles,
    // Hot restart shares memory and a socket between all Envoys of a machine.
    args: ['-c', 'envoy.yaml', '--disable-hot-restart', '--concurrency', '1', '-l', 'warning'],
  },
} as const satisfies Record<string, Kind>;

export type GatewayName = keyof typeof KINDS;
export const GATEWAY_NAMES = Object.keys(KINDS) as readonly GatewayName[];

/** The files of a gateway's recipe. */
export function recipeFiles(name: GatewayName, recipe: Recipe): readonly RecipeFile[] {
  return KINDS[name].files(recipe);
}

/** A running gateway. Disposing of it stops it and removes its files. */
export interface Gateway extends AsyncDisposable {
  readonly name: GatewayName;
  readonly version: string;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly child: Child;
}

/** Starts a gateway on a free port and waits until it takes connections. `adapted` changes the files of its recipe. Throws with its last lines where it does not. */
export async function startGateway(
  name: GatewayName,
  recipe: Omit<Recipe, 'listen'>,
  adapted: (files: readonly RecipeFile[]) => readonly RecipeFile[] = (files) => files,
): Promise<Gateway> {
  await using stack = new AsyncDisposableStack();
  const { program, args } = KINDS[name];
  const { command, environment, version } = await findProgram(program);
  const folder = await mkdtemp(join(tmpdir(), `watchword-${name}-`));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  for (const file of adapted(recipeFiles(name, { ...recipe, listen: `127.0.0.1:${port}` })))
    await writeFile(join(folder, file.name), file.text);
  const variables = Object.entries({ ...environment, HOME: folder });
  const child = stack.use(
    await startChild({
      name,
      command: '/usr/bin/env',
      args: ['-C', folder, ...variables.map((pair) => pair.join('=')), command, ...args],
    }),
  );
  await until(`${name} to listen`, async () => {
    if (!child.isRunning()) throw child.complaint('did not start');
    return (await routes(port)) ? true : undefined;
  });
  const owned = stack.move();
  return { name, version, port, child, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Whether a request reaches a route: Traefik listens before it has read them, and says 404. */
async function routes(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(5000);
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => null);
  await response?.body?.cancel();
  return response !== null && response.status !== 404;
}
