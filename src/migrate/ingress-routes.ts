import { MAX_RULES } from './http-match.ts';
import { ingressAnnotation } from './ingress-annotations.ts';
import { rulesByHost } from './ingress-rules.ts';
import { type Manifest, nameOf } from './manifests.ts';
import type { Note } from './migration.ts';
import type { RouteName } from './route-names.ts';
import type { PortOf } from './services.ts';
import { removedByRoute } from './stubs.ts';
import type { GuardedRoute, RouteRule } from './wiring.ts';

interface RouteParts {
  readonly names: RouteName;
  readonly portOf: PortOf;
  readonly regexHosts: ReadonlySet<string>;
  readonly notes: Note[];
}

/** One route for each host, since hosts of an Ingress may have different paths, and more where it has too many rules. */
export function routesOf(
  ingress: Manifest,
  pipeline: string,
  { names, portOf, regexHosts, notes }: RouteParts,
): readonly GuardedRoute[] {
  const parts = [...rulesByHost(ingress, portOf, regexHosts, notes)].flatMap(([host, rules]) =>
    chunks(rules).map((part) => ({ hostnames: host === '' ? [] : [host], rules: part })),
  );
  return parts.map((part, index) => ({
    from: ingress,
    name: names(ingress, index + 1),
    pipeline,
    where: nameOf(ingress),
    priority: null,
    removed: removedByRoute(responseHeaders(ingress)),
    ...part,
  }));
}

function chunks(rules: readonly RouteRule[]): readonly (readonly RouteRule[])[] {
  const count = Math.ceil(rules.length / MAX_RULES);
  return Array.from({ length: count }, (_, index) =>
    rules.slice(index * MAX_RULES, (index + 1) * MAX_RULES),
  );
}

/** The headers that the answer of an Ingress' authorizer gives to the backend. */
export function responseHeaders(ingress: Manifest): readonly string[] {
  const written = ingressAnnotation(ingress, 'auth-response-headers') ?? '';
  return written
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
