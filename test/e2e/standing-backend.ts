import { readFileSync } from 'node:fs';
import { apply, kubectl } from './commands.ts';
import { IMAGE } from './images.ts';
import { CHART, NAMESPACE } from './release.ts';

/** A Service like the demo's backend that does not go with the release. Its port is 8080. */
export const STANDING = 'standing-backend';

/** Starts it, and waits until it serves. */
export async function standingBackend(): Promise<void> {
  const labels = { app: STANDING };
  const metadata = { name: STANDING, namespace: NAMESPACE };
  const data = { 'backend.mjs': readFileSync(`${CHART}/files/backend.mjs`, 'utf8') };
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: podSpec() },
  };
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [PORT] } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
  ];
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const where = ['--namespace', NAMESPACE, '--timeout=60s'];
  await kubectl(['rollout', 'status', `deployment/${STANDING}`, ...where]);
}

const PORT = { port: 8080, targetPort: 8080 };

/** As Pod Security `restricted` wants it. */
function podSpec(): unknown {
  const container = {
    name: 'backend',
    image: `${IMAGE.repository}:${IMAGE.tag}`,
    imagePullPolicy: 'Never',
    command: ['/usr/local/bin/node', '/files/backend.mjs'],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'files', mountPath: '/files' }],
  };
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container],
    volumes: [{ name: 'files', configMap: { name: STANDING } }],
  };
}
