import { HTTPS_SECRET } from './https.ts';
import { NAMESPACE, PEERS } from './release.ts';

/** Traefik's namespace, and the class of its Ingresses and Gateways. */
export const CLASS = 'watchword-e2e-traefik';

const BACKEND = { name: 'watchword-demo-backend', port: 8080 };
const READS = { issuers: ['demo'], scopes: { all: ['read:orders'] } };

const VALUES = {
  'wiring.traefik': { enabled: true, entryPoints: ['web', 'websecure'] },
  'config.routes': { watch: true, ingressClasses: [CLASS], gateways: [`${CLASS}/public`] },
  'config.pipelines': [
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
  ],
};

/** Arguments of Helm that wire Traefik and watch its routes. */
export const SETTINGS: readonly string[] = [
  ...PEERS,
  ...Object.entries(VALUES).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]),
];

type Annotations = Readonly<Record<string, string>>;

/** A kind of route to the demo's backend. Annotations are without their prefix. */
interface RouteKind {
  readonly title: string;
  readonly host: string;
  readonly object: (host: string, annotations?: Annotations) => unknown;
}

/** Its name is its host, so that one host has one. */
function metadata(name: string, annotations: Annotations = {}): unknown {
  const entries = Object.entries(annotations).map(([key, text]) => [`watchword.dev/${key}`, text]);
  return { name, namespace: NAMESPACE, annotations: Object.fromEntries(entries) };
}

export const INGRESS: RouteKind = {
  title: 'an Ingress',
  host: 'ingress.traefik.example.com',
  object: (host, annotations) => {
    const backend = { service: { name: BACKEND.name, port: { number: BACKEND.port } } };
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata(host, annotations),
      spec: {
        ingressClassName: CLASS,
        // Traefik takes the certificate of an Ingress for whatever it serves under that name.
        tls: [{ hosts: [host], secretName: HTTPS_SECRET }],
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    };
  },
};

/** An Ingress of another namespace on a path of a host. Traefik ranks it below all that is more general. */
export function outranked(host: string, path: string): unknown {
  const annotations = {
    'watchword.dev/pipeline': 'everyone',
    'traefik.ingress.kubernetes.io/router.priority': '1',
  };
  const backend = { service: { name: 'traefik', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'outranked', namespace: CLASS, annotations },
    spec: {
      ingressClassName: CLASS,
      rules: [{ host, http: { paths: [{ path, pathType: 'Exact', backend }] } }],
    },
  };
}

/** Routes that say nothing of Watchword. */
export const ROUTES: readonly RouteKind[] = [
  INGRESS,
  {
    title: 'an IngressRoute',
    host: 'route.traefik.example.com',
    object: (host) => ({
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: metadata(host),
      spec: {
        entryPoints: ['web', 'websecure'],
        routes: [{ kind: 'Rule', match: `Host(\`${host}\`)`, services: [BACKEND] }],
      },
    }),
  },
  {
    title: 'an HTTPRoute',
    host: 'gateway.traefik.example.com',
    object: (host) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata(host),
      spec: {
        parentRefs: [{ name: 'public', namespace: CLASS }],
        hostnames: [host],
        rules: [{ backendRefs: [BACKEND] }],
      },
    }),
  },
];
