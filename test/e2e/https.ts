import { generateKeyPairSync } from 'node:crypto';
import { certificateFor } from '../support/certificate.ts';
import type { Gateway } from './ask.ts';
import { apply } from './commands.ts';

/** The Secret with which gateways serve HTTPS; HAProxy wants certificate and key in one file, `tls.pem`. */
export const HTTPS_SECRET = 'watchword-e2e-https';
/** The hosts of every story. A wildcard stands for one label. */
const HOSTS = ['*.example.com', '*.traefik.example.com'];

interface ServerFiles {
  readonly cert: string;
  readonly key: string;
}

let made: ServerFiles | undefined;

/** A certificate that is its own authority, made once in a run. */
function serverFiles(): ServerFiles {
  if (made !== undefined) return made;
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = HOSTS.map((host) => `DNS:${host}`).join(',');
  const cert = certificateFor(pair, 'gateway', ['-addext', `subjectAltName=${names}`]);
  made = { cert, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  return made;
}

/** Puts the Secret into the namespace of a gateway. */
export async function putHttpsSecret(namespace: string): Promise<void> {
  const { cert, key } = serverFiles();
  await apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: HTTPS_SECRET, namespace },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': cert, 'tls.key': key, 'tls.pem': `${cert}${key}` },
    }),
  );
}

/** The same gateway at port 443, by that certificate. */
export function overHttps(gateway: Gateway): Gateway {
  return { ...gateway, port: 443, ca: serverFiles().cert };
}
