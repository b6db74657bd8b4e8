import { whenReady } from '../base/deferred.ts';
import type { Wrap } from '../check/check.ts';
import type { Metrics } from './metrics.ts';

/** Routes with series of their own. Each has three outcomes, and a scrape takes time from decisions. */
const MAX_ROUTES = 2_000;
const OVERFLOW = '-';

/** Counts decisions by the route object that they are about. */
export function routeDecisions(metrics: Metrics): Wrap {
  const decisions = metrics.counter('watchword_route_decisions_total');
  const known = new Set<string>();
  return (next) => (request, budget) =>
    whenReady(next(request, budget), (decision) => {
      const { route, outcome } = decision;
      if (route === undefined) return decision;
      const key = `${route.namespace}/${route.name}`;
      if (known.size < MAX_ROUTES) known.add(key);
      const labels = known.has(key)
        ? { namespace: route.namespace, route: route.name, outcome }
        : { namespace: OVERFLOW, route: OVERFLOW, outcome };
      decisions.inc(labels);
      return decision;
    });
}
