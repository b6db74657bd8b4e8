import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cached } from '../deploy/support/found.ts';
import type { BenchCase } from './cases.ts';
import type { BenchOptions } from './options.ts';
import type { ServerPlan } from './server.ts';
import { AUDIENCE, type BenchIssuer, ISSUER } from './tokens.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ALLOWED = { code: 0, reason: null };

/** The servers of a case: Watchword with its configuration in `folder`, and what it is compared with. */
export async function serverPlans(
  benchCase: BenchCase,
  issuer: BenchIssuer,
  options: BenchOptions,
  folder: string,
): Promise<readonly ServerPlan[]> {
  const socketOf = (name: string) => (options.overSocket ? `unix:${join(folder, name)}` : null);
  const watchword = async (
    name: 'watchword' | 'lean' | 'one of each',
    count: number,
  ): Promise<ServerPlan> => {
    const grpcServer = name === 'lean' ? 'lean' : 'grpc-js';
    const socket = socketOf(`${grpcServer}-${count}.sock`);
    const config = await writeConfiguration(
      benchCase,
      issuer,
      join(folder, `${grpcServer}-${count}`),
      { grpc: socket ?? '127.0.0.1:0', admin: '127.0.0.1:0', grpcServer },
      count,
    );
    return {
      ...{ name, command: process.execPath, socket, verdict: benchCase.verdict },
      args: [...options.nodeFlags, options.server, 'serve', '--config', config],
      serving: /"grpcPort":(\d+),"adminPort":(\d+)/,
    };
  };
  const { beside } = benchCase;
  if (beside === 'nobody') return [await watchword('watchword', 1)];
  if (beside === 'one of each')
    return [await watchword('watchword', 1_000), await watchword('one of each', 1)];
  const node = [...options.nodeFlags, join(HERE, 'empty-server.js')];
  return [
    await watchword('watchword', 1),
    ...(options.withLean ? [await watchword('lean', 1)] : []),
    empty('empty', process.execPath, node, socketOf('empty.sock')),
    ...(options.withGo
      ? [empty('empty Go', await buildEmptyGo(), [], socketOf('empty-go.sock'))]
      : []),
    ...(options.rival === null || benchCase.verdict.code !== 0 ? [] : [rivalAt(options.rival)]),
  ];
}

function empty(
  name: 'empty' | 'empty Go',
  command: string,
  args: readonly string[],
  socket: string | null,
): ServerPlan {
  return {
    ...{ name, command, args: [...args, socket ?? '127.0.0.1:0'], socket },
    serving: /^serving on port (\d+)$/,
    verdict: ALLOWED,
  };
}

/** A server that somebody else has started: what it costs is not known, only how soon it answers. */
function rivalAt(address: string): ServerPlan {
  return {
    name: 'rival',
    command: null,
    args: [],
    serving: /$/,
    socket: address,
    verdict: ALLOWED,
  };
}

/** The tutorial's pipeline, with an issuer whose keys are in a file; and so many issuers and pipelines with ten paths each. */
async function writeConfiguration(
  { cacheEntries }: BenchCase,
  issuer: BenchIssuer,
  folder: string,
  listen: object,
  count: number,
): Promise<string> {
  const configuration = join(folder, 'configuration');
  await mkdir(join(configuration, 'keys'), { recursive: true });
  await writeFile(join(configuration, 'keys/jwks.json'), issuer.jwks);
  const numbers = Array.from({ length: count - 1 }, (_, index) => index);
  const keys = { file: 'keys/jwks.json' };
  const audiences = [AUDIENCE];
  const pipelineOf = (name: string, host: string, paths: readonly string[]) => ({
    ...{ name, match: [{ hosts: [host], paths }] },
    require: { issuers: ['bench'], scopes: { all: ['read:orders'] } },
    forward: { headers: { 'x-auth-subject': 'sub', 'x-auth-scope': 'scope' } },
  });
  const ten = Array.from({ length: 10 }, (_, index) => `/part-${index}/**`);
  const text = JSON.stringify({
    listen,
    ...(cacheEntries === null
      ? {}
      : { tokenCache: { entries: cacheEntries, bytes: 128 * 1024 * 1024 } }),
    issuers: [
      ...numbers.map((n) => ({
        name: `issuer-${n}`,
        issuer: `https://issuer-${n}.example/`,
        audiences,
        keys,
      })),
      { name: 'bench', issuer: ISSUER, audiences, keys },
    ],
    pipelines: [
      ...numbers.map((n) => pipelineOf(`pipeline-${n}`, `app-${n}.example.com`, ten)),
      pipelineOf('billings', 'orders.example.com', ['/orders/**']),
    ],
  });
  await writeFile(join(configuration, 'watchword.json'), text);
  return join(configuration, 'watchword.json');
}

/** Builds the empty Go server into the cache, once for each version of its source. */
async function buildEmptyGo(): Promise<string> {
  const source = join(HERE, 'empty-go');
  const digest = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go'])
    digest.update(await readFile(join(source, file)));
  const build = promisify(execFile);
  const built = await cached(`empty-go-${digest.digest('hex').slice(0, 16)}`, async (folder) => {
    try {
      await build('go', ['build', '-o', join(folder, 'empty-go'), '.'], { cwd: source });
    } catch (cause) {
      throw new Error('the empty Go server cannot be built; --go needs Go 1.26 or later on PATH', {
        cause,
      });
    }
  });
  return join(built, 'empty-go');
}
