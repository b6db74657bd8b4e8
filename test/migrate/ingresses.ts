import { type Specimen, service } from './specimen.ts';

interface IngressPlan {
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  /** Path types by path, at `host`. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly port?: object;
}

const AUTH_URL = 'http://oauth2-proxy.auth.svc.cluster.local/oauth2/auth';

function ingress(namespace: string, plan: IngressPlan): object {
  const {
    name = 'web',
    annotations = { 'auth-url': AUTH_URL },
    spec,
    paths = { '/': 'Prefix' },
  } = plan;
  const { host = 'shop.example.com', port = { number: 80 } } = plan;
  const backend = { service: { name: 'web', port } };
  const rule = {
    host,
    http: { paths: Object.entries(paths).map(([path, pathType]) => ({ path, pathType, backend })) },
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          value,
        ]),
      ),
    },
    spec: { ingressClassName: 'nginx', rules: [rule], ...spec },
  };
}

const SNIPPETS = {
  'auth-url': 'https://$host/oauth2/auth',
  'auth-signin': 'https://$host/oauth2/start?rd=$escaped_request_uri',
  'auth-snippet': 'proxy_set_header X-Original-URL $request_uri;',
  'auth-cache-key': '$remote_user$http_authorization',
  'auth-response-headers':
    'X-Auth-Request-User, X-Auth-Request-Email, X-Forwarded-User, Authorization',
  'configuration-snippet': 'if ($request_uri ~ ^/public) { auth_request off; }',
  'server-snippet': 'location /health { return 200; }',
  satisfy: 'any',
  'whitelist-source-range': '10.0.0.0/8',
};

/** Ingresses of ingress-nginx. */
export const INGRESSES: readonly Specimen[] = [
  {
    title: 'snippets, auth-signin and addresses',
    source: 'ingress-nginx',
    isComplete: false,
    documents: (namespace) => [ingress(namespace, { annotations: SNIPPETS })],
    says: [
      'auth-signin: is left out',
      'auth-snippet: is left out',
      'Ingress shop/web: is refused by the pipeline refused',
      'configuration-snippet: is left out: read it',
      'server-snippet: is left out: read it',
      'satisfy: is left out: a token is asked for always',
      'whitelist-source-range: is left out, and every address may ask',
      'authorization cannot be made from a claim',
      'x-forwarded-user cannot be made from a claim',
    ],
    saysOfSame: [
      'auth-signin: stays',
      'auth-snippet: stays: see that it leaves X-Original-URL',
      'auth-cache-key: is taken away',
      'configuration-snippet: stays: see that it does not switch auth_request off',
      'satisfy: stays: with any',
    ],
  },
  {
    title: 'a canary',
    source: 'ingress-nginx',
    isComplete: true,
    documents: (namespace) => [
      ingress(namespace, {}),
      ingress(namespace, {
        name: 'web-canary',
        annotations: { 'auth-url': AUTH_URL, canary: 'true', 'canary-weight': '10' },
      }),
    ],
    says: ['web-canary: is a canary and is left out'],
  },
  {
    title: 'regular expressions',
    source: 'ingress-nginx',
    isComplete: false,
    documents: (namespace) => [
      ingress(namespace, {
        annotations: { 'auth-url': AUTH_URL, 'use-regex': 'true', 'rewrite-target': '/$2' },
        paths: {
          '/api(/|$)(.*)': 'ImplementationSpecific',
          '/v[0-9]+/x': 'ImplementationSpecific',
          '/plain': 'Prefix',
          '/exact': 'Exact',
          '/(.*)': 'ImplementationSpecific',
        },
      }),
    ],
    says: [
      'path /api(/|$)(.*): is a regular expression: /api is refused',
      'path /v[0-9]+/x: is a regular expression and is left out',
      'path /plain: was the beginning of a path in any case',
      'path /exact: was the beginning of a path in any case',
      'path /(.*): is a regular expression and is left out',
      'rewrite-target: is left out',
    ],
  },
  {
    title: 'several hosts, a default backend, TLS and another Ingress of the next name',
    source: 'ingress-nginx',
    isComplete: false,
    documents: (namespace) => {
      const backend = { service: { name: 'web', port: { name: 'http' } } };
      const rules = ['a.example.com', '*.example.com'].map((host) => ({
        host,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
      }));
      const tls = [{ hosts: ['a.example.com'], secretName: 'tls' }];
      return [
        service(namespace, 'web'),
        ingress(namespace, {
          spec: { rules: [...rules, { host: 'empty.example.com' }], tls, defaultBackend: backend },
        }),
        ingress(namespace, { name: 'web-2', host: 'b.example.com', port: { name: 'grpc' } }),
        ingress(namespace, { name: 'open', annotations: {}, paths: { '/public': 'Prefix' } }),
      ];
    },
    says: [
      'tls: is left out',
      'host empty.example.com: has no paths',
      'path /: is refused, without a backend: a route needs the number of port grpc',
      'open: has no auth-url and is left out',
      'global-auth-url: asked for Ingresses without auth-url too',
    ],
  },
  {
    title: 'more paths than a route has rules',
    source: 'ingress-nginx',
    isComplete: true,
    documents: (namespace) => {
      const paths = Array.from({ length: 20 }, (_, index) => [`/app-${index}`, 'Prefix']);
      return [ingress(namespace, { paths: Object.fromEntries(paths) })];
    },
    says: ['asks about all of its routes'],
  },
];
