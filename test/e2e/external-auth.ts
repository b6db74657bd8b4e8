import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { answers, bearer, type Gateway } from './ask.ts';
import { apply, helm, kubectl, until } from './commands.ts';
import { CHART, NAMESPACE } from './release.ts';

const PAGE = new URL('../../docs/gateways/gateway-api.md', import.meta.url);

interface Route {
  metadata: { name: string; namespace: string };
  spec: {
    parentRefs: unknown;
    hostnames: readonly string[];
    rules: { filters: readonly unknown[]; backendRefs: unknown }[];
  };
}

/** The HTTPRoute of docs/gateways/gateway-api.md, in a namespace. */
function pageRoute(namespace: string): Route {
  const page = readFileSync(PAGE, 'utf8');
  const block = /^ {4}apiVersion: .*?(?=\n\n\S)/ms.exec(page)?.[0] ?? '';
  const route = parse(block) as Route;
  assert.equal(route.spec.rules.length, 1);
  return { ...route, metadata: { ...route.metadata, namespace } };
}

/** The same with the filter that NOTES of a release print. */
async function notesRoute(namespace: string, release: string): Promise<Route> {
  const wired = `wiring.gatewayApi.enabled=true,wiring.gatewayApi.routeNamespaces={${namespace}}`;
  const args = ['install', 'watchword', CHART, '--namespace', release, '--set', wired];
  const notes = await helm([...args, '--dry-run=client']);
  const setting = notes.slice(notes.indexOf('  filters:')).split('\n\n')[0] ?? '';
  const { filters } = parse(setting) as { filters: readonly unknown[] };
  const route = pageRoute(namespace);
  const rules = route.spec.rules.map((rule) => ({ ...rule, filters }));
  return {
    ...route,
    metadata: { ...route.metadata, name: 'notes' },
    spec: { ...route.spec, rules },
  };
}

/** HTTPRoutes with the filter, from the page and from NOTES, for a dry run. */
export async function filteredRoutes(namespace: string, release: string): Promise<string> {
  const routes = [pageRoute(namespace), await notesRoute(namespace, release)];
  return routes.map((route) => JSON.stringify(route)).join('\n---\n');
}

/** The route of the page in a namespace that has a Gateway `public`, asking the Watchword of another. */
export function pageRouteTo(namespace: string, release: string): string {
  const route = pageRoute(namespace);
  const parentRefs = [{ name: 'public', namespace }];
  const rules = JSON.parse(
    JSON.stringify(route.spec.rules).replace('"namespace":"watchword"', `"namespace":"${release}"`),
  ) as unknown;
  return JSON.stringify({ ...route, spec: { ...route.spec, parentRefs, rules } });
}

/** Envoy Gateway has not got the filter: a rule with it must not be served as one without, not even to a good token. */
export async function notServedOpen(
  { address, port }: Gateway,
  token: string,
  parentRefs: unknown,
): Promise<string> {
  const route = pageRoute(NAMESPACE);
  const host = 'filtered.example.com';
  const backendRefs = [{ name: 'watchword-demo-backend', port: 8080 }];
  const rules = route.spec.rules.map((rule) => ({ ...rule, backendRefs }));
  await apply(JSON.stringify({ ...route, spec: { parentRefs, hostnames: [host], rules } }));
  const where = ['httproute', route.metadata.name, '--namespace', NAMESPACE];
  const path = 'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].message}';
  const message = await until('a verdict on the route', 20, async () => {
    return (await kubectl(['get', ...where, '--output', path])) || undefined;
  });
  assert.match(message, /unsupported filter type ExternalAuth/);
  await answers({ address, port, host }, '/demo/1', 500, bearer(token));
  await kubectl(['delete', ...where]);
  return '500';
}
