import type { Gauge } from 'prom-client';
import type { Live } from '../base/live.ts';
import type { EventSubject, RouteEvent } from '../live/route-events.ts';
import type { Policy } from '../policy/policy.ts';
import { faultsOf } from '../routes/faults.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import type { GatewayGuard } from '../routes/read/gateway-guards.ts';
import type { RouteObject } from '../routes/route-object.ts';

/** Where what was found is counted. */
export interface ReviewGauges {
  readonly routes: Gauge<'kind' | 'state'>;
  readonly gateways: Gauge<'state'>;
}

/** Gives what looks over the route objects and Gateways: which are wrong, which are bypassed. A reload can make right annotations wrong. */
export function routeReview(
  policy: Live<Policy>,
  gauges: ReviewGauges,
  say: (events: readonly RouteEvent[]) => void,
): (index: RouteIndex) => void {
  const { routes: gauge } = gauges;
  return ({ objects, gateways }) => {
    const events: RouteEvent[] = [];
    gauge.reset();
    for (const object of objects) {
      const fault = faultsOf(object, policy.current)[0];
      // A wrong annotation is said on every object, since its author cannot know which ones count.
      if (fault !== undefined)
        events.push({ object, reason: 'RoutePolicyInvalid', message: `refused: ${fault}` });
      if (!object.used) continue;
      if (object.bypass !== null) events.push(bypassEvent(object, object.bypass));
      gauge.inc({ kind: object.kind, state: stateOf(object, fault) });
    }
    countGateways(gauges.gateways, gateways);
    say([...events, ...gateways.flatMap(unguardedEvent)]);
  };
}

function stateOf({ bypass }: RouteObject, fault: string | undefined): string {
  if (bypass !== null) return 'bypassed';
  return fault === undefined ? 'used' : 'invalid';
}

function bypassEvent(object: EventSubject, why: string): RouteEvent {
  const message = `requests pass without a check: ${why}`;
  return { object, reason: 'AuthorizationBypassed', message };
}

function unguardedEvent(gateway: GatewayGuard): readonly RouteEvent[] {
  return gateway.why === null ? [] : [bypassEvent(gateway, gateway.why)];
}

/** Both states, so that a Gateway that is mended leaves a 0 behind. */
export function countGateways(gauge: Gauge<'state'>, gateways: readonly GatewayGuard[]): void {
  for (const state of ['guarded', 'unguarded'] as const)
    gauge.set({ state }, gateways.filter((one) => one.state === state).length);
}
