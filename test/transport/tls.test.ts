import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Client, credentials, status } from '@grpc/grpc-js';
import { until } from '../../deploy/support/until.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import type { CheckResponse } from '../support/check-client.ts';
import { makeIdentity } from '../support/identity.ts';
import { call, type Method } from './call.ts';

const { Check } = loadProtos()[SERVICE_NAME] as unknown as { Check: Method<CheckResponse> };

const SERVER = makeIdentity('first.example');
const GATEWAY = makeIdentity('gateway.example');
const STRANGER = makeIdentity('stranger.example');

function folderFor(tls: object, own: Readonly<Record<string, string>> = {}): Promise<Folder> {
  const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', tls };
  return folderWith({
    'watchword.yaml': settings({ listen, issuers: [], pipelines: [] }),
    'tls/cert.pem': SERVER.cert,
    'tls/key.pem': SERVER.key,
    'tls/clients.pem': GATEWAY.cert,
    ...own,
  });
}

const TLS = { cert: 'tls/cert.pem', key: 'tls/key.pem' };
const MUTUAL = { ...TLS, clientCa: 'tls/clients.pem' };

/** Asks over TLS; the gateway trusts this certificate, and shows its own where it has one. */
async function askWith(port: number, trusts: string, own?: typeof GATEWAY): Promise<string> {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const channel = credentials.createSsl(Buffer.from(trusts), pem(own?.key), pem(own?.cert));
  const name = new X509Certificate(trusts).subject.replace('CN=', '');
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.ssl_target_name_override': name,
  });
  try {
    return reasonOf(await call(client, Check, checkRequest({})));
  } finally {
    client.close();
  }
}

/** The name in the certificate that the listener shows to a new connection. */
async function shownName(port: number): Promise<string> {
  const options: ConnectionOptions = {
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  };
  const socket: TLSSocket = connect(options);
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

test('checks are answered over TLS, to whoever trusts the certificate', async () => {
  await using folder = await folderFor(TLS);
  await using watchword = await run(folder.at('watchword.yaml'));
  assert.equal(await askWith(watchword.grpcPort, SERVER.cert), 'pipeline_missing');
  await assert.rejects(askWith(watchword.grpcPort, STRANGER.cert), { code: status.UNAVAILABLE });
  await assert.rejects(watchword.check({}), { code: status.UNAVAILABLE }, 'not in the clear');
});

test('with clientCa only a client with a certificate of it is answered', async () => {
  await using folder = await folderFor(MUTUAL);
  await using watchword = await run(folder.at('watchword.yaml'));
  const ask = (own?: typeof GATEWAY) => askWith(watchword.grpcPort, SERVER.cert, own);
  assert.equal(await ask(GATEWAY), 'pipeline_missing');
  await assert.rejects(ask(STRANGER), { code: status.UNAVAILABLE });
  await assert.rejects(ask(), { code: status.UNAVAILABLE });
});

test('a new certificate is used without a restart, and a bad one is not', async () => {
  await using folder = await folderFor(TLS);
  await using watchword = await run(folder.at('watchword.yaml'));
  const { grpcPort } = watchword;
  assert.equal(await shownName(grpcPort), 'first.example');

  const second = makeIdentity('second.example');
  await folder.write('tls/cert.pem', second.cert);
  await watchword.said('the certificate of the listener is wrong; the one before it stays');
  assert.equal(await shownName(grpcPort), 'first.example', 'its key is missing still');
  await folder.write('tls/key.pem', second.key);
  await until(
    'the new certificate',
    async () => (await shownName(grpcPort)) === 'second.example' || undefined,
  );
  assert.equal(await askWith(grpcPort, second.cert), 'pipeline_missing');
});

/** TLS settings and files that are wrong, and what is said. */
const WRONG = [
  [
    'a key of another certificate',
    TLS,
    { 'tls/key.pem': STRANGER.key },
    /listen\.tls: .*tls\/key\.pem is not the key of .*tls\/cert\.pem$/,
  ],
  [
    'a certificate that is none',
    TLS,
    { 'tls/cert.pem': 'hello' },
    /listen\.tls\.cert: .*tls\/cert\.pem is no certificate$/,
  ],
  [
    'an authority that is none',
    MUTUAL,
    { 'tls/clients.pem': '' },
    /listen\.tls\.clientCa: .*tls\/clients\.pem has no certificate$/,
  ],
  [
    'a key that is not there',
    { ...TLS, key: 'gone.pem' },
    {},
    /tls\.key: .*gone\.pem cannot be read: ENOENT$/,
  ],
] as const;

for (const [title, tls, files, line] of WRONG) {
  test(`${title} stops the start`, async () => {
    await using folder = await folderFor(tls, files);
    const started = run(folder.at('watchword.yaml'));
    await assert.rejects(started, { name: 'ProblemsError', message: line });
  });
}
