import type { RouteTarget } from './ingress-nginx.ts';
import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text, texts } from './mapping.ts';
import { type Migration, type MigrationOptions, type Note, uniqueNames } from './migration.ts';
import { isCopied, Stubs, withStubs } from './stubs.ts';
import { traefikMatches } from './traefik-rule.ts';
import { httpRoute, metadataOf, questionUrl, referenceGrant, securityPolicy } from './wiring.ts';

/** A Middleware that asked an authorizer, and the pipeline that takes its place. */
interface Guard {
  readonly middleware: Manifest;
  readonly pipeline: string;
  readonly headers: readonly string[];
}

/** Middlewares with `forwardAuth` to ones that ask Watchword, or their IngressRoutes to HTTPRoutes that Watchword guards. */
export function migrateTraefik(
  manifests: readonly Manifest[],
  options: MigrationOptions,
  target: RouteTarget,
): Migration {
  const notes: Note[] = [];
  const stubs = new Stubs(uniqueNames());
  const guards = manifests.flatMap((one) => guardOf(one, stubs, notes));
  const routes = manifests.filter(({ kind }) => kind === 'IngressRoute');
  const documents =
    target.to === 'same'
      ? guards.map(sameMiddleware)
      : routes.flatMap((route) => httpRoutesOf(route, guards, target, notes));
  const used = [...guards.map(({ middleware }) => middleware), ...routes];
  for (const one of manifests.filter((other) => !used.includes(other)))
    notes.push({ where: nameOf(one), says: 'has no forwardAuth and is left out' });
  const grants =
    target.to === 'same' ? [] : referenceGrant(routes.map(({ namespace }) => namespace));
  return withStubs(stubs, options, [...grants, ...documents], notes);
}

const FORWARD_AUTH: Readonly<Record<string, string | null>> = {
  address: null,
  authResponseHeaders: null,
  authRequestHeaders:
    'is left out: the check needs Authorization, Origin and Access-Control-Request-Method',
  authResponseHeadersRegex:
    'is left out: name the headers one by one; a pattern lets others through',
  trustForwardHeader: 'is left out: true lets a client say what it asked for',
  forwardBody: 'is left out: a check has no body',
  maxBodySize: 'is left out: a check has no body',
  preserveRequestMethod: 'is left out: the method is in X-Forwarded-Method',
  preserveLocationHeader: 'is left out: Watchword redirects nobody',
  addAuthCookiesToResponse: 'is left out: Watchword sets no cookies',
  headerField: 'is left out: the log of Watchword names the subject',
  tls: 'is left out: the check stays in the cluster',
};

function guardOf(one: Manifest, stubs: Stubs, notes: Note[]): readonly Guard[] {
  const settings = mapping(one.spec['forwardAuth']);
  const address = text(settings['address']);
  if (one.kind !== 'Middleware' || address === undefined) return [];
  for (const name of Object.keys(settings)) {
    const says = Object.hasOwn(FORWARD_AUTH, name) ? FORWARD_AUTH[name] : 'is unknown and left out';
    if (typeof says === 'string') notes.push({ where: `${nameOf(one)} forwardAuth.${name}`, says });
  }
  const headers = texts(settings['authResponseHeaders']);
  return [{ middleware: one, pipeline: stubs.pipelineFor(address, headers, one), headers }];
}

/** Under the same name, so that no IngressRoute changes. */
function sameMiddleware({ middleware, pipeline, headers }: Guard): object {
  const copied = headers.filter(isCopied);
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: metadataOf(middleware, middleware.name),
    spec: {
      forwardAuth: {
        address: questionUrl('traefik', pipeline),
        ...(copied.length > 0 ? { authResponseHeaders: copied } : {}),
        trustForwardHeader: false,
      },
    },
  };
}

function httpRoutesOf(
  route: Manifest,
  guards: readonly Guard[],
  { gateway }: RouteTarget,
  notes: Note[],
): readonly object[] {
  return list(route.spec['routes']).flatMap((value, index) => {
    const rule = mapping(value);
    const where = `${nameOf(route)} routes[${index}]`;
    const guard = guardFor(route, rule, guards, where, notes);
    if (guard === undefined) {
      notes.push({ where, says: 'has no forwardAuth of this file and is left out' });
      return [];
    }
    const match = traefikMatches(text(rule['match']) ?? '');
    if (!match.ok) {
      notes.push({ where, says: `is left out: ${match.fault}` });
      return [];
    }
    const backendRefs = list(rule['services']).map(mapping).flatMap(backendRef);
    const name = index === 0 ? route.name : `${route.name}-${index + 1}`;
    const rules = [{ matches: match.matches, backendRefs }];
    const { pipeline } = guard;
    return [
      securityPolicy(route, name, pipeline),
      httpRoute(route, { name, pipeline, gateway, hostnames: match.hostnames, rules }),
    ];
  });
}

function guardFor(
  route: Manifest,
  rule: Mapping,
  guards: readonly Guard[],
  where: string,
  notes: Note[],
): Guard | undefined {
  const named = list(rule['middlewares']).map(mapping);
  const isNamed = ({ middleware }: Guard): boolean =>
    named.some(
      (one) =>
        one['name'] === middleware.name &&
        (text(one['namespace']) ?? route.namespace) === middleware.namespace,
    );
  const found = guards.filter(isNamed);
  for (const one of named) {
    if (!found.some(({ middleware }) => middleware.name === one['name']))
      notes.push({
        where: `${where} middleware ${String(one['name'])}`,
        says: 'is left out: it does something else',
      });
  }
  if (found.length > 1)
    notes.push({ where, says: 'asked several authorizers; only the first is there' });
  return found[0];
}

function backendRef(service: Mapping): readonly object[] {
  const name = text(service['name']);
  const port = service['port'];
  return name === undefined ? [] : [{ name, ...(typeof port === 'number' ? { port } : {}) }];
}
