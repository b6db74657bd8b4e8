import { hostname } from 'node:os';
import type { Verifier } from '../check/verifier.ts';
import type { Decisions, Overview } from '../console/api.ts';
import { configurationShown } from '../console/configuration.ts';
import { type DecisionCount, DecisionHistory, INTERVAL } from '../console/decision-history.ts';
import { askedInBody } from '../console/explain-body.ts';
import { gatewaysShown } from '../console/gateways.ts';
import { issuersShown } from '../console/issuers.ts';
import { readPageFiles } from '../console/page-files.ts';
import { pipelinesShown } from '../console/pipelines.ts';
import type { RecentRefusals } from '../console/recent-refusals.ts';
import { type ConsoleApi, type ConsoleServer, startConsole } from '../console/server.ts';
import { explainHttpCheck, explainRequest } from '../explain/explain.ts';
import { explanationJson } from '../explain/explanation-json.ts';
import type { LiveConfig } from '../live/live-config.ts';
import type { MetricName, Metrics } from '../telemetry/metrics.ts';
import type { ReadinessCheck } from '../transport/admin.ts';
import type { Probes } from './probes.ts';
import type { Routes } from './routes.ts';
import { VERSION } from './version.ts';

/** What the console looks into. */
export interface ConsoleSources {
  readonly live: LiveConfig;
  readonly metrics: Metrics;
  readonly verifier: Verifier;
  readonly routes: Routes;
  readonly probes: Probes;
  readonly refusals: RecentRefusals;
  readonly readiness: () => readonly ReadinessCheck[];
  /** Milliseconds since the epoch, never back: see `steadyNow`. */
  readonly now: () => number;
}

/** Bytes of a question beside its token: a URL and headers. */
const MAX_QUESTION = 128 * 1024;
/** Longest token that is explained, in bytes, however long one may be. */
const MAX_TOKEN = 1024 * 1024;

/** Starts the console, or gives null where none is named. */
export async function openConsole(sources: ConsoleSources): Promise<ConsoleServer | null> {
  const { listen, limits } = sources.live.first;
  if (listen.console === undefined) return null;
  await using stack = new AsyncDisposableStack();
  const history = new DecisionHistory();
  const follow = async (): Promise<Decisions> => {
    const counts = await valuesOf(sources.metrics, 'watchword_decisions_total');
    history.take(counts as readonly DecisionCount[], sources.now());
    return history.shown();
  };
  await follow();
  const timer = setInterval(() => void follow(), INTERVAL / 2).unref();
  stack.defer(() => clearInterval(timer));
  const mostBytes = Math.min(limits.tokenBytes, MAX_TOKEN) + MAX_QUESTION;
  const api: ConsoleApi = {
    read: {
      overview: () => overviewOf(sources),
      decisions: follow,
      refusals: async () => sources.refusals.shown(),
      pipelines: async () => pipelinesShown(sources.live, sources.routes.index.current),
      issuers: async () => issuersShown(sources.live),
      gateways: async () => {
        const { live, routes, probes } = sources;
        return gatewaysShown(live, routes.index.current, probes.states());
      },
      configuration: async () => configurationShown(sources.live),
    },
    explain: (body) => explained(sources, body),
    mostBytes,
    tooLong: `the question has more than ${mostBytes} bytes; limits.tokenBytes is ${limits.tokenBytes}`,
  };
  const server = stack.use(await startConsole(listen.console, api, await readPageFiles()));
  const owned = stack.move();
  return { port: server.port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Milliseconds since the epoch. */
const STARTED = Math.round(performance.timeOrigin);

async function overviewOf({
  live,
  metrics,
  verifier,
  readiness,
}: ConsoleSources): Promise<Overview> {
  const checks = readiness();
  const { entries, bytes } = live.first.tokenCache;
  const lookups = await valuesOf(metrics, 'watchword_token_cache_lookups_total');
  const looked = (wanted: string) =>
    lookups.find(({ labels }) => labels['result'] === wanted)?.value ?? 0;
  return {
    version: VERSION,
    node: process.version,
    host: hostname(),
    started: STARTED,
    now: Date.now(),
    ready: checks.every(({ ready }) => ready),
    checks,
    cache: {
      entries: verifier.cached,
      mostEntries: entries,
      mostBytes: bytes,
      hits: looked('hit'),
      misses: looked('miss'),
    },
  };
}

/** Decides about what the body asks, with what decides here: nothing of it is counted, logged or kept. */
async function explained({ live, routes }: ConsoleSources, body: string): Promise<unknown> {
  const asked = askedInBody(body);
  const context = {
    policy: live.policy.current,
    tokenBytes: live.first.limits.tokenBytes,
    headerBytes: live.first.limits.headerBytes,
    now: Date.now() / 1000,
    routes: routes.index.current,
    places: { ...live.config, placeOf: live.placeOf },
  };
  return explanationJson(
    asked.over === 'grpc'
      ? await explainRequest(context, asked.request)
      : { ...(await explainHttpCheck(context, asked.httpCheck)), httpCheck: asked.httpCheck },
  );
}

interface Counted {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function valuesOf({ registry }: Metrics, name: MetricName): Promise<readonly Counted[]> {
  const counted = await registry.getSingleMetric(name)?.get();
  return (counted?.values ?? []) as readonly Counted[];
}
