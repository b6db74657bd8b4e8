import { parse, stringify } from 'yaml';
import { threeAnswers } from './ask.ts';
import { apply, kubectl } from './commands.ts';
import { HTTPS_SECRET, overHttps, putHttpsSecret } from './https.ts';
import { importOther, importProgram } from './images.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { demoToken, deploy, gatewayAt, NAMESPACE, PEERS } from './release.ts';
import type { Story } from './story.ts';

const PATHS = ['/demo/1', '/demo-forbidden/1'] as const;
const HOST = 'pods.example.com';
const GATEWAYS = 'watchword-e2e-http';
const BACKEND = `watchword-demo-backend.${NAMESPACE}.svc.cluster.local`;

type Files = Readonly<Record<string, string>>;

/** A gateway in pods of its owner, who wrote the rest of its configuration around what the chart's ConfigMap has. */
interface InPods {
  readonly value: string;
  readonly configMap: string;
  readonly image: string;
  readonly bring: () => Promise<void>;
  /** The owner's file, made of the ConfigMap's where the gateway has no way to include them. */
  readonly file: string;
  readonly text: (files: Files) => string;
  readonly args: readonly string[];
  readonly dropsBody?: boolean;
}

const ALL: readonly InPods[] = [
  {
    value: 'nginx',
    configMap: 'watchword-nginx',
    image: 'nginx:e2e',
    bring: () => importProgram('nginx', 'nginx:e2e'),
    file: 'nginx.conf',
    text: () => `pid /tmp/nginx.pid;
daemon off;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  include watchword-http.conf;
  server {
    listen 8080;
    listen 8443 ssl;
    ssl_certificate tls.crt;
    ssl_certificate_key tls.key;
    include watchword-server.conf;
    location / { proxy_pass http://${BACKEND}:8080; }
  }
}
`,
    args: ['-e', 'stderr', '-c', '/configuration/nginx.conf'],
    dropsBody: true,
  },
  {
    value: 'haproxy',
    configMap: 'watchword-haproxy',
    image: 'haproxy:e2e',
    bring: () => importProgram('haproxy', 'haproxy:e2e'),
    file: 'haproxy.cfg',
    text: ({ 'frontend.cfg': lines }) => `global
  lua-load /configuration/watchword.lua
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend web
  bind :8080
  bind :8443 ssl crt /configuration/tls.pem
${lines}
  default_backend application
backend application
  server one ${BACKEND}:8080
`,
    args: ['-db', '-f', '/configuration/haproxy.cfg'],
  },
  {
    value: 'caddy',
    configMap: 'watchword-caddy',
    image: 'caddy:e2e',
    bring: () => importProgram('caddy', 'caddy:e2e'),
    file: 'Caddyfile',
    text: () => `{
	admin off
	auto_https off
	persist_config off
}
import watchword.caddyfile
(application) {
	import watchword {
		reverse_proxy ${BACKEND}:8080
	}
}
:8080 {
	import application
}
:8443 {
	tls /configuration/tls.crt /configuration/tls.key
	import application
}
`,
    args: ['run', '--config', '/configuration/Caddyfile'],
  },
  {
    value: 'envoyHttp',
    configMap: 'watchword-envoy-http',
    image: 'envoyproxy/envoy:distroless-v1.40.0',
    bring: () => importOther('envoyproxy/envoy:distroless-v1.40.0'),
    file: 'envoy.yaml',
    text: envoyConfiguration,
    args: ['-c', '/configuration/envoy.yaml'],
  },
];

/** nginx, HAProxy, Caddy and Envoy in pods, each joined by the chart's ConfigMap. */
export async function gatewaysInPods({ chapter, step }: Story): Promise<void> {
  chapter('Gateways in pods of their owners, over HTTP');
  await makeOwnNamespace(GATEWAYS);
  await putHttpsSecret(GATEWAYS);
  await step('their images', async () => {
    for (const { bring } of ALL) await bring();
  });
  await step('helm upgrade, with wiring for each', async () => {
    const wiring = Object.fromEntries(
      ALL.map(({ value }) => [value, { enabled: true, namespace: GATEWAYS }]),
    );
    await deploy([...PEERS, '--set-json', `wiring=${JSON.stringify(wiring)}`]);
  });
  await step('the gateways', async () => {
    for (const gateway of ALL) await start(gateway);
    for (const { value } of ALL)
      await kubectl([
        ...['rollout', 'status', `deployment/${value.toLowerCase()}`, '--namespace', GATEWAYS],
        '--timeout=60s',
      ]);
  });
  const token = await demoToken();
  for (const { value, dropsBody = false } of ALL) {
    const gateway = await gatewayAt(GATEWAYS, value.toLowerCase(), HOST);
    await step(value, () => threeAnswers(gateway, token, PATHS, { dropsBody }));
    await step(`${value}, over HTTPS`, () =>
      threeAnswers(overHttps(gateway), token, PATHS, { dropsBody }),
    );
  }
  await removeGatewaysInPods();
}

async function start(gateway: InPods): Promise<void> {
  const name = gateway.value.toLowerCase();
  const where = ['--namespace', GATEWAYS, '--output=json'];
  const stored = await kubectl(['get', 'configmap', gateway.configMap, ...where]);
  const { data } = JSON.parse(stored) as { data: Files };
  const metadata = { name, namespace: GATEWAYS };
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podOf(gateway, name) };
  const items = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { [gateway.file]: gateway.text(data) },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: PORTS },
    },
  ];
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

const PORTS = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'https', port: 443, targetPort: 8443 },
];

/** A pod in which the owner's file stands beside those of the chart. */
function podOf({ image, args, configMap }: InPods, name: string): unknown {
  const container = {
    name,
    image,
    imagePullPolicy: 'Never',
    args,
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    volumeMounts: [
      { name: 'configuration', mountPath: '/configuration' },
      { name: 'temporary', mountPath: '/tmp' },
    ],
  };
  const sources = [
    { configMap: { name } },
    { configMap: { name: configMap } },
    { secret: { name: HTTPS_SECRET } },
  ];
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: [
      { name: 'configuration', projected: { sources } },
      { name: 'temporary', emptyDir: {} },
    ],
  };
}

const TLS = {
  name: 'envoy.transport_sockets.tls',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
    common_tls_context: {
      tls_certificates: [
        {
          certificate_chain: { filename: '/configuration/tls.crt' },
          private_key: { filename: '/configuration/tls.key' },
        },
      ],
    },
  },
};

/** Listeners with the chart's filter before the router, and the chart's cluster. */
function envoyConfiguration({
  'filter.yaml': filter = '',
  'cluster.yaml': cluster = '',
}: Files): string {
  const type = 'type.googleapis.com/envoy.extensions.filters';
  const manager = {
    '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'web',
    normalize_path: true,
    merge_slashes: true,
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'application' } }],
        },
      ],
    },
    http_filters: [
      parse(filter),
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${type}.http.router.v3.Router` },
      },
    ],
  };
  const socket = (address: string, port = 8080) => ({
    socket_address: { address, port_value: port },
  });
  const endpoint = { address: socket(BACKEND) };
  const application = {
    name: 'application',
    type: 'STRICT_DNS',
    load_assignment: {
      cluster_name: 'application',
      endpoints: [{ lb_endpoints: [{ endpoint }] }],
    },
  };
  const filters = [
    { name: 'envoy.filters.network.http_connection_manager', typed_config: manager },
  ];
  return stringify({
    static_resources: {
      listeners: [
        { name: 'web', address: socket('0.0.0.0'), filter_chains: [{ filters }] },
        {
          name: 'websecure',
          address: socket('0.0.0.0', 8443),
          filter_chains: [{ filters, transport_socket: TLS }],
        },
      ],
      clusters: [parse(cluster), application],
    },
  });
}

/** Ends the gateways. */
async function removeGatewaysInPods(): Promise<void> {
  await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', GATEWAYS]);
}
