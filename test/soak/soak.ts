import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../deploy/support/child.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { until } from '../../deploy/support/until.ts';
import { freePorts } from '../demo/free-ports.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { Instance } from './instance.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import type { SoakResult } from './judgement.ts';
import type { LoadJob, PhaseResult } from './load-job.ts';
import { Observations } from './observations.ts';
import type { SoakOptions } from './options.ts';
import { outcomeLine, timelineTable, total } from './report.ts';
import { writeRequests } from './requests.ts';
import { type Action, type Phase, phaseAt, phasesOf, refreshAtLeast } from './timeline.ts';

/** Fetches that requests may cause in a minute (see `RemoteKeys`); the background refresh has its own beside them. */
const ON_DEMAND = 6;
const CONNECTIONS = 128;
/** For the load process to read its file and connect, in milliseconds. */
const TIME_TO_BEGIN = 3_000;
/** For the last retry of an instance after the issuer is back, in milliseconds. */
const TIME_TO_RECOVER = 60_000;

type Say = (line: string) => void;

interface World {
  readonly issuer: Issuer;
  readonly instances: readonly [Instance, Instance];
  readonly gateway: Gateway;
}

/** Runs a soak. Everything that it starts is stopped, whatever happens. */
export async function runSoak(options: SoakOptions, say: Say): Promise<SoakResult> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-soak-'));
  const phases = phasesOf(options.seconds);
  const issuer = stack.use(await startIssuer());
  const requests = join(folder, 'requests');
  const written = await writeRequests(requests, issuer.keys, phases, options);
  say(`${written.valid} valid tokens and ${written.unknown} with an unknown kid, each used once`);
  const fixture = await startWorld(folder, issuer, options, stack);
  const beginAt = Date.now() + TIME_TO_BEGIN;
  const starts = phases.map(({ at }) => at);
  const now = (): number => phaseAt(starts, (Date.now() - beginAt) / 1000);
  const observed = fixture.instances.map((one) => new Observations(one, phases.length, now));
  const looking = observed.map((one) => one.run());
  const [results] = await Promise.all([
    runLoad({
      port: fixture.gateway.port,
      requests,
      connections: CONNECTIONS,
      beginAt,
      phases: starts,
    }),
    act(fixture, phases, beginAt, say),
  ]);
  const recovered = options.control ? null : await recovery(observed);
  for (const one of observed) one.stop();
  await Promise.all(looking);
  const valid = total(results.map((one) => one.valid));
  const unknown = total(results.map((one) => one.unknown));
  const result: SoakResult = {
    written,
    valid,
    unknown,
    mostFetches: Math.max(...observed.map(({ mostFetches }) => mostFetches)),
    budget: ON_DEMAND + Math.ceil(60_000 / keysOf(options, '', '').refreshAtLeast),
    recovered,
  };
  say(`\n${timelineTable(phases, results, observed)}\n`);
  await sum(result, fixture, say);
  return result;
}

async function sum(result: SoakResult, { issuer, gateway }: World, say: Say): Promise<void> {
  const { valid, unknown, mostFetches, budget, recovered } = result;
  say(outcomeLine('valid tokens', valid));
  say(outcomeLine('unknown kids', unknown));
  say(
    `key sets served: ${issuer.served('one')} to instance 1, ${issuer.served('two')} to instance 2`,
  );
  say(`fetches of one process: at most ${mostFetches}; budget: ${budget} a minute`);
  const { ok, denied, error } = await gateway.checks();
  say(`Envoy: ${ok} ok, ${denied} denied, ${error} without an answer`);
  if (recovered !== null) say(`fresh keys again ${recovered.toFixed(1)} s after the load`);
}

async function startWorld(
  folder: string,
  issuer: Issuer,
  options: SoakOptions,
  stack: AsyncDisposableStack,
): Promise<World> {
  const ports = await freePorts();
  const start = async (name: string, grpc: number, admin: number): Promise<Instance> => {
    const { settings } = keysOf(options, issuer.jwksUrl(name), join(folder, `kept-${name}`));
    return stack.use(await Instance.start({ name, folder, grpc, admin, keys: settings }));
  };
  const one = await start('one', ports.watchword, ports.metrics);
  const two = await start('two', ports.billings, ports.invoices);
  const gateway = stack.use(await startGateway(folder, ports.gateway, [one.grpc, two.grpc]));
  return { issuer, instances: [one, two], gateway };
}

/** The control has everything that keeps the soak green switched off. */
function keysOf(
  { control, seconds }: SoakOptions,
  jwks: string,
  cacheDir: string,
): { readonly settings: Readonly<Record<string, unknown>>; readonly refreshAtLeast: number } {
  const least = control ? 86_400_000 : refreshAtLeast(seconds);
  const bounds = control
    ? { refreshAtMost: '24h', rotationGrace: '0s' }
    : { rotationGrace: '30s', cacheDir };
  const settings = { jwks, allowHttp: true, refreshAtLeast: `${least}ms`, ...bounds };
  return { settings, refreshAtLeast: least };
}

async function runLoad(job: LoadJob): Promise<readonly PhaseResult[]> {
  const file = fileURLToPath(new URL('load.ts', import.meta.url));
  await using child = await startChild({
    name: 'load',
    command: process.execPath,
    args: [file, JSON.stringify(job)],
  });
  await child.line(/^ready$/);
  await child.ended;
  const text = child.lastLines().at(-1) ?? '';
  if (!text.startsWith('[')) throw child.complaint('printed no results');
  return JSON.parse(text) as readonly PhaseResult[];
}

/** Does what each phase begins with, at its time. */
async function act(
  fixture: World,
  phases: readonly Phase[],
  beginAt: number,
  say: Say,
): Promise<void> {
  const restarts: Promise<void>[] = [];
  for (const { at, title, action } of phases) {
    await delay(Math.max(0, beginAt + at * 1000 - Date.now()));
    say(`${at.toFixed(1).padStart(6)} s  ${title}`);
    if (action === null) continue;
    const done = ACTIONS[action](fixture);
    done.catch(() => undefined);
    // A restart takes longer than a phase may last.
    if (action.startsWith('restart')) restarts.push(done);
    else await done;
  }
  await Promise.all(restarts);
}

const ACTIONS: Readonly<Record<Action, (fixture: World) => Promise<void>>> = {
  'restart one': ({ instances: [one] }) => one.restart(),
  'restart two': ({ instances: [, two] }) => two.restart(),
  'publish B': async ({ issuer }) => issuer.publish('A', 'B'),
  'drop A': async ({ issuer }) => issuer.publish('B'),
  'publish C': async ({ issuer }) => issuer.publish('B', 'C'),
  'kill issuer': ({ issuer }) => issuer.kill(),
  'start issuer with C alone': async ({ issuer }) => {
    issuer.publish('C');
    await issuer.start();
  },
};

/** Seconds until no instance has stale keys. */
async function recovery(observed: readonly Observations[]): Promise<number | null> {
  const began = performance.now();
  try {
    await until(
      'fresh keys',
      () => (observed.some(({ stale }) => stale) ? undefined : true),
      TIME_TO_RECOVER,
    );
    return (performance.now() - began) / 1000;
  } catch {
    return null;
  }
}
