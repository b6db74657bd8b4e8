import type { Logger } from 'pino';
import { milliseconds } from '../base/duration.ts';
import { probeSecret } from '../config/hash.ts';
import type { Config } from '../config/shape.ts';
import type { LiveConfig } from '../live/live-config.ts';
import { Prober, type ProbeSettings, type ProbeState } from '../probe/prober.ts';
import { ProbeProof, type Prove } from '../probe/proof.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ReadinessCheck } from '../transport/admin.ts';

/** The probes of the configuration, as the server uses them. */
export interface Probes extends AsyncDisposable {
  /** What is added to the 401 of a request that a replica with the same configuration has sent. */
  readonly prove: Prove;
  readonly readiness: () => readonly ReadinessCheck[];
  /** What each last found. */
  readonly states: () => readonly ProbeState[];
}

/** The probes that the configuration names, for the prober and for `watchword probe`. */
export function probeSettings({ probes }: Config): readonly ProbeSettings[] {
  return probes.map(({ name, url, connect, caFile, every }) => ({
    name,
    url,
    connect: connect ?? null,
    caFile: caFile ?? null,
    every: milliseconds(every),
  }));
}

/** Starts the probes and goes over to those of a new configuration. */
export function startProbes(live: LiveConfig, metrics: Metrics, log: Logger): Probes {
  const prober = new Prober((state) => say(log, state));
  let secret = probeSecret(live.config);
  // Those of the configurations before stay known: a replica that has not reloaded yet still asks with them.
  let proofs: readonly ProbeProof[] = [];
  const use = (): void => {
    secret = probeSecret(live.config);
    const proof = new ProbeProof(secret);
    // Without probes too: `watchword probe URL --config` asks as one.
    proofs = [proof, ...proofs].slice(0, MAX_PROOFS);
    prober.use(probeSettings(live.config), proof, secret);
  };
  use();
  const following = live.onReload(() => {
    if (probeSecret(live.config) !== secret) use();
  });
  watchProbes(metrics, prober);
  return {
    prove: (request) => {
      for (const proof of proofs) {
        const answer = proof.answer(request);
        if (answer !== null) return answer;
      }
      return null;
    },
    readiness: () => prober.states.flatMap(checkOf),
    states: () => prober.states,
    async [Symbol.asyncDispose]() {
      following[Symbol.dispose]();
      await prober[Symbol.asyncDispose]();
    },
  };
}

const MAX_PROOFS = 3;

function watchProbes(metrics: Metrics, prober: Prober): void {
  metrics.gauge('watchword_probe_success', (gauge) => {
    gauge.reset();
    for (const { name, finding } of prober.states)
      if (finding !== null) gauge.set({ probe: name }, finding.result === 'protected' ? 1 : 0);
  });
  metrics.gauge('watchword_probe_last_success_timestamp_seconds', (gauge) => {
    gauge.reset();
    for (const { name, lastSuccess } of prober.states)
      gauge.set({ probe: name }, (lastSuccess ?? 0) / 1000);
  });
}

function say(log: Logger, { name, finding }: ProbeState): void {
  if (finding === null) return;
  const { result, says } = finding;
  if (result === 'protected') log.info({ probe: name }, 'the probe is answered by Watchword');
  else log.error({ probe: name, result, says }, 'the probe is not answered by Watchword');
}

/** A route that nobody guards is no fault of this replica: without it the others would be open no less. */
function checkOf({ name, finding }: ProbeState): readonly ReadinessCheck[] {
  const check = { name: `probe ${name}`, ready: true };
  if (finding === null) return [{ ...check, detail: 'has not been answered yet' }];
  if (finding.result === 'protected') return [check];
  return [{ ...check, detail: `${finding.result}; ${finding.says}` }];
}
