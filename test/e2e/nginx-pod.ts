import { createHash } from 'node:crypto';
import { apply, kubectl } from './commands.ts';

/** A Deployment of one nginx, Debian's, with its Service. */
export interface NginxPod {
  readonly namespace: string;
  readonly name: string;
  /** Ports of the Service, with the port that a server listens at. */
  readonly ports: Readonly<Record<number, number>>;
}

/** Starts an nginx with a configuration, or has it take over another one; waits until it serves. */
export async function serveNginx(pod: NginxPod, configuration: string): Promise<void> {
  await apply(
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(pod, configuration) }),
  );
  const { namespace, name } = pod;
  const deployment = ['rollout', 'status', `deployment/${name}`, '--timeout=60s'];
  await kubectl([...deployment, '--namespace', namespace]);
}

/** Ends an nginx and its Service. */
export async function removeNginx({ namespace, name }: NginxPod): Promise<void> {
  await kubectl(['delete', 'deployment,service', name, '--namespace', namespace]);
}

/** A whole `nginx.conf` around servers. */
export function nginxConf(servers: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `worker_processes 1;
daemon off;
pid nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
${kinds.map((kind) => `  ${kind}_temp_path tmp-${kind};`).join('\n')}
  proxy_http_version 1.1;
${servers}
}
`;
}

function objects({ namespace, name, ports }: NginxPod, configuration: string): readonly object[] {
  const metadata = { name, namespace };
  const labels = { app: name };
  // The ConfigMap is read at the start of a pod: a changed one has to be another pod.
  const version = createHash('sha256').update(configuration).digest('hex').slice(0, 16);
  const [first = 80] = Object.values(ports);
  const container = {
    name: 'nginx',
    image: 'nginx:1.22',
    imagePullPolicy: 'Never',
    args: ['-e', 'stderr', '-p', '/tmp', '-c', '/config/nginx.conf'],
    readinessProbe: { tcpSocket: { port: first }, periodSeconds: 1 },
    volumeMounts: [{ name: 'config', mountPath: '/config' }],
    // Until no node leads connections to it any more, which would wait for an answer of nobody.
    lifecycle: { preStop: { sleep: { seconds: 1 } } },
  };
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 2,
    containers: [container],
    volumes: [{ name: 'config', configMap: { name } }],
  };
  const template = { metadata: { labels, annotations: { version } }, spec };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'nginx.conf': configuration } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: labels,
        ports: Object.entries(ports).map(([port, targetPort]) => ({
          name: `port-${port}`,
          port: Number(port),
          targetPort,
        })),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    },
  ];
}
