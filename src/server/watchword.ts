import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { steadyNow } from '../base/clock.ts';
import { milliseconds } from '../base/duration.ts';
import { type Check, checkWith, type Gate, type Wrap } from '../check/check.ts';
import { refuse } from '../check/decision.ts';
import { failClosed } from '../check/fail-closed.ts';
import { answersMetadata, metadataFor } from '../check/resource-metadata.ts';
import { Verifier } from '../check/verifier.ts';
import type { Config } from '../config/shape.ts';
import { RecentRefusals } from '../console/recent-refusals.ts';
import { IssuerPool } from '../live/issuer-pool.ts';
import { LiveConfig } from '../live/live-config.ts';
import { type DecisionCounters, decisionCounters } from '../telemetry/counted.ts';
import { logged } from '../telemetry/logged.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { routeDecisions } from '../telemetry/route-decisions.ts';
import { boundAddress } from '../transport/address.ts';
import { type ReadinessCheck, startAdmin } from '../transport/admin.ts';
import type { ListenerCertificate } from '../transport/certificate.ts';
import type { CheckHooks } from '../transport/check-hooks.ts';
import { CallCounters } from '../transport/ext-authz/call-counters.ts';
import { handleChecksWith } from '../transport/ext-authz/handle.ts';
import type { ExtAuthzServer } from '../transport/ext-authz/server.ts';
import { type Candidate, openCandidate } from './candidate.ts';
import { followFiles, openCertificates } from './certificates.ts';
import { openConsole } from './console.ts';
import { openHttp, trustedPeers } from './http.ts';
import { configEvents, keyEvents, logWarnings, verifierEvents, watchState } from './observe.ts';
import { startProbes } from './probes.ts';
import { Readiness } from './readiness.ts';
import { startRoutes } from './routes.ts';
import { VERSION } from './version.ts';

/** A running Watchword. Disposing of it stops it: no new checks, open ones finish. */
export interface Watchword extends AsyncDisposable {
  readonly grpcPort: number;
  readonly adminPort: number;
  /** Null where `listen.http` is not named. */
  readonly httpPort: number | null;
  /** Null where `listen.console` is not named. */
  readonly consolePort: number | null;
}

/** Where the log goes. */
export interface LogSink {
  /** Lines that it dropped. */
  readonly dropped: number;
}

const NO_SINK: LogSink = { dropped: 0 };

/**
 * Starts everything: the only place that knows every part. Throws `ProblemsError` where the configuration is wrong and
 * `ListenError` where a port is taken; nothing is left running then. Whatever holds a socket, a timer or a file is in one
 * stack, so that it ends in the reverse order. `sink` is where the log goes, for the metric of what it dropped; `candidatePath` a
 * configuration that judges beside, without changing answers.
 */
export async function startWatchword(
  path: string,
  log: Logger,
  sink: LogSink = NO_SINK,
  candidatePath: string | null = null,
): Promise<Watchword> {
  await using stack = new AsyncDisposableStack();
  const metrics = new Metrics();
  const counters = decisionCounters(metrics);
  const pool = new IssuerPool(keyEvents(metrics, log));
  const live = stack.use(await LiveConfig.open(path, pool, configEvents(metrics, log, counters)));
  const peers = trustedPeers(live);
  const config = { ...live.first, listen: await boundListeners(live.first.listen) };
  const { listen } = config;
  log.level = live.first.log.level;
  logWarnings(log, live.warnings);
  const verifier = openVerifier(live, metrics);
  watchState(metrics, live, verifier);
  counters.announce(live.policy.current.pipelines.values());

  const probes = stack.use(startProbes(live, metrics, log));
  const routes = stack.use(startRoutes(live, metrics, log, process.env));

  const refusals = new RecentRefusals();
  const kept = listen.console === undefined ? null : refusals;
  const observed = observe(counters, metrics, log, sink, live, kept);
  const sides = { live, pool, routes: routes.index, metrics, log };
  const candidate = stack.use(await openCandidate(candidatePath, sides));
  const decide = candidate.beside(openCheck(live, routes.index, verifier, metrics));

  let stopping = false;
  const judge = new Readiness(live);
  const parts = [routes, probes, candidate];
  const readiness = () =>
    judge.checks(
      stopping,
      parts.flatMap((one) => one.readiness()),
    );
  metrics.gauge('watchword_ready', (gauge) =>
    gauge.set(readiness().every(({ ready }) => ready) ? 1 : 0),
  );
  const admin = stack.use(await startAdmin(listen.admin, metrics.registry, readiness));
  const hooks = checkHooks(live, probes.prove, observed, candidate.reads);
  const certificates = await openCertificates(listen);
  stack.use(followFiles(certificates, metrics, log));
  const answering = observed(answersMetadata(live.policy)(decide));
  const extAuthz = await openExtAuthz(stack, config, certificates.grpc, answering, metrics, hooks);
  const http = stack.use(
    await openHttp(config, certificates.http, observed(decide), peers, metrics, log, hooks),
  );
  const sources = { live, metrics, verifier, routes, probes, refusals, readiness, now: steadyNow };
  const shown = stack.use(await openConsole(sources));
  const followReadiness = followedBy(extAuthz, readiness);
  stack.use(every(250, followReadiness));
  const owned = stack.move();
  return {
    grpcPort: extAuthz.port,
    adminPort: admin.port,
    httpPort: http?.port ?? null,
    consolePort: shown?.port ?? null,
    [Symbol.asyncDispose]: async () => {
      stopping = true;
      followReadiness();
      // Checks are still taken while gateways and Services notice.
      await setTimeout(milliseconds(config.shutdown.delay));
      await owned.disposeAsync();
    },
  };
}

/** Calls something at an interval, in milliseconds, until it is disposed of. */
function every(interval: number, call: () => void): Disposable {
  const timer = setInterval(call, interval).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** gRPC health follows readiness, so that a gateway with health checks sends nothing to a server without keys. */
function followedBy(
  server: ExtAuthzServer,
  readiness: () => readonly ReadinessCheck[],
): () => void {
  return () => server.setServing(readiness().every((one) => one.ready));
}

/** What verifies tokens, with the limits of the start. */
function openVerifier(live: LiveConfig, metrics: Metrics): Verifier {
  const { tokenCache, limits } = live.first;
  const pending = limits.pendingVerifications;
  return new Verifier({ ...tokenCache, pending }, verifierEvents(metrics));
}

/** What the listeners ask beside the check. */
function checkHooks(
  live: LiveConfig,
  prove: CheckHooks['prove'],
  observed: Wrap,
  reads: Candidate['reads'],
): CheckHooks {
  const { messageBytes } = live.first.limits;
  return {
    ...reads,
    prove,
    documentFor: (request) => {
      const found = metadataFor(live.policy.current, request);
      if (found !== null) void observed(() => found)(request, 0);
      return found;
    },
    oversized: (size) => {
      const detail = `the CheckRequest has ${size} bytes; limits.messageBytes is ${messageBytes}`;
      return observed(() => refuse('message_oversized', { detail }))(null, 0);
    },
  };
}

/** The addresses of `listen` as this machine can bind them. */
async function boundListeners(listen: Config['listen']): Promise<Config['listen']> {
  const { grpc, admin, http } = listen;
  return {
    ...listen,
    grpc: await boundAddress(grpc),
    admin: await boundAddress(admin),
    ...(http === undefined ? {} : { http: await boundAddress(http) }),
  };
}

/**
 * How long a request over gRPC may take to come whole, and its answer to be taken, in milliseconds: longer than any gateway waits
 * for both.
 */
const MAX_WAIT = 5_000;
/** Bytes that may wait so, of requests and of answers: a hundred and more of the largest messages. */
const MAX_WAITING_BYTES = 24 * 1024 * 1024;
/** Calls at once over all gRPC connections, at some 12 KB each: as many as four gateways may send on a connection each. */
const MAX_CALLS = 4_000;
/** A peer that is gone, or never spoke HTTP/2, keeps a gRPC connection no longer than both together, in milliseconds. */
const KEEPALIVE = { after: 30_000, patience: 10_000 } as const;

/** The check itself. */
function openCheck(
  live: LiveConfig,
  routes: Gate['routes'],
  verifier: Verifier,
  metrics: Metrics,
): Check {
  const check = checkWith({
    policy: live.policy,
    routes,
    verifier,
    tokenBytes: live.first.limits.tokenBytes,
    headerBytes: live.first.limits.headerBytes,
    now: () => Date.now() / 1000,
  });
  return live.first.metrics.routes ? routeDecisions(metrics)(check) : check;
}

/** Puts around a check what counts, what logs, what the console keeps, and what fails closed, inside of these and outside. */
function observe(
  counters: DecisionCounters,
  metrics: Metrics,
  log: Logger,
  sink: LogSink,
  live: LiveConfig,
  refusals: RecentRefusals | null,
): Wrap {
  metrics.counter('watchword_log_lines_dropped_total', (counter) =>
    counter.inc({ sink: 'stdout' }, sink.dropped),
  );
  const linesLost = metrics.counter('watchword_log_lines_suppressed_total');
  const closed = failClosed((error) =>
    log.error({ err: error }, 'a defect: the request was refused'),
  );
  const written = logged(log, {
    settings: () => live.config.log.decisions,
    onSuppressed: (pipeline) => linesLost.inc({ pipeline }),
    version: VERSION,
  });
  const kept: Wrap = refusals?.remembered ?? ((next) => next);
  return (next) => closed(kept(written(counters.counted(closed(next)))));
}

/** Only the one that serves is loaded. */
const GRPC_SERVERS = {
  'grpc-js': async () => (await import('../transport/ext-authz/server.ts')).startExtAuthz,
  lean: async () => (await import('../transport/lean/server.ts')).startLean,
} as const;

async function openExtAuthz(
  stack: AsyncDisposableStack,
  { listen, limits, shutdown }: Config,
  certificate: ListenerCertificate | null,
  check: Check,
  metrics: Metrics,
  hooks: CheckHooks,
): Promise<ExtAuthzServer> {
  const start = await GRPC_SERVERS[listen.grpcServer]();
  const server = await start(
    {
      address: listen.grpc,
      certificate,
      messageBytes: limits.messageBytes,
      unfinished: { most: limits.unfinishedCalls, longest: MAX_WAIT, bytes: MAX_WAITING_BYTES },
      unread: { most: limits.unfinishedCalls, longest: MAX_WAIT, bytes: MAX_WAITING_BYTES },
      connections: limits.grpcConnections,
      calls: MAX_CALLS,
      decisionTimeout: milliseconds(limits.decisionTimeout),
      keepalive: KEEPALIVE,
      connectionAge: milliseconds(limits.connectionAge),
      grace: milliseconds(shutdown.grace),
    },
    handleChecksWith(check, hooks),
    new CallCounters(metrics),
  );
  return stack.use(server);
}
