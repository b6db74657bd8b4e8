import { whenReady } from '../base/deferred.ts';
import type { Wrap } from '../check/check.ts';
import { REASONS } from '../decision/reason.ts';
import type { RouteRef } from '../request/request.ts';
import type { Metrics } from './metrics.ts';

/** Series of routes, some 10 ms of a scrape, which takes its time from decisions. */
const MAX_SERIES = 5_000;
const OVERFLOW: RouteRef = { kind: '-', namespace: '-', name: '-' };

/** Counts decisions by the route object that they are about. */
export function routeDecisions(metrics: Metrics): Wrap {
  const decisions = metrics.counter('watchword_route_decisions_total');
  const known = new Set<string>();
  const counted = ({ kind, namespace, name }: RouteRef, counts: string): RouteRef => {
    const key = `${kind}/${namespace}/${name}/${counts}`;
    if (known.size < MAX_SERIES) known.add(key);
    return known.has(key) ? { kind, namespace, name } : OVERFLOW;
  };
  return (next) => (request, budget) =>
    whenReady(next(request, budget), (decision) => {
      const { route, reason, pipeline } = decision;
      if (route === undefined) return decision;
      const { outcome } = REASONS[reason];
      const mode = pipeline?.mode ?? 'enforce';
      const { kind, namespace, name } = counted(route, `${reason}/${mode}`);
      decisions.inc({ kind, route_namespace: namespace, route: name, outcome, reason, mode });
      return decision;
    });
}
