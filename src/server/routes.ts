import type { Logger } from 'pino';
import { milliseconds } from '../base/duration.ts';
import { Live } from '../base/live.ts';
import { kubeAccess } from '../kube/access.ts';
import { KubeApi } from '../kube/api.ts';
import type { ReflectorStatus } from '../kube/reflector.ts';
import type { LiveConfig } from '../live/live-config.ts';
import { RouteEvents } from '../live/route-events.ts';
import { RouteWatch } from '../live/route-watch.ts';
import { type RouteIndex, UNKNOWN_ROUTES } from '../routes/match/route-index.ts';
import { rulesOf } from '../routes/read/rules.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ReadinessCheck } from '../transport/admin.ts';
import { countGateways, routeReview } from './route-review.ts';

/** The route objects of the cluster, as the server uses them. */
export interface Routes extends AsyncDisposable {
  /** Null for ever where no routes are watched. */
  readonly index: Live<RouteIndex | null>;
  readonly readiness: () => readonly ReadinessCheck[];
}

const NO_ROUTES: Routes = {
  index: new Live(null),
  readiness: () => [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Starts the watch where the configuration asks for it. Throws `ProblemsError` where there is no cluster. */
export function startRoutes(
  live: LiveConfig,
  metrics: Metrics,
  log: Logger,
  environment: Readonly<Record<string, string | undefined>>,
): Routes {
  const { routes } = live.first;
  // There with zeros where none are watched, too.
  const guarded = metrics.gauge('watchword_gateways');
  countGateways(guarded, []);
  if (!routes.watch) return NO_ROUTES;
  const api = new KubeApi(kubeAccess(routes, environment));
  const index = new Live<RouteIndex | null>(UNKNOWN_ROUTES);
  const events = new RouteEvents(api, (fault) =>
    log.warn({ fault }, 'an Event about a route could not be written'),
  );
  const gauges = { routes: metrics.gauge('watchword_routes'), gateways: guarded };
  const review = routeReview(live.policy, gauges, (found) => {
    if (routes.events) events.say(found);
  });
  const following = live.onReload(() => {
    if (index.current !== null) review(index.current);
  });
  const failures = metrics.counter('watchword_route_watch_failures_total');
  const watch = new RouteWatch(
    api,
    index,
    { namespaces: routes.namespaces, rules: rulesOf(routes) },
    {
      compiled: review,
      failed({ kind, namespace }, fault) {
        failures.inc({ kind });
        log.warn(
          { kind, namespace, fault },
          'routes cannot be seen; the last known ones are served',
        );
      },
      recovered: ({ kind, namespace }) => log.info({ kind, namespace }, 'routes are seen again'),
    },
  );
  metrics.gauge('watchword_routes_last_sync_timestamp_seconds', (gauge) =>
    gauge.set(watch.lastSync / 1000),
  );
  metrics.gauge('watchword_routes_max_stale_seconds').set(milliseconds(routes.maxStale) / 1000);
  watch.start();
  return {
    index,
    readiness: () => [routesCheck(watch, milliseconds(routes.maxStale))],
    async [Symbol.asyncDispose]() {
      following[Symbol.dispose]();
      await events[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Blind is not ready after `maxStale` milliseconds: until then the last known routes are better than none. */
function routesCheck(watch: RouteWatch, maxStale: number): ReadinessCheck {
  const faults = watch.status().flatMap(faultOf);
  const blind = watch.blindFor(Date.now());
  const fresh = watch.synced && blind <= maxStale;
  const detail = [
    ...(watch.synced ? [] : ['not every kind was listed yet']),
    ...(watch.synced && !fresh ? [`not seen for ${Math.round(blind / 1000)} s`] : []),
    ...faults,
  ];
  const check = { name: 'routes', ready: fresh };
  return detail.length === 0 ? check : { ...check, detail: detail.join('; ') };
}

function faultOf({ resource, fault }: ReflectorStatus): readonly string[] {
  if (fault === null) return [];
  const where = resource.namespace === null ? '' : ` in namespace ${resource.namespace}`;
  return [`${resource.kind}${where}: ${fault}`];
}
