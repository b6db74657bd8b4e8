import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSigner, type Signer } from '../server/signer.ts';
import { apply, kubectl } from './commands.ts';
import { nginxConf, serveNginx } from './nginx-pod.ts';
import { addressOf, CHART } from './release.ts';

/** What an application of the page has around it: a backend, an authorizer that will go, an issuer. */
export interface Shop {
  /** The issuer's URL, which this machine and the pods reach. */
  readonly issuer: string;
  readonly signer: Signer;
}

interface Image {
  readonly repository: string;
  readonly tag: string;
}

/** The user that the old authorizer tells for everybody who sends any token. */
export const OLD_USER = 'anybody';

/** Brings them up in a namespace. */
export async function openShop(namespace: string, image: Image): Promise<Shop> {
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: backend(namespace, image) }));
  const signer = makeSigner();
  const tenant = { namespace, name: 'tenant', ports: { 80: 8082 } };
  // The address is in the issuer's metadata, and is known only then.
  await serveNginx(tenant, nginxConf('server { listen 8082; }'));
  const issuer = `http://${await addressOf(namespace, 'tenant')}/`;
  await Promise.all([
    serveNginx(tenant, nginxConf(issuerServer(issuer, signer))),
    serveNginx({ namespace, name: 'oauth2-proxy', ports: { 80: 8081 } }, nginxConf(AUTHORIZER)),
    kubectl([...['rollout', 'status', 'deployment/billings', '--timeout=60s'], '-n', namespace]),
  ]);
  return { issuer, signer };
}

/** It looks at nothing but whether there is a token: what no manifest tells is not always what one hopes for. */
const AUTHORIZER = `server {
  listen 8081;
  location = /oauth2/auth {
    if ($http_authorization = "") { return 401; }
    add_header X-Auth-Request-User ${OLD_USER};
    return 204;
  }
}`;

function issuerServer(issuer: string, { jwk }: Signer): string {
  const documents = {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}jwks.json` },
    '/jwks.json': { keys: [jwk] },
  };
  const locations = Object.entries(documents).map(
    ([path, document]) =>
      `location = ${path} { default_type application/json; return 200 '${JSON.stringify(document)}'; }`,
  );
  return `server { listen 8082; ${locations.join('\n')} }`;
}

/** The demo's backend, which tells what reached it. */
function backend(namespace: string, { repository, tag }: Image): readonly object[] {
  const metadata = { name: 'billings', namespace };
  const labels = { app: 'billings' };
  const program = readFileSync(join(CHART, 'files/backend.mjs'), 'utf8');
  const container = {
    name: 'backend',
    image: `${repository}:${tag}`,
    imagePullPolicy: 'Never',
    command: ['/usr/local/bin/node', '/demo/backend.mjs'],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    volumeMounts: [{ name: 'demo', mountPath: '/demo' }],
  };
  const volumes = [{ name: 'demo', configMap: { name: 'billings' } }];
  const spec = { terminationGracePeriodSeconds: 0, containers: [container], volumes };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'backend.mjs': program } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port: 8181, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}
