import { type Specimen, service } from './specimen.ts';

function middleware(namespace: string, name: string, spec: object): object {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: { name, namespace },
    spec,
  };
}

const AUTHORIZE = {
  forwardAuth: {
    address: 'http://authelia.auth.svc.cluster.local/api/authz/forward-auth',
    authResponseHeaders: ['Remote-User', 'Remote-Groups'],
    authResponseHeadersRegex: '^X-',
    trustForwardHeader: true,
    authSigninURL: 'https://login.example.com',
    tls: { insecureSkipVerify: true },
  },
};

function ingressRoute(namespace: string, routes: readonly object[]): object {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'web', namespace },
    spec: { entryPoints: ['websecure'], routes, tls: { certResolver: 'letsencrypt' } },
  };
}

const authorized = (match: string, more: object = {}): object => ({
  kind: 'Rule',
  match,
  middlewares: [{ name: 'authorize' }],
  services: [{ name: 'web', port: 80 }],
  ...more,
});

/** Middlewares and IngressRoutes of Traefik. */
export const MIDDLEWARES: readonly Specimen[] = [
  {
    title: 'priorities, hosts in capitals, weights and a service elsewhere',
    source: 'traefik',
    isComplete: true,
    documents: (namespace) => [
      service(namespace, 'web'),
      middleware(namespace, 'authorize', AUTHORIZE),
      ingressRoute(namespace, [
        authorized('Host(`Shop.Example.com`) && PathPrefix(`/api`)', { priority: 100 }),
        authorized(
          'Host(`shop.example.com`) && (Path(`/a`) || Path(`/b`)) && Method(`get`, `POST`)',
          {
            services: [
              { name: 'web', port: 'http', weight: 9, sticky: { cookie: {} } },
              { name: 'next', namespace: 'elsewhere', port: 80, weight: 1 },
            ],
          },
        ),
      ]),
    ],
    says: [
      'routes[0] priority: is left out',
      'service web sticky: is left out',
      'service next namespace: needs a ReferenceGrant',
      'entryPoints: is left out',
      'tls: is left out',
      'forwardAuth.authSigninURL: is left out',
      'forwardAuth.authResponseHeadersRegex: is left out',
    ],
    saysOfSame: ['forwardAuth.trustForwardHeader: is left out'],
  },
  {
    title: 'chains, several authorizers, other backends and matchers',
    source: 'traefik',
    isComplete: false,
    documents: (namespace) => [
      middleware(namespace, 'authorize', AUTHORIZE),
      middleware(namespace, 'second', { forwardAuth: { address: 'http://other/verify' } }),
      middleware(namespace, 'limit', { rateLimit: { average: 100 } }),
      middleware(namespace, 'inner', { chain: { middlewares: [{ name: 'authorize' }] } }),
      middleware(namespace, 'secured', {
        chain: { middlewares: [{ name: 'limit' }, { name: 'inner' }] },
      }),
      ingressRoute(namespace, [
        authorized('Host(`chain.example.com`)', { middlewares: [{ name: 'secured' }] }),
        authorized('Host(`two.example.com`)', {
          middlewares: [{ name: 'authorize' }, { name: 'second' }],
        }),
        authorized('Host(`mirror.example.com`)', {
          services: [{ name: 'mirror', kind: 'TraefikService' }],
        }),
        authorized('Host(`a.example.com`) && PathPrefix(`/x`) || PathPrefix(`/y`)'),
        authorized('Host(`a.example.com`) && Path(`/items/{id:[0-9]+}`)'),
        authorized('Host(`a.example.com`) && Header(`x-tenant`, `a`)'),
        authorized('Host(`port.example.com`)', { services: [{ name: 'web', port: 'metrics' }] }),
        authorized('Host(`open.example.com`)', { middlewares: [{ name: 'elsewhere' }] }),
      ]),
    ],
    says: [
      'routes[0] middleware limit: is left out: rateLimit has to be said',
      'routes[1]: is refused by the pipeline refused, which its route names: it asked several authorizers (authorize, second)',
      'routes[2]: is refused, without a backend: its backend is the TraefikService mirror',
      "routes[3]: is left out, and rules that had another authorizer and could get its requests are refused: 'PathPrefix(`/x`) || PathPrefix(`/y`)' is not of",
      'routes[4]: is refused, without a backend: an HTTPRoute cannot have the Path /items/{id:[0-9]+}',
      'routes[5]: is refused, without a backend',
      'routes[6]: is refused, without a backend: an HTTPRoute needs the number of port metrics',
      'routes[7] middleware elsewhere: is not in the file',
      'routes[7]: is refused by the pipeline refused, which its route names: whom elsewhere refused is not known',
    ],
  },
];
