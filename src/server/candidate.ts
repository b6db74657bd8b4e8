import type { Logger } from 'pino';
import { beside, type CandidateEvents } from '../candidate/beside.ts';
import { type Check, checkWith, type Gate, type Wrap } from '../check/check.ts';
import { Verifier } from '../check/verifier.ts';
import type { KeyEvents } from '../keys/key-events.ts';
import { CandidateConfig } from '../live/candidate-config.ts';
import { IssuerPool } from '../live/issuer-pool.ts';
import type { LiveConfig } from '../live/live-config.ts';
import type { Policy } from '../policy/policy.ts';
import { NO_PIPELINE } from '../telemetry/counted.ts';
import { recordOf } from '../telemetry/decision-record.ts';
import { LogBudget } from '../telemetry/log-budget.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ReadinessCheck } from '../transport/admin.ts';
import type { CheckHooks } from '../transport/check-hooks.ts';

/** A second configuration that judges beside the live one. */
export interface Candidate extends AsyncDisposable {
  /** Judges by the candidate too what a check has answered. */
  readonly beside: Wrap;
  /** What the live configuration reads of requests, and what the candidate reads. */
  readonly reads: Pick<CheckHooks, 'readHeaders' | 'readsSource'>;
  readonly readiness: () => readonly ReadinessCheck[];
}

const RESULTS = ['same', 'different', 'dropped', 'failed'] as const;

/** What a candidate shares with the live configuration. */
interface Sides {
  readonly live: LiveConfig;
  /** Its keys are used where the settings of an issuer are equal. */
  readonly pool: IssuerPool;
  readonly routes: Gate['routes'];
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Starts to judge by the configuration at `path` too. Null: there is none, and nothing stands around the check. */
export function openCandidate(path: string | null, sides: Sides): Promise<Candidate> {
  return path === null ? Promise.resolve(withoutCandidate(sides)) : startCandidate(path, sides);
}

function withoutCandidate({ live }: Sides): Candidate {
  return {
    beside: (check) => check,
    reads: {
      readHeaders: () => live.policy.current.readHeaders,
      readsSource: () => live.policy.current.readsSource,
    },
    readiness: () => [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function startCandidate(
  path: string,
  { live, pool, routes, metrics, log }: Sides,
): Promise<Candidate> {
  const own = new IssuerPool((issuer) => keyEventsOf(log, issuer), undefined, pool);
  let fetches: readonly string[] = [];
  const config = await CandidateConfig.open(path, own, {
    loaded(hash, fetched) {
      fetches = fetched;
      log.info({ hash, fetches }, 'the candidate configuration judges beside the live one');
      if (fetched.length > 0) log.warn({ issuers: fetched }, FETCHES);
    },
    refused(problems) {
      for (const problem of problems)
        log.error(
          { problem },
          'the candidate configuration is wrong; the live one is not concerned',
        );
    },
  });
  // Keys that the live configuration gave back are no longer refreshed.
  const following = live.onReload(() => void config.reload());
  watchCandidate(metrics, config);
  const check = candidateCheck(config, live, routes);
  return {
    beside: beside(check, eventsOf(live, metrics, log)),
    reads: {
      readHeaders: headersOfBoth(live, config),
      readsSource: () =>
        live.policy.current.readsSource || config.policy?.current.readsSource === true,
    },
    readiness: () => [readinessOf(config, fetches)],
    async [Symbol.asyncDispose]() {
      following[Symbol.dispose]();
      await config[Symbol.asyncDispose]();
    },
  };
}

const FETCHES =
  'the candidate configuration fetches keys of its own: the settings of these issuers are not those of the live one';

/** The check of the candidate, with a cache of its own; null while its configuration has never been right. */
function candidateCheck(
  config: CandidateConfig,
  live: LiveConfig,
  routes: Gate['routes'],
): () => Check | null {
  const { tokenCache, limits } = live.first;
  const verifier = new Verifier(
    { ...tokenCache, pending: limits.pendingVerifications },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  const { tokenBytes, headerBytes } = limits;
  const gate = { routes, verifier, tokenBytes, headerBytes, now: () => Date.now() / 1000 };
  let check: Check | null = null;
  return () => {
    if (check === null && config.policy !== null)
      check = checkWith({ ...gate, policy: config.policy });
    return check;
  };
}

/** A header that only the candidate reads must be there for it; the live configuration does not look at it. */
function headersOfBoth(live: LiveConfig, config: CandidateConfig): CheckHooks['readHeaders'] {
  let of: readonly (Policy | undefined)[] = [];
  let names: readonly string[] = [];
  return () => {
    const policies = [live.policy.current, config.policy?.current];
    if (policies.some((one, index) => one !== of[index])) {
      of = policies;
      names = [...new Set(policies.flatMap((one) => one?.readHeaders ?? []))];
    }
    return names;
  };
}

function eventsOf(config: LiveConfig, metrics: Metrics, log: Logger): CandidateEvents {
  const decisions = metrics.counter('watchword_candidate_decisions_total');
  const checks = metrics.counter('watchword_candidate_checks_total');
  for (const result of RESULTS) checks.inc({ result }, 0);
  const budget = new LogBudget(Date.now);
  return {
    same: () => checks.inc({ result: 'same' }),
    dropped: () => checks.inc({ result: 'dropped' }),
    different(request, { live, candidate }, differences) {
      checks.inc({ result: 'different' });
      const pipeline = live.pipeline?.name ?? NO_PIPELINE;
      decisions.inc({ pipeline, live: live.reason, candidate: candidate.reason });
      const { decisions: settings } = config.config.log;
      // Every difference is counted; the lines of a pipeline have its budget.
      const suppressed = budget.take(pipeline, settings);
      if (suppressed === null) return;
      const { reason, pipeline: name, mode, detail } = recordOf(null, candidate, settings);
      log.info(
        {
          ...recordOf(request, live, settings, suppressed),
          candidate: { reason, pipeline: name, mode, detail },
          differences,
        },
        'the candidate decides otherwise',
      );
    },
    failed(error) {
      checks.inc({ result: 'failed' });
      if (budget.take(NO_PIPELINE, config.config.log.decisions) !== null)
        log.error({ err: error }, 'a defect: the candidate did not judge a request');
    },
  };
}

/** Its fetches are logged and not counted: the series of an issuer are those of the live configuration. */
function keyEventsOf(log: Logger, issuer: string): KeyEvents {
  return {
    fetched: () => undefined,
    changed: () => undefined,
    suppressed: () => undefined,
    turned(state, detail) {
      if (state !== 'fresh') log.warn({ issuer, state, detail }, 'the candidate lacks fresh keys');
    },
  };
}

function watchCandidate(metrics: Metrics, config: CandidateConfig): void {
  metrics.gauge('watchword_candidate_config_last_reload_successful', (gauge) =>
    gauge.set(config.problems.length === 0 ? 1 : 0),
  );
  metrics.gauge('watchword_candidate_config_info', (gauge) => {
    gauge.reset();
    if (config.hash !== null) gauge.set({ hash: config.hash }, 1);
  });
}

/** Never unready: nobody waits for a candidate. */
function readinessOf({ problems }: CandidateConfig, fetches: readonly string[]): ReadinessCheck {
  const details = [
    ...(problems.length === 0 ? [] : [`its files are wrong: ${problems.join('; ')}`]),
    ...(fetches.length === 0 ? [] : [`fetches keys of its own: ${fetches.join(', ')}`]),
  ];
  const check = { name: 'candidate', ready: true };
  return details.length === 0 ? check : { ...check, detail: details.join('; ') };
}
