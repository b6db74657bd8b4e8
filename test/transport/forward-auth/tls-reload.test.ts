import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { until } from '../../../deploy/support/until.ts';
import { refuse } from '../../../src/check/decision.ts';
import { ListenerCertificate } from '../../../src/transport/certificate.ts';
import { run } from '../../server/running.ts';
import { makeIdentity } from '../../support/identity.ts';
import { openGate } from './gate.ts';
import {
  ask,
  configuration,
  folderFor,
  GATEWAY,
  MUTUAL,
  open,
  REFUSED,
  SERVER,
  STRANGER,
  shownName,
  TLS,
} from './tls-gate.ts';

test('a new certificate is used without a restart, and a bad one is not', async () => {
  await using folder = await folderFor(configuration(TLS));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  const counted = async (result: string) =>
    (await watchword.metrics()).get(
      `watchword_certificate_reloads_total{listener="http",result="${result}"}`,
    );
  assert.deepEqual([await counted('success'), await counted('failure')], [0, 0]);
  const second = makeIdentity('second.example');
  await folder.write('tls/cert.pem', second.cert);
  const line = await watchword.said(
    'the certificate of the listener is wrong; the one before it stays',
  );
  assert.match(
    String(line['problem']),
    /^listen\.httpTls: .*key\.pem is not the key of .*cert\.pem/,
  );
  assert.equal(await shownName(port), 'first.example');
  assert.equal(await counted('failure'), 1);
  await folder.write('tls/key.pem', second.key);
  await until('the new certificate', async () =>
    (await shownName(port)) === 'second.example' ? true : undefined,
  );
  assert.equal(await ask({ port, trusts: second }), REFUSED);
  const socket = await open(port);
  const ends = Date.parse(socket.getPeerCertificate().valid_to) / 1000;
  socket.destroy();
  const notAfter = 'watchword_certificate_not_after_timestamp_seconds{listener="http"}';
  assert.equal((await watchword.metrics()).get(notAfter), ends);
});

test('the swap of a Kubernetes volume is a new certificate', async () => {
  const mounted = { cert: 'mount/tls.crt', key: 'mount/tls.key' };
  const second = makeIdentity('second.example');
  await using folder = await folderFor(configuration(mounted), {
    'mount/..first/tls.crt': SERVER.cert,
    'mount/..first/tls.key': SERVER.key,
    'mount/..second/tls.crt': second.cert,
    'mount/..second/tls.key': second.key,
  });
  await folder.link('mount/..data', '..first');
  for (const name of ['tls.crt', 'tls.key']) await folder.link(`mount/${name}`, `..data/${name}`);
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  assert.equal(await shownName(port), 'first.example');
  await folder.link('mount/..data', '..second');
  await until('the new certificate', async () =>
    (await shownName(port)) === 'second.example' ? true : undefined,
  );
});

test('other authorities count for connections and sessions that are there already', async () => {
  await using folder = await folderFor(configuration(MUTUAL));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  const own = { cert: GATEWAY.cert, key: GATEWAY.key };
  const idle = await open(port, own);
  let session: Buffer | undefined;
  idle.on('session', (ticket) => {
    session = ticket;
  });
  idle.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = (await once(idle, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 403 [\s\S]*Connection: keep-alive/);
  const closed = once(idle, 'close');
  await folder.write('tls/clients.pem', STRANGER.cert);
  await closed;
  await assert.rejects(ask({ port, own: GATEWAY }));
  assert.equal(await ask({ port, own: STRANGER }), REFUSED);
  assert.ok(session, 'the listener gives session tickets');
  const resumed = await open(port, { ...own, session });
  resumed.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
  resumed.on('data', () => assert.fail('a session of the authority before is answered'));
  await new Promise((resolve) => resumed.once('error', resolve).once('close', resolve));
});

test('a check on its way when the authorities change is answered, and the connection closed', async () => {
  await using folder = await folderFor({});
  const files = Object.fromEntries(
    Object.entries(MUTUAL).map(([name, file]) => [name, folder.at(file)]),
  ) as typeof MUTUAL;
  const certificate = await ListenerCertificate.open('listen.httpTls', files);
  const { promise: decided, resolve: decide } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  await using gate = await openGate({
    certificate,
    check: async () => {
      isAsked();
      await decided;
      return refuse('token_missing');
    },
  });
  const busy = await open(gate.port, { cert: GATEWAY.cert, key: GATEWAY.key });
  busy.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked;
  await folder.write('tls/clients.pem', STRANGER.cert);
  await certificate.reload();
  decide();
  const [answer] = (await once(busy, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 401 [\s\S]*Connection: close/);
});
