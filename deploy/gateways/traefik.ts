import { stringify } from 'yaml';
import { OVERRIDE_HEADERS } from '../../src/policy/header-removals.ts';
import { mainRoute, type Recipe, type RecipeFile, type Route } from './recipe.ts';

/** Traefik with forwardAuth: `traefik.yaml` and `dynamic.yaml`. Run in their folder with `traefik --configfile=traefik.yaml`. */
export function traefikFiles(recipe: Recipe): readonly RecipeFile[] {
  const fixed = {
    entryPoints: {
      web: {
        address: recipe.listen,
        // Deletes x_auth_subject and the like, which a backend may read as x-auth-subject. The default keeps them.
        http: { aliasHeadersStrategy: 'delete' },
      },
    },
    providers: { file: { filename: 'dynamic.yaml' } },
    log: { level: 'WARN' },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
  };
  return [
    { name: 'traefik.yaml', language: 'yaml', text: stringify(fixed) },
    { name: 'dynamic.yaml', language: 'yaml', text: dynamic(recipe) },
  ];
}

/** A middleware that removes headers of the request. */
export const removing = (names: readonly string[]) => ({
  headers: { customRequestHeaders: Object.fromEntries(names.map((name) => [name, ''])) },
});

/** The middleware that asks Watchword. It has no time-out: `limits.decisionTimeout` of Watchword is what ends a check. */
export const asking = (watchword: string, pipeline: string, identity: readonly string[]) => ({
  forwardAuth: {
    address: `http://${watchword}/auth/traefik/${pipeline}`,
    authResponseHeaders: identity,
    trustForwardHeader: false,
  },
});

function dynamic(recipe: Recipe): string {
  const { routes, identityHeaders, watchword, backend, sites = [] } = recipe;
  const pipelines = [...new Set(routes.map(({ pipeline }) => pipeline))];
  const checks = pipelines.map((pipeline) => [
    checkName(pipeline),
    asking(watchword, pipeline, identityHeaders),
  ]);
  const middlewares = {
    ...(Object.fromEntries(checks) as object),
    'no-overrides': removing(OVERRIDE_HEADERS),
    ...(routes.some(({ token }) => token === 'strip')
      ? { 'no-token': removing(['authorization']) }
      : {}),
  };
  const main = mainRoute(recipe);
  const routers = Object.fromEntries([
    ...routes.map((route, index) => [`route-${index}`, router(route)] as const),
    // Traefik leaves out the port and the case, as Watchword does. Without a priority the longest rule wins.
    ...sites.map(({ host }) => {
      const rule = `Host(\`${host}\`)`;
      return [host, { ...router(main), rule, priority: 1000, service: host }] as const;
    }),
  ]);
  const service = (url: string) => ({ loadBalancer: { servers: [{ url: `http://${url}` }] } });
  const ofSites = sites.map((site) => [site.host, service(site.backend)] as const);
  return [
    '# authResponseHeaders removes what the client sent under these names, also where the answer has none.',
    stringify(
      {
        http: {
          routers,
          middlewares,
          services: { backend: service(backend), ...Object.fromEntries(ofSites) },
        },
      },
      { lineWidth: 0 },
    ),
  ].join('\n');
}

function checkName(pipeline: string): string {
  return pipeline === '-' ? 'watchword' : `watchword-${pipeline}`;
}

function router({ prefix, pipeline, token = 'keep', overrideHeaders = 'strip' }: Route) {
  return {
    entryPoints: ['web'],
    rule: `PathPrefix(\`${prefix}\`)`,
    middlewares: [
      ...(overrideHeaders === 'strip' ? ['no-overrides'] : []),
      checkName(pipeline),
      ...(token === 'strip' ? ['no-token'] : []),
    ],
    service: 'backend',
  };
}
