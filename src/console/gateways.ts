import type { LiveConfig } from '../live/live-config.ts';
import { shownUrl } from '../outgoing/shown-url.ts';
import type { ProbeState } from '../probe/prober.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import type { GatewayGuard } from '../routes/read/gateway-guards.ts';
import type { Gateways } from './api.ts';

/** Whether the gateways ask: by what makes them ask, and by what came of asking through them. */
export function gatewaysShown(
  live: LiveConfig,
  index: RouteIndex | null,
  states: readonly ProbeState[],
): Gateways {
  const seen = new Map<string, GatewayGuard>(
    (index?.gateways ?? []).map((one) => [`${one.namespace}/${one.name}`, one]),
  );
  const named = index === null ? [] : live.first.routes.gateways;
  const urls = new Map(live.config.probes.map(({ name, url }) => [name, url]));
  return {
    routesWatched: index !== null,
    gateways: named.map((gateway) => {
      const guard = seen.get(gateway);
      return { gateway, state: guard?.state ?? 'unknown', why: guard?.why ?? null };
    }),
    probes: states.map(({ name, finding, lastSuccess }) => ({
      name,
      url: shownUrl(urls.get(name) ?? ''),
      result: finding?.result ?? null,
      says: finding?.says ?? null,
      lastSuccess,
    })),
  };
}
