import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { kubectl, until } from './commands.ts';
import { deploy, NAMESPACE, podNames, settledPods } from './release.ts';
import type { Story } from './story.ts';
import { helmTest } from './story-steps.ts';

const SECRET = 'watchword-tls';

/** The gRPC port with TLS and client certificates out of a Secret, which is then replaced under the running pods. */
export async function mutualTls({ chapter, step }: Story): Promise<void> {
  chapter('TLS and client certificates on the gRPC port');
  const first = await putCertificate();
  await step('helm upgrade, with tls', () =>
    deploy(['--set', `tls.secretName=${SECRET},tls.clientCa=true`]).then(() => undefined),
  );
  await step('helm test, with a client certificate', helmTest);
  await step('a new certificate is served without a restart', async () => {
    const pods = await settledPods();
    const address = await podAddress(pods[0] ?? '');
    assert.equal(await served(address), first);
    const second = await putCertificate();
    const start = performance.now();
    // The kubelet brings a changed Secret to the pods within its sync period.
    await until('the new certificate', 100, async () =>
      (await served(address)) === second ? true : undefined,
    );
    assert.deepEqual(await podNames(), pods);
    return `${((performance.now() - start) / 1000).toFixed(1)} s after the Secret`;
  });
}

/** Makes a certificate that is its own authority and puts it into the Secret. Gives its fingerprint. */
async function putCertificate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-tls-'));
  try {
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    const name = `watchword.${NAMESPACE}.svc.cluster.local`;
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
      `subjectAltName=DNS:${name},DNS:watchword`,
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
    const printed = execFileSync(
      'openssl',
      ['x509', '-in', certificate, '-noout', '-fingerprint', '-sha256'],
      { encoding: 'utf8' },
    );
    return printed.trim().split('=')[1] ?? '';
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
function served(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host, port: 9191, rejectUnauthorized: false, ALPNProtocols: ['h2'] },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      },
    );
    socket.once('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no handshake within 5 s')));
  });
}
