import type { Gauge } from 'prom-client';
import type { Live } from '../base/live.ts';
import type { RouteEvent } from '../kubernetes/route-events.ts';
import type { Policy } from '../policy/policy.ts';
import { faultsOf } from '../routes/faults.ts';
import type { RouteIndex } from '../routes/route-index.ts';
import type { RouteObject } from '../routes/route-object.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** How often the policy is looked at, in milliseconds: a reload can make right annotations wrong. */
const INTERVAL = 1_000;

/** Looks over the route objects whenever they or the policy change: which are wrong, which are bypassed. */
export class RouteReview implements Disposable {
  readonly #policy: Live<Policy>;
  readonly #say: (events: readonly RouteEvent[]) => void;
  readonly #gauge: Gauge<'kind' | 'state'>;
  readonly #timer: NodeJS.Timeout;
  #reviewed: Policy | null = null;
  #index: RouteIndex | null = null;

  constructor(
    policy: Live<Policy>,
    metrics: Metrics,
    say: (events: readonly RouteEvent[]) => void,
  ) {
    this.#policy = policy;
    this.#say = say;
    this.#gauge = metrics.gauge('watchword_routes');
    this.#timer = setInterval(() => {
      if (this.#index !== null && this.#policy.current !== this.#reviewed) this.look(this.#index);
    }, INTERVAL).unref();
  }

  look(index: RouteIndex): void {
    const policy = this.#policy.current;
    this.#reviewed = policy;
    this.#index = index;
    const events: RouteEvent[] = [];
    this.#gauge.reset();
    for (const object of index.objects) {
      const fault = faultsOf(object, policy)[0];
      // A wrong annotation is said on every object, since its author cannot know which ones count.
      if (fault !== undefined)
        events.push({ object, reason: 'RoutePolicyInvalid', message: `refused: ${fault}` });
      if (!object.used) continue;
      if (object.bypass !== null) events.push(bypassEvent(object, object.bypass));
      this.#gauge.inc({ kind: object.kind, state: stateOf(object, fault) });
    }
    this.#say(events);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function stateOf({ bypass }: RouteObject, fault: string | undefined): string {
  if (bypass !== null) return 'bypassed';
  return fault === undefined ? 'used' : 'invalid';
}

function bypassEvent(object: RouteObject, why: string): RouteEvent {
  const message = `requests pass without a check: ${why}`;
  return { object, reason: 'AuthorizationBypassed', message };
}
