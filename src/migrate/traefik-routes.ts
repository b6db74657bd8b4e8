import type { SourceRoute } from './contended.ts';
import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text } from './mapping.ts';
import { type Note, REFUSING_PIPELINE } from './migration.ts';
import type { RouteName } from './route-names.ts';
import type { PortOf } from './services.ts';
import { removedByRoute, type Stubs } from './stubs.ts';
import { type Guard, mayRefuse, namedMiddlewares } from './traefik-middlewares.ts';
import { placeOfRule } from './traefik-rule.ts';
import type { GuardedRoute } from './wiring.ts';

/** What routes are made from, besides themselves. */
export interface Surroundings {
  readonly guards: readonly Guard[];
  readonly middlewares: readonly Manifest[];
  readonly names: RouteName;
  readonly stubs: Stubs;
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

/** What becomes of a route: what holds its place, and what it had in Traefik. Both empty where it asked nobody. */
interface RouteMade {
  readonly routes: readonly GuardedRoute[];
  readonly sources: readonly SourceRoute[];
}

/** The guarded routes of an IngressRoute, one or more for each of its rules. */
export function guardedRoutesOf(route: Manifest, surroundings: Surroundings): readonly RouteMade[] {
  const { notes } = surroundings;
  for (const [name, says] of Object.entries(LEFT_OUT))
    if (route.spec[name] !== undefined) notes.push({ where: `${nameOf(route)} ${name}`, says });
  return list(route.spec['routes']).map((value, index) => {
    const where = `${nameOf(route)} routes[${index}]`;
    return routeOf(route, mapping(value), { where, number: index + 1 }, surroundings);
  });
}

/** Which of the routes of an IngressRoute, for notes and for the name. */
interface Place {
  readonly where: string;
  readonly number: number;
}

function routeOf(
  route: Manifest,
  rule: Mapping,
  { where, number }: Place,
  surroundings: Surroundings,
): RouteMade {
  const { notes, stubs } = surroundings;
  const say = (says: string) => notes.push({ where, says, isLoss: true });
  const asked = askedBy(route, rule, where, surroundings);
  if (asked === null) {
    notes.push({ where, says: OPEN });
    return { routes: [], sources: [] };
  }
  const written = text(rule['match']) ?? '';
  const { hosts, matches, fault } = placeOfRule(written);
  const backendRefs = fault ?? backendsOf(rule, route, where, surroundings);
  if (typeof backendRefs === 'string') say(`${hosts === null ? UNPLACED : PLACED}: ${backendRefs}`);
  for (const [name, says] of Object.entries(settingsLeftOut(rule)))
    notes.push({ where: `${where} ${name}`, says });
  const { pipeline, headers } = asked.guard ?? { pipeline: stubs.refusing(route), headers: [] };
  if (asked.guard === null)
    say(`is refused by the pipeline ${REFUSING_PIPELINE}, which its route names: ${asked.why}`);
  const common = { where, pipeline, priority: priorityOf(rule, written) };
  const made = {
    ...common,
    from: route,
    name: surroundings.names(route, number),
    removed: removedByRoute(headers),
    rules: [{ matches, ...(typeof backendRefs === 'string' ? {} : { backendRefs }) }],
  };
  return {
    routes: hosts === null ? [] : [{ ...made, hostnames: hosts }],
    sources: matches.map(({ path = EVERY, method }) => ({
      ...common,
      hosts: hosts ?? [],
      path,
      methods: method === undefined ? null : [method],
      isPlaced: hosts !== null,
      isByCharacter: true,
    })),
  };
}

const OPEN = 'is left out: it has no forwardAuth of this file; other routes may get its requests';
const PLACED = 'is refused, without a backend';
const UNPLACED =
  'is left out, and rules that had another authorizer and could get its requests are refused';

const EVERY = { type: 'PathPrefix', value: '/' } as const;

/** The length of the rule where none is given. */
function priorityOf({ priority }: Mapping, written: string): number {
  return typeof priority === 'number' && priority !== 0 ? priority : written.length;
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

/** Who was asked about a rule: one authorizer, or (`guard: null`) what no pipeline of ours says. Null where nobody was. */
type Asked = { readonly guard: Guard } | { readonly guard: null; readonly why: string };

function askedBy(
  route: Manifest,
  rule: Mapping,
  where: string,
  { guards, middlewares, notes }: Surroundings,
): Asked | null {
  const named = namedMiddlewares(rule['middlewares'], route.namespace, middlewares);
  const found = guards.filter(({ middleware }) =>
    named.some((one) => one.middleware === middleware),
  );
  const others = named.filter(({ middleware }) =>
    found.every((guard) => guard.middleware !== middleware),
  );
  for (const one of others)
    notes.push({
      where: `${where} middleware ${one.name}`,
      says:
        one.middleware === undefined
          ? 'is not in the file: whether it asked an authorizer is not known'
          : `is left out: ${Object.keys(one.middleware.spec).join(', ')} has to be said to the Gateway in its own way`,
    });
  const refusing = others.filter(({ middleware }) => mayRefuse(middleware));
  if (refusing.length > 0) {
    const names = refusing.map(({ name }) => name).join(', ');
    return {
      guard: null,
      why: `whom ${names} refused is not known to Watchword; say it to the Gateway, and then name the pipeline that takes the authorizer's place`,
    };
  }
  const [guard, ...more] = found;
  if (guard === undefined) return null;
  if (more.length === 0) return { guard };
  const names = found.map(({ middleware }) => middleware.name).join(', ');
  return {
    guard: null,
    why: `it asked several authorizers (${names}), and a route has one pipeline; write one that requires both`,
  };
}

/** The backends of an HTTPRoute, or why there are none. */
function backendsOf(
  rule: Mapping,
  route: Manifest,
  where: string,
  surroundings: Surroundings,
): readonly object[] | string {
  const backends = list(rule['services'])
    .map(mapping)
    .map((service) => backendRef(service, route, where, surroundings));
  const fault = backends.find((one) => typeof one === 'string');
  return fault ?? backends.filter((one) => typeof one !== 'string');
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
