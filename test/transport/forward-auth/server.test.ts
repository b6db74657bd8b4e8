import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TrustedPeers } from '../../../src/base/peers.ts';
import { openGate, sendRaw } from './gate.ts';

const NGINX = ['GET /auth/nginx/- HTTP/1.1', 'Host: a.example', 'X-Original-Method: GET'];
const checked = (...more: string[]) => `${[...NGINX, ...more].join('\r\n')}\r\n\r\n`;
const END = 'Connection: close';

test('a check is decided, and its answer says why', async () => {
  await using gate = await openGate();
  const answer = await sendRaw(gate.port, checked('X-Original-URI: /x?y', END));
  assert.match(answer, /^HTTP\/1.1 401 [\s\S]*watchword-reason: token_missing\r\n/);
  assert.deepEqual(
    gate.asked.map((one) => [one?.method, one?.host, one?.path]),
    [['GET', 'a.example', '/x?y']],
  );
});

test('a source that is missing or there twice is malformed and no other is looked at', async () => {
  await using gate = await openGate();
  for (const lines of [
    ['X-Forwarded-Uri: /x', 'X-Original-URL: http://a.example/x'],
    ['X-Original-URI: /x', 'X-Original-URI: /x'],
    ['X-Original-URI: /x', 'x-original-uri: /y'],
    ['X-Original-URI: /x', 'X-Original-Method: GET'],
  ]) {
    const answer = await sendRaw(gate.port, checked(...lines, END));
    assert.match(answer, /^HTTP\/1.1 403 /, 'nginx knows no 400');
    assert.match(answer, /watchword-reason: request_malformed\r\n/);
    assert.match(answer, /watchword-status: 400\r\n/);
  }
  assert.deepEqual(gate.asked, [null, null, null, null]);
  assert.deepEqual(gate.faults, [
    'x-original-uri is missing',
    'x-original-uri is there twice',
    'x-original-uri is there twice',
    'x-original-method is there twice',
  ]);
});

test('an absolute target in a source is no path', async () => {
  await using gate = await openGate();
  await sendRaw(gate.port, checked('X-Original-URI: http://b.example/x', END));
  assert.equal(gate.asked[0]?.path, 'http://b.example/x', 'which selection refuses');
});

test('a URL that is not exactly ours is no check', async () => {
  await using gate = await openGate();
  for (const url of [
    '/',
    '/auth/nginx',
    '/auth/nginx/',
    '/auth/nginx/-/x',
    '/auth/nginx/-x y',
    '/auth//nginx/-',
    '//auth/nginx/-',
    '/auth/./nginx/-',
    '/auth/%6eginx/-',
    '/auth/NGINX/-',
    '/auth/constructor/-',
    '/auth/__proto__/-',
    '/auth/nginx/%2d',
    '/auth/nginx/A',
    '/auth/envoy/-evil/../x%zz'.replace('/-evil', '/-EVIL'),
    'http://watchword/auth/nginx/-',
  ].filter((one) => !one.includes(' '))) {
    const lines = [`GET ${url} HTTP/1.1`, ...NGINX.slice(1), 'X-Original-URI: /x', END];
    const answer = await sendRaw(gate.port, `${lines.join('\r\n')}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1.1 404 /, url);
  }
  assert.deepEqual(gate.asked, []);
});

test("a client's query never selects", async () => {
  await using gate = await openGate();
  const text = checked('X-Original-URI: /x', END);
  await sendRaw(gate.port, text.replace('/nginx/-', '/nginx/-?/auth/nginx/p&pipeline=p'));
  await sendRaw(gate.port, text.replace('/nginx/-', '/nginx/p?/auth/nginx/-'));
  assert.deepEqual(
    gate.asked.map((one) => one?.context),
    [[], [['watchword.dev/pipeline', 'p']]],
  );
});

test('a check with a body is refused and its bytes are no second request', async () => {
  await using gate = await openGate();
  const smuggled = checked('X-Original-URI: /smuggled');
  for (const framing of [
    `Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    `Transfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
  ]) {
    const answer = await sendRaw(
      gate.port,
      checked('X-Original-URI: /x').replace(/\r\n$/, framing),
    );
    assert.match(answer, /^HTTP\/1.1 400 /);
    assert.match(answer, /Connection: close\r\n/);
  }
  assert.deepEqual(gate.asked, []);
  assert.deepEqual(gate.causes, ['body', 'body']);
});

test('two lengths, or a length and chunks, are no HTTP', async () => {
  await using gate = await openGate();
  for (const framing of [
    'Content-Length: 0\r\nContent-Length: 1',
    'Content-Length: 4\r\nTransfer-Encoding: chunked',
  ]) {
    const answer = await sendRaw(gate.port, checked('X-Original-URI: /x', framing));
    assert.match(answer, /^HTTP\/1.1 400 /);
  }
  assert.deepEqual(gate.asked, []);
});

test('headers of more than 64 KiB are a 431', async () => {
  await using gate = await openGate();
  const filler = Array.from({ length: 70 }, (_, index) => `x-${index}: ${'a'.repeat(1000)}`);
  const answer = await sendRaw(gate.port, checked('X-Original-URI: /x', ...filler));
  assert.match(answer, /^HTTP\/1.1 431 /);
  assert.deepEqual(gate.asked, []);
});

test('a second Authorization behind thousands of headers is seen', async () => {
  await using gate = await openGate();
  const filler = Array.from({ length: 3000 }, (_, index) => `x${index}: a`);
  await sendRaw(
    gate.port,
    checked(
      'X-Original-URI: /x',
      'Authorization: Bearer a',
      ...filler,
      'authorization: Bearer b',
      END,
    ),
  );
  assert.equal(gate.asked[0]?.authorization, 'Bearer a,Bearer b');
});

test('pipelined checks are answered in order and junk behind them ends the connection', async () => {
  await using gate = await openGate();
  const two = checked('X-Original-URI: /1') + checked('X-Original-URI: /2');
  const answer = await sendRaw(gate.port, `${two}\u0000junk\r\n\r\n`);
  // The answer to the junk may overtake one that waits: a refusal either way.
  const statuses = [...answer.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual([statuses[0], statuses.at(-1)], ['401', '400']);
  assert.deepEqual(
    gate.asked.map((one) => one?.path),
    ['/1', '/2'],
  );
});

test("a client's Expect, Upgrade and TE do not change what a check is", async () => {
  await using gate = await openGate();
  for (const line of ['Expect: 100-continue', 'Expect: x', 'Upgrade: websocket', 'TE: trailers']) {
    const answer = await sendRaw(gate.port, checked('X-Original-URI: /x', line, END));
    assert.match(answer, /^HTTP\/1.1 401 /, line);
  }
  const connect = await sendRaw(gate.port, 'CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(connect, '', 'a tunnel is never opened');
});

test('HTTP/1.0 is answered, and HEAD without a body', async () => {
  await using gate = await openGate();
  const old = await sendRaw(gate.port, checked('X-Original-URI: /x').replace('1.1', '1.0'));
  assert.match(old, /^HTTP\/1.1 401 /);
  const head = await sendRaw(gate.port, checked('X-Original-URI: /x', END).replace('GET', 'HEAD'));
  assert.match(head, /^HTTP\/1.1 401 [\s\S]*\r\n\r\n$/);
});

test('peers that are not trusted get a 403 and no decision, from the next request on', async () => {
  await using gate = await openGate({ trusted: ['10.0.0.0/8'] });
  const text = checked('X-Original-URI: /x', END);
  assert.match(await sendRaw(gate.port, text), /^HTTP\/1.1 403 [\s\S]*trustedPeers/);
  assert.deepEqual(gate.causes, ['untrusted_peer']);
  gate.peers.replace(new TrustedPeers(['127.0.0.1']));
  assert.match(await sendRaw(gate.port, text), /^HTTP\/1.1 401 /);
  assert.equal(gate.asked.length, 1);
});

test('a connection that is open loses its trust with the list', async () => {
  await using gate = await openGate({ trusted: ['127.0.0.1'] });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const status = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { agent, port: gate.port, path: '/auth/envoy/-/x', host: '127.0.0.1' };
      const sent = request(options, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode));
      });
      sent.once('error', reject);
      sent.end();
    });
  try {
    assert.equal(await status(), 401);
    gate.peers.replace(new TrustedPeers(['10.0.0.0/8']));
    assert.equal(await status(), 403);
  } finally {
    agent.destroy();
  }
});

test('a Unix socket is served, whatever peers are trusted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-http-'));
  try {
    const path = join(folder, 'auth.sock');
    await using gate = await openGate({ address: `unix:${path}`, trusted: ['10.0.0.0/8'] });
    assert.equal(gate.port, 0);
    const answer = await sendRaw(path, checked('X-Original-URI: /x', END));
    assert.match(answer, /^HTTP\/1.1 401 /);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a connection is used again, and let go when the server stops', async () => {
  const gate = await openGate();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<{ reused: boolean; connection: string | undefined }>((resolve, reject) => {
      const sent = request(
        { agent, port: gate.port, path: '/auth/envoy/-/x', host: '127.0.0.1' },
        (response) => {
          response.resume();
          response.once('end', () =>
            resolve({ reused: sent.reusedSocket, connection: response.headers.connection }),
          );
        },
      );
      sent.once('error', reject);
      sent.end();
    });
  try {
    assert.deepEqual(await ask(), { reused: false, connection: 'keep-alive' });
    assert.deepEqual(await ask(), { reused: true, connection: 'keep-alive' });
    const began = performance.now();
    await gate[Symbol.asyncDispose]();
    assert.ok(performance.now() - began < 900, 'an idle connection does not wait for the grace');
  } finally {
    agent.destroy();
  }
});

test('a check that fails is a 500 and never a 2xx', async () => {
  await using gate = await openGate({ check: () => Promise.reject(new Error('defect')) });
  const answer = await sendRaw(gate.port, checked('X-Original-URI: /x', END));
  assert.match(answer, /^HTTP\/1.1 500 [\s\S]*watchword-reason: internal\r\n/);
});
