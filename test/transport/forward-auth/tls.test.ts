import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { refuse } from '../../../src/check/decision.ts';
import { ListenerCertificate } from '../../../src/transport/certificate.ts';
import { folderWith } from '../../server/folder.ts';
import { run } from '../../server/running.ts';
import { settings } from '../../server/settings.ts';
import { openGate, sendRaw } from './gate.ts';
import {
  ask,
  configuration,
  FILES,
  folderFor,
  GATEWAY,
  MUTUAL,
  open,
  REFUSED,
  refusedHandshakes,
  SERVER,
  STRANGER,
  TLS,
} from './tls-gate.ts';

test('checks are answered over TLS, to whoever trusts the certificate, and never in the clear', async () => {
  await using folder = await folderFor(configuration(TLS));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  assert.equal(await ask({ port }), REFUSED);
  const plain = await sendRaw(port, 'GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.ok(!plain.includes('HTTP/1.1'), 'no HTTP comes back');
  const line = await watchword.said('a request over HTTP was refused without a decision');
  assert.deepEqual([line['cause'], line['fault']], ['tls', 'ERR_SSL_HTTP_REQUEST']);
  await assert.rejects(ask({ port, trusts: STRANGER }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await refusedHandshakes(watchword, 1);
});

test('TLS 1.2 is the oldest and HTTP/1.1 the only protocol', async () => {
  await using folder = await folderFor(configuration(TLS));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await open(port, { minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  await assert.rejects(open(port, old), { code: /PROTOCOL_VERSION|ECONNRESET/ });
  const both = await open(port, { ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(both.alpnProtocol, 'http/1.1');
  both.destroy();
  await assert.rejects(open(port, { ALPNProtocols: ['h2'] }), { code: /NO_APPLICATION_PROTOCOL/ });
});

test('with clientCa only a client with a certificate of it is heard', async () => {
  await using folder = await folderFor(configuration(MUTUAL));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  assert.equal(await ask({ port, own: GATEWAY }), REFUSED);
  for (const own of [STRANGER, undefined]) await assert.rejects(ask({ port, own }));
  await refusedHandshakes(watchword, 2);
  const metrics = await watchword.metrics();
  const decisions = [...metrics].filter(([name]) => name.startsWith('watchword_decisions_total'));
  assert.deepEqual(
    decisions.map(([, count]) => count).filter((count) => count > 0),
    [1],
  );
});

test('a certificate takes the place of trusted peers; where both are named, both must hold', async () => {
  await using folder = await folderFor(configuration(MUTUAL, '0.0.0.0:0'));
  {
    await using watchword = await run(folder.at('watchword.yaml'));
    const port = watchword.httpPort ?? 0;
    assert.equal(await ask({ port, own: GATEWAY }), REFUSED);
    await assert.rejects(ask({ port }));
  }
  const http = { trustedPeers: ['10.0.0.0/8'] };
  await folder.write('watchword.yaml', configuration(MUTUAL, '0.0.0.0:0', { http }));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  assert.equal(await ask({ port, own: GATEWAY }), '403 request_malformed');
  await assert.rejects(ask({ port }));
});

test('a reload that names clientCa does not open a listener that was started without it', async () => {
  const http = { trustedPeers: ['10.0.0.0/8'] };
  await using folder = await folderFor(configuration(TLS, '0.0.0.0:0', { http }));
  await using watchword = await run(folder.at('watchword.yaml'));
  const port = watchword.httpPort ?? 0;
  assert.equal(await ask({ port }), '403 request_malformed');
  await folder.write('watchword.yaml', configuration(MUTUAL, '0.0.0.0:0'));
  await watchword.said('the configuration was reloaded');
  assert.equal(await ask({ port }), '403 request_malformed');
});

test('an open check is answered while the server stops, an idle connection does not wait', async () => {
  await using folder = await folderFor({});
  const files = { cert: folder.at('tls/cert.pem'), key: folder.at('tls/key.pem') };
  const certificate = await ListenerCertificate.open('listen.httpTls', files);
  const { promise: decided, resolve: decide } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const gate = await openGate({
    certificate,
    check: async () => {
      isAsked();
      await decided;
      return refuse('token_missing');
    },
  });
  const idle = await open(gate.port);
  idle.write('GET /no-check HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(idle, 'data');
  const idleClosed = once(idle, 'close');
  const busy = await open(gate.port);
  busy.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked;
  const stopped = gate[Symbol.asyncDispose]();
  await idleClosed;
  decide();
  const [answer] = (await once(busy, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 401 [\s\S]*Connection: close/);
  await stopped;
});

test('a Unix socket speaks TLS too', async () => {
  await using folder = await folderWith(FILES);
  const path = folder.at('http.sock');
  await folder.write('watchword.yaml', configuration(MUTUAL, `unix:${path}`));
  await using _ = await run(folder.at('watchword.yaml'));
  const { cert, key } = GATEWAY;
  const socket = connect({ path, rejectUnauthorized: false, cert, key });
  socket.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 403 [\s\S]*pipeline_missing/);
  socket.destroy();
});

/** TLS settings and files that are wrong, and what is said. */
const WRONG = [
  [
    'a key of another certificate',
    configuration(TLS),
    { 'tls/key.pem': STRANGER.key },
    /listen\.httpTls: .*key\.pem is not the key of .*cert\.pem$/,
  ],
  [
    'a file that is not there',
    configuration({ ...TLS, cert: 'gone.pem' }),
    {},
    /listen\.httpTls\.cert: .*gone\.pem cannot be read: ENOENT$/,
  ],
  [
    'a key that is none',
    configuration(TLS),
    { 'tls/key.pem': SERVER.cert },
    /listen\.httpTls\.key: .*key\.pem is no private key$/,
  ],
  [
    'authorities without a certificate',
    configuration(MUTUAL),
    { 'tls/clients.pem': '# nobody\n' },
    /listen\.httpTls\.clientCa: .*clients\.pem has no certificate$/,
  ],
  [
    'TLS without client certificates in place of trusted peers',
    configuration(TLS, '0.0.0.0:0'),
    {},
    /http\.trustedPeers: is mandatory where listen\.http is 0\.0\.0\.0:0/,
  ],
] as const;

for (const [title, configured, files, line] of WRONG) {
  test(`${title} stops the start`, async () => {
    await using folder = await folderFor(configured, files);
    const started = run(folder.at('watchword.yaml'));
    await assert.rejects(started, { name: 'ProblemsError', message: line });
  });
}

test('TLS of a listener that is not named is refused, not ignored', async () => {
  const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', httpTls: TLS };
  await using folder = await folderFor(settings({ listen, issuers: [], pipelines: [] }));
  await assert.rejects(run(folder.at('watchword.yaml')), {
    name: 'ProblemsError',
    message: /listen\.httpTls: is for listen\.http, which is not named/,
  });
});
