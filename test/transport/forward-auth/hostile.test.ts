import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { until } from '../../../deploy/support/until.ts';
import { TrustedPeers } from '../../../src/base/peers.ts';
import { ListenerCertificate } from '../../../src/transport/certificate.ts';
import { folderWith } from '../../server/folder.ts';
import { makeIdentity } from '../../support/identity.ts';
import { type Gate, openGate } from './gate.ts';

const FACTS = 'X-Original-Method: GET\r\nX-Original-URI: /x\r\n';
const CHECK = `GET /auth/nginx/- HTTP/1.1\r\nHost: a\r\n${FACTS}`;
const PROXIED =
  'GET /auth/traefik/- HTTP/1.1\r\nHost: w\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: a\r\nX-Forwarded-Uri: /x\r\n';
const smuggled = `GET /auth/nginx/- HTTP/1.1\r\nHost: evil\r\n${FACTS}\r\n`;

/** Bytes, the statuses that come back (401 is a decision of the gate), and whether the connection is closed then. */
type Row = readonly [title: string, bytes: string, statuses: readonly number[], closes: boolean];

const ROWS: readonly Row[] = [
  ['a check', `${CHECK}\r\n`, [401], false],
  ['three checks at once', `${CHECK}\r\n`.repeat(3), [401, 401, 401], false],
  ['an absolute request line', `${CHECK.replace('/auth', 'http://w/auth')}\r\n`, [404], false],
  ['a request line with //', `${CHECK.replace('/auth', '//auth')}\r\n`, [404], false],
  ['the server as target', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', [404], false],
  ['a source twice', `${CHECK}X-Original-URI: /y\r\n\r\n`, [403], false],
  ['two hosts', `${CHECK}Host: b\r\n\r\n`, [403], false],
  ['two methods, joined', `${CHECK.replace('GET\r\n', 'GET, PUT\r\n')}\r\n`, [403], false],
  ['no host', `${CHECK.replace('Host: a\r\n', '')}\r\n`, [400], true],
  ['no host, and no need of it', `${PROXIED.replace('Host: w\r\n', '')}\r\n`, [400], true],
  ['HTTP/1.0', `${CHECK.replace('/1.1', '/1.0')}\r\n`, [401], true],
  ['HTTP/0.9', 'GET /auth/nginx/-\r\n\r\n', [400], true],
  ['HTTP/2.0 in a request line', `${CHECK.replace('/1.1', '/2.0')}\r\n`, [400], true],
  [
    'HTTP/2 with prior knowledge',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
    [400],
    true,
  ],
  ['an upgrade to h2c', `${CHECK}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, [401], false],
  ['Connection: close', `${CHECK}Connection: close\r\n\r\n`, [401], true],
  ['Expect: 100-continue', `${CHECK}Expect: 100-continue\r\n\r\n`, [401], true],
  ['Expect and a body', `${CHECK}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`, [400], true],
  ['a body', `${CHECK}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`, [400], true],
  ['a chunked body', `${CHECK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`, [400], true],
  ['two lengths', `${CHECK}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${smuggled}`, [400], true],
  ['one length twice', `${CHECK}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`, [400], true],
  ['a list of lengths', `${CHECK}Content-Length: 0, 0\r\n\r\n`, [400], true],
  ['a signed length', `${CHECK}Content-Length: +1\r\n\r\na`, [400], true],
  [
    'a length and chunks',
    `${CHECK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
    true,
  ],
  [
    'chunks and a length',
    `${CHECK}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    [400],
    true,
  ],
  [
    'chunks over HTTP/1.0',
    `${CHECK.replace('/1.1', '/1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
    true,
  ],
  ['a blank before a colon', `${CHECK}Authorization : Bearer a\r\n\r\n`, [400], true],
  ['a folded header', `${CHECK}X-A: b\r\n c\r\n\r\n`, [400], true],
  ['a bare CR in a value', `${CHECK}X-A: b\rX-Original-URI: /y\r\n\r\n`, [400], true],
  ['a NUL in a value', `${CHECK}X-A: a\0b\r\n\r\n`, [400], true],
  ['lines that end in LF', `${CHECK}\r\n`.replaceAll('\r\n', '\n'), [400], true],
  ['a lower-case method', `${CHECK.replace('GET /', 'get /')}\r\n`, [400], true],
  ['junk', '\0\x01\x02\r\n\r\n', [400], true],
  ['junk behind a check', `${CHECK}\r\n\0junk\r\n\r\n`, [401, 400], true],
  ['headers of 60 KiB', `${CHECK}X-A: ${'a'.repeat(60_000)}\r\n\r\n`, [401], false],
  ['headers of more than 64 KiB', `${CHECK}X-A: ${'a'.repeat(66_000)}\r\n\r\n`, [431], true],
  [
    'a target of more than 64 KiB',
    `${CHECK.replace('/- ', `/-?${'a'.repeat(66_000)} `)}\r\n`,
    [431],
    true,
  ],
  ['a tunnel', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', [], true],
];

const HELLO = Buffer.from('16030100a5010000a10303', 'hex');

for (const secure of [false, true]) {
  describe(`hostile bytes, ${secure ? 'over TLS' : 'in the clear'}`, () => {
    const stack = new AsyncDisposableStack();
    let certificate: ListenerCertificate | undefined;
    let gate: Gate;
    before(async () => {
      if (secure) {
        const { cert, key } = makeIdentity('first.example');
        const folder = stack.use(await folderWith({ cert, key }));
        const files = { cert: folder.at('cert'), key: folder.at('key') };
        certificate = await ListenerCertificate.open('listen.httpTls', files);
      }
      gate = await openGate({ ...(certificate && { certificate }) });
      stack.use(gate);
    });
    after(() => stack.disposeAsync());

    /** A connection that never closes its side. */
    const open = async (isTls = secure, port = gate.port): Promise<Heard> => {
      const options = { port, host: '127.0.0.1', allowHalfOpen: true };
      const socket = isTls
        ? connectTls({ ...options, rejectUnauthorized: false })
        : connectPlain(options);
      const heard = hear(socket);
      await once(socket, isTls ? 'secureConnect' : 'connect');
      return heard;
    };

    /** One more connection, if it is heard. TLS tells the end of one that is not while it shakes hands. */
    const more = async ({ port }: Gate): Promise<Heard | null> => {
      const heard = await open(secure, port).catch(() => null);
      heard?.socket.write(`${CHECK}\r\n`);
      await until('an answer or the end', () =>
        heard === null || heard.statuses().length > 0 || heard.ended() ? true : undefined,
      );
      return heard !== null && heard.statuses().length > 0 ? heard : null;
    };

    for (const [title, bytes, statuses, closes] of ROWS) {
      test(title, async () => {
        const decided = gate.asked.length;
        const heard = await open();
        heard.socket.write(Buffer.from(bytes, 'latin1'));
        await until('the answer', () => {
          const enough = closes ? heard.ended() : heard.statuses().length >= statuses.length;
          return enough ? true : undefined;
        });
        heard.socket.destroy();
        assert.deepEqual(heard.statuses(), statuses);
        for (const answer of heard.text().split('HTTP/1.1 ').slice(1))
          assert.match(answer, /^\d+ [\s\S]*watchword-reason: \w+/);
        // A 403 is `request_malformed` in the words of nginx: asked about, and about nothing.
        const asked = gate.asked.slice(decided);
        assert.equal(
          asked.filter((one) => one !== null).length,
          statuses.filter((one) => one === 401).length,
        );
        assert.ok(asked.every((one) => one === null || (one.host === 'a' && one.path === '/x')));
      });
    }

    test('who never closes its side does not keep the connection', async () => {
      await using few = await openGate({ ...(certificate && { certificate }), connections: 2 });
      for (const heard of [await open(secure, few.port), await open(secure, few.port)]) {
        heard.socket.write(`${CHECK}\r\n\0`);
        await until('the refusal', () => (heard.ended() ? true : undefined));
      }
      await until('room for a check', async () => ((await more(few)) === null ? undefined : true));
    });

    test('a request that is never whole is a 408, and the connection is closed', async () => {
      const [silent, half, drips, second] = await Promise.all([open(), open(), open(), open()]);
      half.socket.write(CHECK);
      drips.socket.write(CHECK);
      second.socket.write(`${CHECK}\r\nGET /auth/`);
      const dripping = setInterval(() => drips.socket.write('X: y\r\n'), 250);
      for (const heard of [silent, half, drips, second])
        await until('the end', () => (heard.ended() ? true : undefined));
      clearInterval(dripping);
      assert.deepEqual(
        [silent, half, drips, second].map((heard) => heard.statuses()),
        [[], [408], [408], [401, 408]],
      );
      assert.equal(gate.causes.filter((cause) => cause === 'timeout').length, 3);
    });

    test(secure ? 'HTTP on a TLS port, and half a handshake' : 'TLS on an HTTP port', async () => {
      const cause = secure ? 'tls' : 'not_http';
      const counted = gate.causes.filter((one) => one === cause).length;
      const [wrong, half] = await Promise.all([open(false), open(false)]);
      wrong.socket.write(secure ? `${CHECK}\r\n` : HELLO);
      half.socket.write(HELLO);
      for (const heard of [wrong, half])
        await until('the end', () => (heard.ended() ? true : undefined));
      assert.deepEqual(wrong.statuses(), secure ? [] : [400]);
      assert.deepEqual(half.statuses(), secure ? [] : [400]);
      assert.equal(gate.causes.filter((one) => one === cause).length, counted + 2);
    });

    test('connections are limited, and peers that are not trusted cannot keep gateways out', async () => {
      await using few = await openGate({
        ...(certificate && { certificate }),
        ...{ connections: 4, trusted: ['127.0.0.1'] },
      });
      const gateways = [await more(few), await more(few), await more(few), await more(few)];
      assert.ok(gateways.every((one) => one !== null));
      assert.equal(await more(few), null, 'a fifth');
      for (const gateway of gateways.slice(2)) gateway?.socket.destroy();
      const third = await until('room', async () => (await more(few)) ?? undefined);
      few.peers.replace(new TrustedPeers(['10.0.0.0/8']));
      assert.equal(await more(few), null, 'more than half of them are in use');
      for (const gateway of [...gateways, third]) gateway?.socket.destroy();
      await until('a refusal that is said', async () =>
        (await more(few)) === null ? undefined : true,
      );
      assert.ok(few.causes.includes('connections'));
    });
  });
}

/** What was heard on a connection. */
interface Heard {
  readonly socket: Socket;
  readonly text: () => string;
  readonly statuses: () => readonly number[];
  readonly ended: () => boolean;
}

function hear(socket: Socket): Heard {
  let text = '';
  let ended = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      ended = true;
    });
  // A connection that is refused may be reset.
  socket.on('error', () => undefined);
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, code]) => Number(code));
  return { socket, text: () => text, statuses, ended: () => ended };
}
