import type { Logger } from 'pino';
import { milliseconds } from '../base/duration.ts';
import type { Verifier, VerifierEvents } from '../check/verifier.ts';
import { REMOTE_DEFAULTS } from '../config/shape-issuer.ts';
import { tenantsOf } from '../config/tenants.ts';
import type { KeyEvents, KeyState } from '../keys/key-events.ts';
import type { ConfigEvents, LiveConfig } from '../live/live-config.ts';
import type { Policy } from '../policy/policy.ts';
import type { DecisionCounters } from '../telemetry/counted.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { VERSION } from './version.ts';

/** The issuer label of tokens that name no configured issuer. */
const NO_ISSUER = '-';

const KEY_STATES: Readonly<Record<KeyState, string>> = {
  fresh: 'the keys of the issuer are fresh',
  stale: 'the keys of the issuer could not be refreshed; the last good ones are used',
  expired:
    'there are no keys of the issuer that may be used; its tokens are answered with keys_unavailable',
};

/** Key events of one issuer, by its configured name. */
export function keyEvents(metrics: Metrics, log: Logger): (issuer: string) => KeyEvents {
  const fetches = metrics.counter('watchword_jwks_fetches_total');
  const suppressed = metrics.counter('watchword_jwks_fetches_suppressed_total');
  return (issuer) => ({
    fetched(result, trigger) {
      fetches.inc({ issuer, result, trigger });
    },
    changed(keys, detail) {
      log.info(
        { issuer, keys, ...(detail === '' ? {} : { unused: detail }) },
        'the issuer has other keys',
      );
    },
    turned(state, detail) {
      const level = state === 'fresh' ? 'info' : state === 'stale' ? 'warn' : 'error';
      log[level]({ issuer, state, ...(detail === '' ? {} : { detail }) }, KEY_STATES[state]);
    },
    suppressed(cause) {
      suppressed.inc({ issuer, cause });
    },
  });
}

export function verifierEvents(metrics: Metrics): VerifierEvents {
  const lookups = metrics.counter('watchword_token_cache_lookups_total');
  const tokens = metrics.counter('watchword_tokens_total');
  return {
    lookedUp: (result) => lookups.inc({ result }),
    verified: (issuer, result) => tokens.inc({ issuer: issuer ?? NO_ISSUER, result }),
  };
}

export function configEvents(
  metrics: Metrics,
  log: Logger,
  counters: DecisionCounters,
): ConfigEvents {
  const reloads = metrics.counter('watchword_config_reloads_total');
  reloads.inc({ result: 'success' }, 0);
  reloads.inc({ result: 'failure' }, 0);
  return {
    reloaded(config, policy, waiting, warnings) {
      reloads.inc({ result: 'success' });
      log.level = config.log.level;
      counters.announce(policy.pipelines.values());
      log.info(sizesOf(policy), 'the configuration was reloaded');
      if (waiting.length > 0)
        log.warn({ settings: waiting }, 'these settings take effect at the next start');
      logWarnings(log, warnings);
    },
    refused(problems) {
      reloads.inc({ result: 'failure' });
      for (const problem of problems)
        log.error({ problem }, 'the configuration is wrong; the one before it stays');
    },
  };
}

/** How much of everything there is, for people to see that the right files were read. */
function sizesOf({ pipelines, issuers, consumers }: Policy): Readonly<Record<string, number>> {
  const sizes = { pipelines: pipelines.size, issuers: issuers.size };
  return consumers.size === 0 ? sizes : { ...sizes, consumers: consumers.size };
}

/** The warnings about a configuration, at the start and at every reload. */
export function logWarnings(log: Logger, warnings: readonly string[]): void {
  for (const warning of warnings)
    log.warn({ warning }, 'the configuration is valid and probably has a mistake');
}

/** Gauges that are read when a scrape comes. */
export function watchState(metrics: Metrics, live: LiveConfig, verifier: Verifier): void {
  metrics.gauge('watchword_build_info').set({ version: VERSION, node: process.version }, 1);
  metrics.gauge('watchword_token_cache_entries', (gauge) => gauge.set(verifier.cached));
  metrics.gauge('watchword_config_last_success_timestamp_seconds', (gauge) =>
    gauge.set(live.lastSuccess / 1000),
  );
  metrics.gauge('watchword_config_last_reload_successful', (gauge) =>
    gauge.set(live.problems.length === 0 ? 1 : 0),
  );
  metrics.gauge('watchword_config_info', (gauge) => {
    gauge.reset();
    gauge.set({ hash: live.hash }, 1);
  });
  metrics.gauge('watchword_consumers', (gauge) => {
    gauge.reset();
    const { config, policy } = live;
    if (config.consumers !== undefined) gauge.set(policy.current.consumers.size);
  });
  const issuers = () => [...live.policy.current.issuers.values()];
  metrics.gauge('watchword_dev_issuers', (gauge) =>
    gauge.set(issuers().filter((one) => one.allowDevIssuer).length),
  );
  metrics.gauge('watchword_jwks_keys', (gauge) => {
    gauge.reset();
    for (const { label, keys } of issuers()) gauge.set({ issuer: label }, keys.status().keys);
  });
  metrics.gauge('watchword_key_not_after_timestamp_seconds', (gauge) => {
    gauge.reset();
    for (const { label, keys } of issuers()) {
      const { notAfter } = keys.status();
      if (notAfter !== null) gauge.set({ issuer: label }, notAfter / 1000);
    }
  });
  metrics.gauge('watchword_jwks_stale', (gauge) => {
    gauge.reset();
    for (const { label, keys } of issuers())
      gauge.set({ issuer: label }, keys.status().stale === null ? 0 : 1);
  });
  metrics.gauge('watchword_jwks_max_stale_seconds', (gauge) => {
    gauge.reset();
    for (const { config, label } of live.config.issuers.flatMap(tenantsOf)) {
      const { file, secretFile, maxStale = REMOTE_DEFAULTS.maxStale } = config.keys;
      if (file === undefined && secretFile === undefined)
        gauge.set({ issuer: label }, milliseconds(maxStale) / 1000);
    }
  });
  metrics.gauge('watchword_jwks_last_success_timestamp_seconds', (gauge) => {
    gauge.reset();
    for (const { label, keys } of issuers())
      gauge.set({ issuer: label }, (keys.status().lastSuccess ?? 0) / 1000);
  });
}
