import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { until } from '../../deploy/support/until.ts';
import { CHECK_PATH } from '../../src/transport/ext-authz/names.ts';
import { Rendered } from '../../src/transport/rendered.ts';
import { COSTLY } from '../soak/peers/attacks.ts';
import { checkRequestBytes } from '../support/check-client.ts';
import { HAS_STREAMS } from '../support/grpc-server.ts';
import { makeIdentity } from '../support/identity.ts';
import { startBareServer } from '../transport/bare-server.ts';
import { type Folder, folderWith } from './folder.ts';
import { startIssuer } from './issuer.ts';
import { checkRequest } from './question.ts';
import { type Running, run } from './running.ts';
import { ORDERS, settings } from './settings.ts';
import { ISS, makeSigner } from './signer.ts';
import { workOf } from './work.ts';

const signer = makeSigner();
const SERVER = makeIdentity('watchword.example');
const GATEWAY = makeIdentity('gateway.example');
const OTHER = makeIdentity('other.example');
const WATCH = '/grpc.health.v1.Health/Watch';

const handle = () => Buffer.alloc(0);

function folderFor(own: object = {}): Promise<Folder> {
  return folderWith({
    'watchword.yaml': settings(own),
    'jwks.json': { keys: [signer.jwk] },
    'cert.pem': SERVER.cert,
    'key.pem': SERVER.key,
    'clients.pem': GATEWAY.cert,
  });
}

/** A connection that waits for the server's settings; disposing of it closes it. */
async function open(
  port: number,
  options: object = {},
): Promise<Disposable & { readonly session: ClientHttp2Session }> {
  const session = connect(`http://127.0.0.1:${port}`, options);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  return { session, [Symbol.dispose]: () => session.destroy() };
}

function begin(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
    ...headers,
  });
  stream.on('error', () => undefined);
  return stream;
}

/** `grpc-status` of a call, or how its stream was reset. */
function endOf(stream: ClientHttp2Stream): Promise<string> {
  let code: unknown;
  const read = (headers: Readonly<Record<string, unknown>>): void => {
    code = headers['grpc-status'] ?? code;
  };
  stream.on('response', read).on('trailers', read).resume();
  return new Promise((resolve) =>
    stream.once('close', () =>
      resolve(code === undefined ? `reset ${stream.rstCode}` : `status ${String(code)}`),
    ),
  );
}

const prefixed = (...messages: readonly Buffer[]): Buffer =>
  Buffer.concat(
    messages.flatMap((message) => {
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      return [prefix, message];
    }),
  );

const ENHANCE_YOUR_CALM = 'reset 11';
const REFUSED_STREAM = 'reset 7';
const CANCEL = 'reset 8';

describe('point 7: headers that HPACK makes small', () => {
  test('a call with 54 KB of them is not begun', { timeout: 20_000 }, async () => {
    await using server = await startBareServer(handle);
    using client = await open(server.port, { maxSendHeaderBlockLength: 1_000_000 });
    const many = Object.fromEntries(
      Array.from({ length: 13 }, (_, n) => [`x-${n}`, 'a'.repeat(4_000)]),
    );
    // Its settings are acknowledged with the first answer at the latest.
    const first = begin(client.session, CHECK_PATH);
    first.end(prefixed(Buffer.alloc(1)));
    assert.equal(await endOf(first), `status ${status.OK}`);
    assert.equal(await endOf(begin(client.session, CHECK_PATH, many)), ENHANCE_YOUR_CALM);
  });

  test('a connection with more than its share of the open calls gets no more, and others do', {
    timeout: 20_000,
  }, async () => {
    await using server = await startBareServer(handle, 500, { calls: 4 });
    using greedy = await open(server.port);
    using honest = await open(server.port);
    const held = Array.from({ length: 4 }, () => begin(greedy.session, CHECK_PATH));
    for (const stream of held) stream.write(prefixed(Buffer.alloc(10)).subarray(0, 8));
    assert.equal(await endOf(begin(greedy.session, CHECK_PATH)), REFUSED_STREAM);
    const asked = begin(honest.session, CHECK_PATH);
    asked.end(prefixed(Buffer.alloc(1)));
    assert.equal(await endOf(asked), `status ${status.OK}`);
  });
});

describe('point 8: the admin port', () => {
  test('requests that do not wait for their answers are not answered', async () => {
    await using folder = await folderFor();
    await using watchword = await run(folder.at('watchword.yaml'));
    const socket = connectPlain(watchword.adminPort, '127.0.0.1');
    socket.on('error', () => undefined);
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200));
    await once(socket, 'close');
    assert.ok(heard.split('HTTP/1.1 200').length - 1 <= 1, 'one at most');
    assert.equal((await watchword.get('/healthz')).status, 200);
  });

  test('metrics are made a tenth of the time at most, whoever asks how often', async () => {
    let now = 0;
    let cpu = 0;
    let made = 0;
    const make = async (): Promise<string> => {
      cpu += 10;
      made += 1;
      return `${made}`;
    };
    const rendered = new Rendered(make, 0.1, { now: () => now, cpu: () => cpu });
    for (let asked = 0; asked < 10_000; asked += 1) {
      await rendered.text();
      now += 1;
    }
    // 10 s, and what may be saved up: half a second.
    assert.ok(made <= (10_000 * 0.1 + 500) / 10 + 1, `made ${made} times`);
    now += 10_000;
    assert.equal(await rendered.text(), String(made), 'who asks seldom gets a new one');
  });
});

describe('point 9: messages that inflate, or are many', () => {
  test('a compressed call is refused without a message being read', async () => {
    await using server = await startBareServer(handle);
    using client = await open(server.port);
    const encoded = begin(client.session, CHECK_PATH, { 'grpc-encoding': 'gzip' });
    assert.equal(await endOf(encoded), `status ${status.UNIMPLEMENTED}`);
  });

  test('a frame of 3,000 messages reaches no decoder, and one that is marked as compressed none', async () => {
    let decoded = 0;
    await using server = await startBareServer(() => {
      decoded += 1;
      return Buffer.alloc(0);
    });
    using client = await open(server.port);
    const many = begin(client.session, CHECK_PATH);
    many.write(prefixed(...Array.from({ length: 3_000 }, () => Buffer.alloc(0))));
    assert.equal(await endOf(many), `status ${status.UNIMPLEMENTED}`);
    const marked = begin(client.session, CHECK_PATH);
    const message = prefixed(Buffer.alloc(10));
    message[0] = 1;
    marked.end(message);
    assert.equal(await endOf(marked), `status ${status.UNIMPLEMENTED}`);
    assert.equal(decoded, 0);
  });
});

describe('point 10: answers that nobody reads', () => {
  const NOTHING = { settings: { initialWindowSize: 0 } };

  test('are taken back after their time', { timeout: 20_000 }, async () => {
    const unread = { most: 10, longest: 200, bytes: 24_000_000 };
    await using server = await startBareServer(() => Buffer.alloc(100), 500, { unread });
    using client = await open(server.port, NOTHING);
    const asked = begin(client.session, CHECK_PATH);
    asked.end(prefixed(Buffer.alloc(10)));
    assert.equal(await endOf(asked), CANCEL);
  });

  test('are taken back at once where all of them hold too much, the oldest first', {
    timeout: 20_000,
  }, async () => {
    const unread = { most: 1_000, longest: 600_000, bytes: 25_000 };
    await using server = await startBareServer(() => Buffer.alloc(10_000), 500, { unread });
    using client = await open(server.port, NOTHING);
    const asked = Array.from({ length: 3 }, () => begin(client.session, CHECK_PATH));
    for (const stream of asked) stream.end(prefixed(Buffer.alloc(10)));
    assert.equal(await endOf(asked[0] ?? assert.fail()), CANCEL);
    assert.deepEqual(
      asked.slice(1).map(({ closed }) => closed),
      [false, false],
    );
  });

  if (HAS_STREAMS) {
    test('watchers of health are limited, and an unknown name leaves nothing behind', {
      timeout: 20_000,
    }, async () => {
      await using server = await startBareServer(handle);
      using client = await open(server.port);
      // HealthCheckRequest.service (1).
      const name = prefixed(Buffer.from('\n\x07unknown'));
      const watches = Array.from({ length: 257 }, () => {
        const stream = begin(client.session, WATCH);
        stream.end(name);
        return stream;
      });
      const last = watches.at(-1) ?? assert.fail();
      assert.equal(await endOf(last), `status ${status.RESOURCE_EXHAUSTED}`);
      for (const stream of watches) stream.close();
      await until('room for a watcher', async () => {
        const stream = begin(client.session, WATCH);
        stream.end(name);
        const first = await Promise.race([once(stream, 'data').then(() => 'told'), endOf(stream)]);
        stream.close();
        return first === 'told' || undefined;
      });
    });
  }
});

describe('point 11: connections', () => {
  const TLS = { cert: 'cert.pem', key: 'key.pem', clientCa: 'clients.pem' };
  const listen = {
    ...{ grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' },
    ...{ tls: TLS, httpTls: TLS },
  };
  const own = { cert: GATEWAY.cert, key: GATEWAY.key, rejectUnauthorized: false };
  const HELLO = Buffer.from('16030100a5010000a10303', 'hex');

  test('half a handshake, and one that is whole and says nothing, are closed in seconds on the gRPC port', {
    timeout: 30_000,
  }, async () => {
    await using folder = await folderFor({ listen });
    await using watchword = await run(folder.at('watchword.yaml'));
    const half = connectPlain(watchword.grpcPort, '127.0.0.1');
    half.on('error', () => undefined).resume();
    half.write(HELLO);
    const whole = connectTls({
      ...own,
      port: watchword.grpcPort,
      host: '127.0.0.1',
      ALPNProtocols: ['h2'],
    });
    whole.on('error', () => undefined).resume();
    await Promise.all([once(half, 'close'), once(whole, 'close')]);
  });

  test('gRPC connections are limited, half of them for one address; silent ones give way', {
    timeout: 20_000,
  }, async () => {
    await using server = await startBareServer(handle, 500, { connections: 4 });
    const silent = connectPlain(server.port, '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await once(silent, 'connect');
    const gone = once(silent, 'close');
    const asks = async (): Promise<string> => {
      const session = connect(`http://127.0.0.1:${server.port}`);
      session.on('error', () => undefined);
      sessions.push(session);
      const stream = begin(session, CHECK_PATH);
      stream.end(prefixed(Buffer.alloc(1)));
      return Promise.race([endOf(stream), once(session, 'close').then(() => 'closed')]);
    };
    const sessions: ClientHttp2Session[] = [];
    using _ = {
      [Symbol.dispose]: () => {
        for (const session of sessions) session.destroy();
      },
    };
    assert.equal(await asks(), `status ${status.OK}`);
    assert.equal(await asks(), `status ${status.OK}`);
    await gone;
    assert.notEqual(await asks(), `status ${status.OK}`, 'a third from one address');
    sessions[0]?.destroy();
    await until('room', async () => (await asks()) === `status ${status.OK}` || undefined);
  });

  test('whom another clientCa let in is let go of, on both ports, and its session tickets count for nothing', {
    timeout: 30_000,
  }, async () => {
    await using folder = await folderFor({ listen });
    await using watchword = await run(folder.at('watchword.yaml'));
    const { grpcPort, httpPort } = watchword;
    const socket = connectTls({
      ...own,
      port: grpcPort,
      host: '127.0.0.1',
      ALPNProtocols: ['h2'],
    });
    let ticket: Buffer | undefined;
    socket.on('session', (session: Buffer) => {
      ticket = session;
    });
    const session = connect(`https://127.0.0.1:${grpcPort}`, { createConnection: () => socket });
    session.on('error', () => undefined);
    const asked = begin(session, CHECK_PATH);
    asked.end(prefixed(checkRequestBytes(checkRequest({}))));
    assert.equal(await endOf(asked), `status ${status.OK}`);
    const http = connectTls({ ...own, port: httpPort ?? 0, host: '127.0.0.1' });
    http.on('error', () => undefined);
    http.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(http, 'data');
    const closed = Promise.all([once(session, 'close'), once(http, 'close')]);
    await folder.write('clients.pem', OTHER.cert);
    await closed;
    assert.ok(ticket, 'the listener gives session tickets');
    const resumed = connectTls({
      ...own,
      port: grpcPort,
      host: '127.0.0.1',
      ALPNProtocols: ['h2'],
      session: ticket,
    });
    resumed.on('error', () => undefined);
    const again = connect(`https://127.0.0.1:${grpcPort}`, { createConnection: () => resumed });
    again.on('error', () => undefined);
    const refused = begin(again, CHECK_PATH);
    refused.end(prefixed(Buffer.alloc(1)));
    assert.match(await endOf(refused), /^reset/);
  });

  test('silent connections do not keep a gateway off the HTTP port', {
    timeout: 20_000,
  }, async () => {
    await using folder = await folderFor({ listen, limits: { httpConnections: 4 } });
    await using watchword = await run(folder.at('watchword.yaml'));
    const port = watchword.httpPort ?? 0;
    const silent = Array.from({ length: 12 }, () => connectPlain(port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => undefined).resume();
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const gateway = connectTls({ ...own, port, host: '127.0.0.1' });
    gateway.write('GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\n\r\n');
    const [answer] = (await once(gateway, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1.1 403 /);
    gateway.destroy();
    for (const socket of silent) socket.destroy();
  });
});

describe('point 12: what is done before anything is known of a request', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  before(async () => {
    const tokenFrom = [{ cookie: 'access_token' }, { query: 'access_token' }];
    const match = [{ hosts: ['orders.example.com'], paths: ['/places'] }];
    const places = { name: 'places', match, tokenFrom, require: { audiences: 'any' } };
    const folder = stack.use(await folderFor({ pipelines: [ORDERS, places] }));
    watchword = stack.use(await run(folder.at('watchword.yaml')));
  });
  after(() => stack.disposeAsync());

  const rows = {
    ...COSTLY,
    'a token of dots': { headers: { authorization: `Bearer ${'.'.repeat(8_000)}` } },
    'a path of segments': { path: `/orders${'/a'.repeat(30_000)}`, headers: {} },
    'an id of spaces': { headers: { 'x-request-id': ' '.repeat(60_000) } },
    'cookies without names': { path: '/places', headers: { cookie: '"=; '.repeat(15_000) } },
    'parameters that are encoded': { path: `/places?${'%=&'.repeat(20_000)}`, headers: {} },
  } as typeof COSTLY;

  for (const [name, { path = '/orders/1', headers }] of Object.entries(rows)) {
    test(`grows with its length and makes few pieces: ${name}`, async () => {
      const httpCheck = { path, headers };
      const { length } = checkRequestBytes(checkRequest(httpCheck));
      const plain = await workOf(() => watchword.check({}));
      const { characters, pieces } = await workOf(() => watchword.check(httpCheck));
      // Four looks at each character, or the budget for the readings of a path.
      const most = plain.characters + 4 * length + 160 * 1_024;
      assert.ok(characters <= most, `${characters} characters of a request of ${length}`);
      assert.ok(pieces - plain.pieces <= 2_500, `${pieces - plain.pieces} pieces`);
    });
  }
});

test('point 13: issuers that hang take no place from the tokens of others, nor time from their keys', {
  timeout: 60_000,
}, async () => {
  await using hanging = await startIssuer(null);
  await using healthy = await startIssuer({ keys: [signer.jwk] });
  const remote = (name: string, iss: string, url: string, required: boolean) => ({
    ...{ name, issuer: iss, required },
    keys: { jwks: url, allowHttp: true },
  });
  const hangers = Array.from({ length: 16 }, (_, n) =>
    remote(`hanging-${n}`, `https://hanging-${n}.example/`, hanging.url, false),
  );
  await using folder = await folderFor({
    issuers: [...hangers, remote('main', ISS, healthy.url, true)],
    pipelines: [
      {
        name: 'orders',
        match: [{ paths: ['/orders/**'] }],
        require: { issuers: ['main', 'hanging-0'], audiences: ['http://orders'] },
      },
    ],
    limits: { pendingVerifications: 1, decisionTimeout: '10s' },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  await until('readiness', async () =>
    (await watchword.get('/readyz')).status === 200 ? true : undefined,
  );
  assert.ok(hanging.asked < 8, 'the places of one origin, and not all of them');
  const waits = watchword.reason({
    token: signer.token({ iss: 'https://hanging-0.example/' }, { kid: 'unknown' }),
  });
  assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
  assert.equal(await waits, 'keys_unavailable');
});
