import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ports } from './ports.ts';

/** The identifier of the tutorial's API `billings`. */
export const AUDIENCE = 'http://orders';
/** Another API of the same issuer: its tokens are not for the pipelines here. */
export const OTHER_AUDIENCE = 'http://reports';

/**
 * Writes the tutorial's configuration into a folder: the issuer's certificate, fetched from its `/pem`, as
 * `key/pubKey.pem` beside `watchword.yaml`. Gives the path of the latter. With `http`, a port, Watchword is asked over HTTP too.
 */
export async function writeConfiguration(
  folder: string,
  issuer: string,
  ports: Ports,
  http?: number,
): Promise<string> {
  await mkdir(join(folder, 'key'), { recursive: true });
  const answer = await fetch(new URL('/pem', issuer), { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`dev-issuer answered ${answer.status} at /pem`);
  await writeFile(join(folder, 'key/pubKey.pem'), await answer.text());
  const file = join(folder, 'watchword.yaml');
  await writeFile(file, configuration(issuer, ports, http));
  return file;
}

function configuration(
  issuer: string,
  { watchword, metrics, console }: Ports,
  http?: number,
): string {
  const asked =
    http === undefined ? '' : `\n  http: 127.0.0.1:${http}        # gateways that ask over HTTP`;
  return `listen:
  grpc: 127.0.0.1:${watchword}        # Envoy asks here
  admin: 127.0.0.1:${metrics}       # /metrics /healthz /readyz
  console: 127.0.0.1:${console}     # the web page${asked}

issuers:
  - name: dev
    issuer: ${issuer}
    audiences: [${AUDIENCE}]      # the API's identifier
    keys: { file: ./key/pubKey.pem }  # what the issuer serves at /pem
    allowDevIssuer: true              # its keys are for trying out only

pipelines:
  - name: billings
    match: [{ paths: ['/orders/**'] }]
    require: { scopes: { all: [read:orders] } }
    forward: { headers: { x-auth-subject: sub, x-auth-scope: scope } }
  - name: invoices
    match: [{ paths: ['/invoices/**'] }]
    require: { scopes: { all: [read:invoices] } }
    forward: { headers: { x-auth-subject: sub, x-auth-scope: scope } }
`;
}
