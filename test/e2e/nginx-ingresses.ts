import { kubectl } from './commands.ts';
import { NAMESPACE } from './release.ts';

/** The controller's namespace, and the name of its class. */
export const NGINX = 'watchword-e2e-nginx';
const WATCHWORD = `http://watchword-http.${NAMESPACE}.svc.cluster.local:9180`;

/** Where the controller asks about a pipeline; `-` lets annotations and `match` decide. */
export const authUrl = (pipeline: string): string => `${WATCHWORD}/auth/ingress-nginx/${pipeline}`;

/** What the controller copies from an answer: the identity headers of the pipelines below. */
export const IDENTITY = 'X-Auth-Subject';

const reads = { issuers: ['demo'], scopes: { all: ['read:orders'] } };
const selectableBy = { context: true, namespaces: [NAMESPACE] };

/** Pipelines that a URL or an annotation may name: `strict` asks for more than `orders`, `open` for nothing. */
const SETTINGS = {
  http: { trustedPeers: ['10.0.0.0/8'] },
  routes: { watch: true, ingressClasses: [NGINX] },
  pipelines: [
    {
      name: 'orders',
      selectableBy,
      require: reads,
      forward: { headers: { 'x-auth-subject': 'sub' } },
    },
    {
      name: 'strict',
      selectableBy,
      require: { issuers: ['demo'], scopes: { all: ['write:orders'] } },
    },
    { name: 'open', selectableBy, require: 'none' },
  ],
};

/** Arguments of Helm. */
export const ASKED_OVER_HTTP: readonly string[] = [
  ...['--set', 'forwardAuth.enabled=true'],
  ...Object.entries(SETTINGS).flatMap(([name, value]) => [
    '--set-json',
    `config.${name}=${JSON.stringify(value)}`,
  ]),
];

/** Where an Ingress leads. */
interface IngressBackend {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** An Ingress of the controller's class; without a host for all hosts, and to the demo's backend unless said. */
export interface IngressPlan {
  readonly name: string;
  readonly host?: string;
  readonly path?: string;
  /** Names without a prefix are the controller's. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly backend?: IngressBackend;
}

const DEMO = { namespace: NAMESPACE, service: 'watchword-demo-backend', port: 8080 };

/** The annotations with which the controller asks about a pipeline. */
export function asking(pipeline: string): Readonly<Record<string, string>> {
  return { 'auth-url': authUrl(pipeline), 'auth-response-headers': IDENTITY };
}

export function ingressOf({
  name,
  host,
  path = '/',
  annotations,
  backend: { namespace, service, port } = DEMO,
}: IngressPlan): string {
  const backend = { service: { name: service, port: { number: port } } };
  const entries = Object.entries(annotations).map(([key, value]) => [
    key.includes('/') ? key : `nginx.ingress.kubernetes.io/${key}`,
    value,
  ]);
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `nginx-${name}`,
      namespace,
      labels: { app: NGINX },
      annotations: Object.fromEntries(entries),
    },
    spec: {
      ingressClassName: NGINX,
      rules: [{ ...(host && { host }), http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
    },
  });
}

/** Sets these in the controller's ConfigMap, beside what is there. */
export function configure(data: Readonly<Record<string, string>>): Promise<string> {
  const patch = ['patch', 'configmap', 'controller', '--namespace', NGINX, '--type=merge'];
  return kubectl([...patch, '--patch', JSON.stringify({ data })]);
}
