import type { Gateway } from './ask.ts';
import { NAMESPACE } from './release.ts';

/** An annotated object of the tests and the gateway that serves it. */
export interface Placed {
  readonly title: string;
  readonly kind: 'ingress' | 'httproute';
  readonly gateway: Gateway;
  readonly make: (wanted: Wanted) => string;
}

interface Wanted {
  readonly name: string;
  readonly namespace?: string;
  readonly host: string;
  /** Without the prefix. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether it names a class or a Gateway that nobody serves. */
  readonly isUnused?: boolean;
  /** Of an Ingress: a path and a Service in place of `/` and the demo's. */
  readonly path?: string;
  readonly service?: string;
}

const READS = { issuers: ['demo'], scopes: { all: ['read:orders'] } };

/** Pipelines by what they ask for: `everyone` may be named by all, `private` by nobody. */
const SETTINGS = {
  routes: { watch: true, ingressClasses: ['contour'], gateways: ['watchword-e2e-gateways/public'] },
  pipelines: [
    {
      name: 'orders',
      selectableBy: { namespaces: [NAMESPACE] },
      require: READS,
      forward: { headers: { 'x-auth-subject': 'sub' } },
    },
    {
      name: 'strict',
      selectableBy: { namespaces: [NAMESPACE] },
      require: { issuers: ['demo'], scopes: { all: ['write:orders'] } },
    },
    { name: 'everyone', selectableBy: { namespaces: '*' }, require: READS },
    { name: 'private', require: READS },
  ],
};

/** Arguments of Helm. */
export const WATCHED: readonly string[] = Object.entries(SETTINGS).flatMap(([name, value]) => [
  '--set-json',
  `config.${name}=${JSON.stringify(value)}`,
]);

const BACKEND = 'watchword-demo-backend';

function metadata({ name, namespace = NAMESPACE, annotations }: Wanted): unknown {
  const entries = Object.entries(annotations).map(([key, value]) => [
    `watchword.dev/${key}`,
    value,
  ]);
  return { name, namespace, annotations: Object.fromEntries(entries) };
}

export function ingress(wanted: Wanted): string {
  const backend = { service: { name: wanted.service ?? BACKEND, port: { number: 8080 } } };
  const paths = [{ path: wanted.path ?? '/', pathType: 'Prefix', backend }];
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(wanted),
    spec: {
      ingressClassName: wanted.isUnused ? 'nobodys' : 'contour',
      rules: [{ host: wanted.host, http: { paths } }],
    },
  });
}

export function route(wanted: Wanted): string {
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(wanted),
    spec: {
      parentRefs: [
        { name: wanted.isUnused ? 'nobodys' : 'public', namespace: 'watchword-e2e-gateways' },
      ],
      hostnames: [wanted.host],
      rules: [{ backendRefs: [{ name: BACKEND, port: 8080 }] }],
    },
  });
}

/** What a tenant writes to get rid of the authorization: in Contour by an HTTPProxy, in Envoy Gateway by a policy of its own. */
export function optOut(kind: Placed['kind'], host: string): string {
  const where = { name: 'open', namespace: NAMESPACE };
  if (kind === 'ingress') {
    return JSON.stringify({
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: where,
      spec: {
        virtualhost: { fqdn: host },
        routes: [{ services: [{ name: BACKEND, port: 8080 }], authPolicy: { disabled: true } }],
      },
    });
  }
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'open' }];
  const policy = {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'SecurityPolicy',
    metadata: where,
    spec: { targetRefs, cors: { allowOrigins: ['https://example.com'] } },
  };
  const items = [JSON.parse(route({ name: 'open', host, annotations: {} })), policy];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
