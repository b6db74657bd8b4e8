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
  const own = socketOf('watchword.sock');
  const plans: ServerPlan[] = [
    {
      name: 'watchword',
      command: process.execPath,
      args: [
        ...options.nodeFlags,
        options.server,
        'serve',
        '--config',
        await writeConfiguration(benchCase, issuer, folder, own),
      ],
      serving: /"grpcPort":(\d+),"adminPort":(\d+)/,
      socket: own,
      verdict: benchCase.verdict,
    },
    empty(
      process.execPath,
      [...options.nodeFlags, join(HERE, 'empty-server.js')],
      socketOf('empty.sock'),
    ),
  ];
  if (options.withGo) {
    plans.push({ ...empty(await buildEmptyGo(), [], socketOf('empty-go.sock')), name: 'empty Go' });
  }
  return plans;
}

function empty(command: string, args: readonly string[], socket: string | null): ServerPlan {
  return {
    name: 'empty',
    command,
    args: [...args, socket ?? '127.0.0.1:0'],
    serving: /^serving on port (\d+)$/,
    socket,
    verdict: ALLOWED,
  };
}

/** The tutorial's pipeline, with an issuer whose keys are in a file. */
async function writeConfiguration(
  { cacheEntries }: BenchCase,
  issuer: BenchIssuer,
  folder: string,
  socket: string | null,
): Promise<string> {
  const configuration = join(folder, 'configuration');
  await mkdir(join(configuration, 'keys'), { recursive: true });
  await writeFile(join(configuration, 'keys/jwks.json'), issuer.jwks);
  const cache = cacheEntries === null ? '' : `tokenCache: { entries: ${cacheEntries} }\n`;
  await writeFile(
    join(configuration, 'watchword.yaml'),
    `listen: { grpc: '${socket ?? '127.0.0.1:0'}', admin: '127.0.0.1:0' }
${cache}issuers:
  - name: bench
    issuer: ${ISSUER}
    audiences: [${AUDIENCE}]
    keys: { file: keys/jwks.json }
pipelines:
  - name: billings
    match: [{ hosts: [orders.example.com], paths: ['/orders/**'] }]
    require: { scopes: { all: [read:orders] } }
    forward: { headers: { x-auth-subject: sub, x-auth-scope: scope } }
`,
  );
  return configuration;
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
