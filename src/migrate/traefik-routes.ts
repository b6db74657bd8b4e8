import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text } from './mapping.ts';
import type { Note } from './migration.ts';
import type { RouteName } from './route-names.ts';
import type { PortOf } from './services.ts';
import { removedByRoute } from './stubs.ts';
import { type Guard, namedMiddlewares } from './traefik-middlewares.ts';
import { traefikMatches } from './traefik-rule.ts';
import type { GuardedRoute } from './wiring.ts';

/** What routes are made from, besides themselves. */
export interface Surroundings {
  readonly guards: readonly Guard[];
  readonly middlewares: readonly Manifest[];
  readonly names: RouteName;
  readonly portOf: PortOf;
  readonly notes: Note[];
}

/** Settings of an IngressRoute beside its routes. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  tls: 'is left out: certificates belong to a listener of the Gateway',
  entryPoints: 'is left out: name a listener of the Gateway as sectionName of the parentRef',
  ingressClassName: 'is left out: the Gateway is named in its place',
  parentRefs: 'is left out: the rules of the parents have to be written into the route',
};

/** The guarded routes of an IngressRoute, one for each of its rules that can be said. */
export function guardedRoutesOf(
  route: Manifest,
  surroundings: Surroundings,
): readonly GuardedRoute[] {
  const { notes } = surroundings;
  for (const [name, says] of Object.entries(LEFT_OUT))
    if (route.spec[name] !== undefined) notes.push({ where: `${nameOf(route)} ${name}`, says });
  return list(route.spec['routes']).flatMap((value, index) => {
    const where = `${nameOf(route)} routes[${index}]`;
    const made = routeOf(route, mapping(value), { where, number: index + 1 }, surroundings);
    if (typeof made !== 'string') return [made];
    notes.push({ where, says: `is left out: ${made}; other routes may get its requests` });
    return [];
  });
}

/** Which of the routes of an IngressRoute, for notes and for the name. */
interface Place {
  readonly where: string;
  readonly number: number;
}

/** A guarded route, or why there is none. */
function routeOf(
  route: Manifest,
  rule: Mapping,
  { where, number }: Place,
  surroundings: Surroundings,
): GuardedRoute | string {
  const guard = guardFor(route, rule, where, surroundings);
  if (typeof guard === 'string') return guard;
  const match = traefikMatches(text(rule['match']) ?? '');
  if (!match.ok) return match.fault;
  const backends = list(rule['services'])
    .map(mapping)
    .map((service) => backendRef(service, route, where, surroundings));
  const fault = backends.find((one) => typeof one === 'string');
  if (fault !== undefined) return fault;
  const backendRefs = backends.filter((one) => typeof one !== 'string');
  for (const [name, says] of Object.entries(settingsLeftOut(rule)))
    surroundings.notes.push({ where: `${where} ${name}`, says });
  return {
    from: route,
    name: surroundings.names(route, number),
    pipeline: guard.pipeline,
    hostnames: match.hostnames,
    rules: [{ matches: match.matches, backendRefs }],
    removed: removedByRoute(guard.headers),
  };
}

const TRANSLATED = ['match', 'kind', 'middlewares', 'services'];

function settingsLeftOut(rule: Mapping): Readonly<Record<string, string>> {
  const others = Object.keys(rule).filter((name) => !TRANSLATED.includes(name));
  return Object.fromEntries(
    others.map((name) => [
      name,
      name === 'priority'
        ? 'is left out: of HTTPRoutes the one with the longer path counts; see that no weaker one takes its requests'
        : 'is left out',
    ]),
  );
}

/** The one authorizer that a rule asked, or why there is none. */
function guardFor(
  route: Manifest,
  rule: Mapping,
  where: string,
  { guards, middlewares, notes }: Surroundings,
): Guard | string {
  const named = namedMiddlewares(rule['middlewares'], route.namespace, middlewares);
  const found = guards.filter(({ middleware }) =>
    named.some((one) => one.middleware === middleware),
  );
  for (const one of named.filter(({ middleware }) =>
    found.every((guard) => guard.middleware !== middleware),
  ))
    notes.push({
      where: `${where} middleware ${one.name}`,
      says:
        one.middleware === undefined
          ? 'is not in the file: whether it asked an authorizer is not known'
          : `is left out: ${Object.keys(one.middleware.spec).join(', ')} has to be said to the Gateway in its own way`,
    });
  const [guard, ...others] = found;
  if (guard === undefined) return 'it has no forwardAuth of this file';
  return others.length === 0
    ? guard
    : `it asked several authorizers (${found.map(({ middleware }) => middleware.name).join(', ')}), and a route has one pipeline; write one that requires both`;
}

/** Settings of a service that are translated. */
const OF_SERVICE = ['name', 'namespace', 'port', 'weight', 'kind'];

/** A backend of an HTTPRoute, or why there is none. */
function backendRef(
  service: Mapping,
  route: Manifest,
  where: string,
  { portOf, notes }: Surroundings,
): object | string {
  const name = text(service['name']) ?? '';
  const kind = text(service['kind']) ?? 'Service';
  if (kind !== 'Service') return `its backend is the ${kind} ${name}`;
  const namespace = text(service['namespace']) ?? route.namespace;
  const port = portOf(namespace, name, service['port']);
  if (port === undefined)
    return `an HTTPRoute needs the number of port ${String(service['port'])} of Service ${name}; read the Services too (kubectl get)`;
  const says = (setting: string, text: string) =>
    notes.push({ where: `${where} service ${name} ${setting}`, says: text });
  for (const setting of Object.keys(service).filter((one) => !OF_SERVICE.includes(one)))
    says(setting, 'is left out');
  const isForeign = namespace !== route.namespace;
  if (isForeign) says('namespace', 'needs a ReferenceGrant there for HTTPRoutes of this namespace');
  const weight = service['weight'];
  return {
    name,
    ...(isForeign ? { namespace } : {}),
    port,
    ...(typeof weight === 'number' ? { weight } : {}),
  };
}
