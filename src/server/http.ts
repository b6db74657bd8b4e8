import type { Logger } from 'pino';
import { milliseconds } from '../base/duration.ts';
import { Live } from '../base/live.ts';
import { TrustedPeers } from '../base/peers.ts';
import type { Check } from '../check/check.ts';
import { isGuardedListener } from '../config/cross-checks.ts';
import type { Config } from '../config/shape.ts';
import type { LiveConfig } from '../live/live-config.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ListenerCertificate } from '../transport/certificate.ts';
import type { CheckHooks } from '../transport/check-hooks.ts';
import { handleDocumentsWith } from '../transport/forward-auth/document.ts';
import { handleHttpChecksWith } from '../transport/forward-auth/handle.ts';
import { REFUSAL_CAUSES } from '../transport/forward-auth/refusals.ts';
import { type ForwardAuthServer, startForwardAuth } from '../transport/forward-auth/server.ts';

/** `http.trustedPeers` as it is now: a reload replaces it without a restart. */
export function trustedPeers(live: LiveConfig): Live<TrustedPeers> {
  const peers = new Live(new TrustedPeers([]));
  const use = (): void => {
    const named = live.config.http.trustedPeers ?? null;
    // A reload does not change the listener: one that the network reaches keeps the list it had.
    if (named === null && !isGuardedListener(live.first.listen)) return;
    peers.replace(new TrustedPeers(named));
  };
  use();
  live.onReload(use);
  return peers;
}

/** Between two log lines about requests that are no checks, in milliseconds: anybody may be able to send them. */
const COMPLAINT_EVERY = 10_000;

/** Starts the HTTP listener, or gives null where none is named. */
export async function openHttp(
  config: Config,
  certificate: ListenerCertificate | null,
  check: Check,
  peers: Live<TrustedPeers>,
  metrics: Metrics,
  log: Logger,
  hooks: CheckHooks,
): Promise<ForwardAuthServer | null> {
  const { listen, limits, shutdown } = config;
  const refused = metrics.counter('watchword_http_refused_total');
  for (const cause of REFUSAL_CAUSES) refused.inc({ cause }, 0);
  if (listen.http === undefined) return null;
  const complain = sparingly((fields: object, message: string) => log.warn(fields, message));
  return startForwardAuth(
    {
      address: listen.http,
      certificate,
      peers,
      decisionTimeout: milliseconds(limits.decisionTimeout),
      connections: limits.httpConnections,
      grace: milliseconds(shutdown.grace),
    },
    handleHttpChecksWith(
      check,
      (convention, fault) =>
        complain({ convention, fault }, 'a check over HTTP does not say what was asked for'),
      hooks,
    ),
    handleDocumentsWith(hooks),
    (cause, peer, fault) => {
      refused.inc({ cause });
      complain({ cause, peer, fault }, 'a request over HTTP was refused without a decision');
    },
  );
}

function sparingly<Args extends unknown[]>(
  say: (...args: Args) => void,
  now: () => number = Date.now,
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...args) => {
    const at = now();
    if (at - last < COMPLAINT_EVERY) return;
    last = at;
    say(...args);
  };
}
