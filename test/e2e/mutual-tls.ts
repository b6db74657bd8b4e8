import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { kubectl, until } from './commands.ts';
import { addressOf, deploy, NAMESPACE, podNames, settledPods } from './release.ts';
import type { Story } from './story.ts';
import { helmTest } from './story-steps.ts';

const SECRET = 'watchword-tls';
/** The name by which gateways ask over HTTP. */
const HTTP_NAME = `watchword-http.${NAMESPACE}.svc.cluster.local`;

/** Both ports with TLS and client certificates out of a Secret, which is then replaced under the running pods. */
export async function mutualTls({ chapter, step }: Story): Promise<void> {
  chapter('TLS and client certificates on both ports');
  const first = await putCertificate();
  await step('helm upgrade, with tls', () =>
    // No trusted peers: who is heard over HTTP is who shows a certificate.
    deploy([
      ...['--set', `tls.secretName=${SECRET},tls.clientCa=true`],
      ...['--set', 'forwardAuth.enabled=true,forwardAuth.tls=true'],
    ]).then(() => undefined),
  );
  await step('helm test, with a client certificate', helmTest);
  await step('a check over HTTPS is a 401, and none is heard without a certificate', async () => {
    const service = await addressOf(NAMESPACE, 'watchword-http');
    assert.equal(await checked(service, first), 401);
    await assert.rejects(checked(service, { ...first, cert: undefined, key: undefined }));
  });
  await step('a new certificate is served without a restart', async () => {
    const pods = await settledPods();
    const address = await podAddress(pods[0] ?? '');
    const both = async (): Promise<readonly string[]> => [
      await served(address, 9191, 'h2'),
      await served(address, 9180, 'http/1.1'),
    ];
    assert.deepEqual(await both(), [first.fingerprint, first.fingerprint]);
    const second = await putCertificate();
    const start = performance.now();
    // The kubelet brings a changed Secret to the pods within its sync period.
    await until('the new certificate on both ports', 100, async () =>
      (await both()).every((one) => one === second.fingerprint) ? true : undefined,
    );
    const service = await addressOf(NAMESPACE, 'watchword-http');
    await until('a check with the new certificate', 100, async () =>
      (await checked(service, second).catch(() => 0)) === 401 ? true : undefined,
    );
    await assert.rejects(checked(address, { ...second, cert: first.cert, key: first.key }));
    assert.deepEqual(await podNames(), pods);
    return `${((performance.now() - start) / 1000).toFixed(1)} s after the Secret`;
  });
}

/** What is in the Secret: a certificate that is its own authority, PEM, and its key. */
interface Certificate {
  readonly fingerprint: string;
  readonly ca: string;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Makes a certificate that is its own authority and puts it into the Secret. */
async function putCertificate(): Promise<Certificate> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-tls-'));
  try {
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-days',
      '2',
    ];
    const extension = [
      '-subj',
      '/CN=watchword',
      '-addext',
      `subjectAltName=DNS:${HTTP_NAME},DNS:watchword.${NAMESPACE}.svc.cluster.local,DNS:watchword`,
    ];
    execFileSync('openssl', [...request, ...extension, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
    const files = [`tls.crt=${certificate}`, `tls.key=${key}`, `ca.crt=${certificate}`].map(
      (file) => `--from-file=${file}`,
    );
    const secret = ['create', 'secret', 'generic', SECRET, '--namespace', NAMESPACE, ...files];
    await kubectl(
      ['apply', '--filename', '-'],
      await kubectl([...secret, '--dry-run=client', '--output=json']),
    );
    const cert = readFileSync(certificate, 'utf8');
    const { fingerprint256: fingerprint } = new X509Certificate(cert);
    return { fingerprint, ca: cert, cert, key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function podAddress(pod: string): Promise<string> {
  return kubectl([
    'get',
    'pod',
    pod,
    '--namespace',
    NAMESPACE,
    '--output',
    'jsonpath={.status.podIP}',
  ]);
}

/** The fingerprint of the certificate that a pod shows. A client without one sees it too, before it is sent away. */
function served(host: string, port: number, protocol: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host, port, rejectUnauthorized: false, ALPNProtocols: [protocol] },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      },
    );
    socket.once('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no handshake within 5 s')));
  });
}

/** The status of a check without a token at the HTTP port, asked as a gateway with this certificate asks. */
function checked(host: string, { ca, cert, key }: Certificate): Promise<number> {
  const sent = request({
    ...{ host, port: 9180, path: '/auth/envoy/-/demo/x', agent: false, timeout: 5_000 },
    ...{ ca, cert, key, servername: HTTP_NAME },
  });
  sent.end();
  return new Promise((resolve, reject) => {
    sent.once('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.once('error', reject);
    sent.once('response', (response) => resolve(response.resume().statusCode ?? 0));
  });
}
