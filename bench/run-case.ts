import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../deploy/support/child.ts';
import { cacheLookups } from './cache-lookups.ts';
import type { BenchCase } from './cases.ts';
import { checkRequest } from './check-messages.ts';
import type { LoadJob, LoadResult } from './load-job.ts';
import type { BenchOptions } from './options.ts';
import { residentMemory } from './process-cost.ts';
import { type RunningServer, type ServerName, startServer } from './server.ts';
import { serverPlans } from './server-plans.ts';
import type { BenchIssuer } from './tokens.ts';

/** What was measured of one server in one case. Times in milliseconds, memory in bytes. */
export interface Measured {
  readonly server: ServerName;
  readonly ready: number;
  readonly idle: number;
  readonly peak: number;
  readonly rounds: readonly LoadResult[];
}

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url));
const CONNECTIONS = 2;
const IN_FLIGHT = 32;
/** The first warm-up is longer by this factor: V8 compiles what runs often, and more code takes longer. */
const COMPILING = 4;

/**
 * Starts the servers of a case and loads them in turn, so that whatever else the machine does meets all of them. Throws where
 * an answer is not what it must be: a measurement of errors is worth nothing.
 */
export async function runCase(
  benchCase: BenchCase,
  issuer: BenchIssuer,
  options: BenchOptions,
  folder: string,
): Promise<readonly Measured[]> {
  await using stack = new AsyncDisposableStack();
  const own = join(folder, benchCase.name);
  await mkdir(own);
  const httpChecks = (await benchCase.tokens(issuer)).map((token, index) =>
    checkRequest(index, token),
  );
  const requests = join(own, 'requests');
  await writeFile(requests, Buffer.concat(httpChecks));
  const servers: { readonly running: RunningServer; readonly rounds: LoadResult[] }[] = [];
  for (const plan of await serverPlans(benchCase, issuer, options, own)) {
    const running = stack.use(await startServer(plan, httpChecks[0] ?? Buffer.alloc(0)));
    servers.push({ running, rounds: [] });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    const turn = round % servers.length;
    for (const { running, rounds } of [...servers.slice(turn), ...servers.slice(0, turn)]) {
      const rate = benchCase.rate ?? options.rate;
      const warmUp = round === 0 ? COMPILING * options.warmUp : options.warmUp;
      rounds.push(
        await load(running, requests, rounds.at(-1)?.next ?? 0, { ...options, rate, warmUp }),
      );
    }
  }
  const measured = servers.map(({ running, rounds }) => ({
    server: running.plan.name,
    ready: running.ready,
    idle: running.idle,
    peak: running.child === null ? Number.NaN : residentMemory(running.child.pid).peak,
    rounds,
  }));
  for (const { running } of servers) await requireCache(running, benchCase);
  return measured;
}

async function load(
  { plan, child, address }: RunningServer,
  requests: string,
  first: number,
  { rate, warmUp, seconds }: BenchOptions,
): Promise<LoadResult> {
  const job: LoadJob = {
    address,
    pid: child?.pid ?? null,
    requests,
    first,
    connections: CONNECTIONS,
    inFlight: IN_FLIGHT,
    rate,
    warmUp,
    seconds,
    verdict: plan.verdict,
  };
  await using driver = await startChild({
    name: 'the load',
    command: process.execPath,
    args: [LOAD, JSON.stringify(job)],
  });
  const end = await driver.ended;
  const line = driver.lastLines().at(-1) ?? '';
  if (end === 'exit code 0') return JSON.parse(line) as LoadResult;
  throw child === null || child.isRunning()
    ? new Error(`${plan.name}: ${line}`)
    : child.complaint(`failed (${line})`);
}

/** Whether the tokens were what the case says: a warm case that is cold measures something else. */
async function requireCache(
  { metricsPort }: RunningServer,
  { name, most }: BenchCase,
): Promise<void> {
  if (metricsPort === null || most === null) return;
  const { hits, misses } = await cacheLookups(metricsPort);
  if (hits > (most.hits ?? hits) || misses > (most.misses ?? misses)) {
    throw new Error(`${name}: the token cache had ${hits} hits and ${misses} misses`);
  }
}
