import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { until } from '../../deploy/demo/until.ts';
import { refuse } from '../../src/check/decision.ts';
import { ListenerCertificate } from '../../src/transport/certificate.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { type Identity, makeIdentity } from '../support/identity.ts';
import { openGate, sendRaw } from './gate.ts';

const SERVER = makeIdentity('first.example');
const GATEWAY = makeIdentity('gateway.example');
const STRANGER = makeIdentity('stranger.example');

const TLS = { cert: 'tls/cert.pem', key: 'tls/key.pem' };
const MUTUAL = { ...TLS, clientCa: 'tls/clients.pem' };
const FILES = {
  'tls/cert.pem': SERVER.cert,
  'tls/key.pem': SERVER.key,
  'tls/clients.pem': GATEWAY.cert,
};

function configuration(httpTls: object, http = '127.0.0.1:0', own: object = {}): object {
  const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http, httpTls };
  return settings({ listen, issuers: [], pipelines: [], ...own });
}

const folderFor = (configured: object, own: object = {}): Promise<Folder> =>
  folderWith({ 'watchword.yaml': configured, ...FILES, ...own });

interface Asked {
  readonly port: number;
  /** The certificate that the gateway trusts. */
  readonly trusts?: Identity;
  /** What the gateway shows. */
  readonly own?: Identity | undefined;
  readonly agent?: Agent;
}

/** Asks for a check over TLS and gives the status and reason. Rejects where there is no answer. */
function ask({ port, trusts = SERVER, own, agent = new Agent() }: Asked): Promise<string> {
  const sent = request({
    ...{ host: '127.0.0.1', port, path: '/auth/envoy/-/x', agent, timeout: 5_000 },
    ...{ ca: trusts.cert, servername: trusts.name, cert: own?.cert, key: own?.key },
  });
  sent.end();
  return new Promise((resolve, reject) => {
    sent.once('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () =>
        resolve(`${response.statusCode} ${String(response.headers['watchword-reason'])}`),
      );
    });
  });
}

/** A connection whose handshake is done, on the client's side: TLS 1.3 tells a refusal afterwards. */
async function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** The name in the certificate that the listener shows to a new connection. */
async function shownName(port: number): Promise<string> {
  const socket = await open(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

/** Waits until so many handshakes were counted: the listener hears of their end after the client. */
function refusedHandshakes(watchword: Running, count: number): Promise<true> {
  const name = 'watchword_http_refused_total{cause="tls"}';
  return until(`${count} refused handshakes`, async () =>
    (await watchword.metrics()).get(name) === count ? true : undefined,
  );
}

const REFUSED = '403 pipeline_missing';

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
