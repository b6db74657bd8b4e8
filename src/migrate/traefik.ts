import { withoutContended } from './contended.ts';
import { type Manifest, nameOf } from './manifests.ts';
import { text } from './mapping.ts';
import { type Migration, type MigrationOptions, type Note, uniqueNames } from './migration.ts';
import { routeNames } from './route-names.ts';
import { portsOf } from './services.ts';
import { isCopied, Stubs, withStubs } from './stubs.ts';
import { type Guard, guardOf } from './traefik-middlewares.ts';
import { guardedRoutesOf } from './traefik-routes.ts';
import { checkUrl, metadataOf, type RouteTarget, sameFiles, targetFiles } from './wiring.ts';

/** Middlewares with `forwardAuth` to ones that ask Watchword, or their IngressRoutes to HTTPRoutes that Watchword guards. */
export function migrateTraefik(
  manifests: readonly Manifest[],
  options: MigrationOptions,
  target: RouteTarget,
): Migration {
  const notes: Note[] = [];
  const stubs = new Stubs(uniqueNames());
  const middlewares = manifests.filter(({ kind }) => kind === 'Middleware');
  const guards = middlewares.flatMap((one) => guardOf(one, stubs, notes));
  const routes = manifests.filter(({ kind }) => kind === 'IngressRoute');
  for (const one of manifests.filter(({ kind }) => !READ.includes(kind)))
    notes.push({
      where: nameOf(one),
      says: 'is neither Middleware nor IngressRoute and is left out',
    });
  if (target.to === 'same') {
    const after = guards.map((guard) => sameMiddleware(guard, target));
    const before = guards.map(({ middleware }) => middleware);
    return withStubs(stubs, options, sameFiles(after, before), notes);
  }
  const names = routeNames(routes);
  const surroundings = { guards, middlewares, names, stubs, portOf: portsOf(manifests), notes };
  const made = routes.flatMap((route) => guardedRoutesOf(route, surroundings));
  const guarded = withoutContended(
    made.flatMap((one) => one.routes),
    made.flatMap((one) => one.sources),
    notes,
  );
  return withStubs(stubs, options, targetFiles(guarded, target, notes), notes);
}

const READ: readonly string[] = ['Middleware', 'IngressRoute', 'Service'];

/** Under the same name, so that no IngressRoute changes. */
function sameMiddleware(
  { middleware, pipeline, headers }: Guard,
  { service }: RouteTarget,
): object {
  const copied = headers.filter(isCopied);
  return {
    // Traefik 2 had traefik.containo.us too: an object of the other group would be another object.
    apiVersion: text(middleware.object['apiVersion']) ?? 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: metadataOf(middleware, middleware.name),
    spec: {
      forwardAuth: {
        address: checkUrl('traefik', pipeline, service),
        ...(copied.length > 0 ? { authResponseHeaders: copied } : {}),
        trustForwardHeader: false,
      },
    },
  };
}
