import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { startBareServer } from './bare-server.ts';
import { rawConnection } from './half-open.ts';

const HEALTH = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

const handle = () => Buffer.alloc(0);
const LARGE = 60_000;

describe('a request that does not come whole', () => {
  for (const [what, path] of [
    ['a check', undefined],
    ['health', HEALTH],
    ['a watch of health', WATCH],
    ['reflection', REFLECTION],
  ] as const) {
    test(`is ended with DEADLINE_EXCEEDED: ${what}`, { timeout: 10_000 }, async () => {
      const unfinished = { most: 10, longest: 200 };
      await using server = await startBareServer(handle, 500, { unfinished });
      using client = await rawConnection(server.port);
      const began = performance.now();
      const one = client.halfOpen(LARGE, path);
      assert.equal(await one.ended, status.DEADLINE_EXCEEDED);
      assert.ok(performance.now() - began >= 200);
      // RFC 9113 section 8.1: the rest of the request is not wanted.
      assert.equal(one.stream.rstCode, 0);
    });
  }

  test('is ended with RESOURCE_EXHAUSTED when there are too many, the oldest first', {
    timeout: 10_000,
  }, async () => {
    const unfinished = { most: 3, longest: 60_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const calls = Array.from({ length: 5 }, () => client.halfOpen(LARGE));
    const codes = await Promise.all(calls.slice(0, 2).map(({ ended }) => ended));
    assert.deepEqual(codes, [status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED]);
    assert.ok(calls.slice(2).every(({ stream }) => !stream.closed));
  });

  test('takes nothing from calls that do, on the same connection', {
    timeout: 30_000,
  }, async () => {
    const unfinished = { most: 3, longest: 60_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    for (let round = 0; round < 100; round += 1) {
      // More than the flow control of a connection lets through in sum: what is dropped is given back.
      for (let i = 0; i < 4; i += 1) client.halfOpen(LARGE);
      assert.equal(await client.call(Buffer.alloc(10)), status.OK);
    }
  });

  test('does not gain time by a byte now and then', {
    timeout: 10_000,
  }, async () => {
    const unfinished = { most: 10, longest: 200 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const { stream, ended } = client.halfOpen(LARGE);
    const trickle = setInterval(() => !stream.destroyed && stream.write('x'), 10);
    using _ = { [Symbol.dispose]: () => clearInterval(trickle) };
    assert.equal(await ended, status.DEADLINE_EXCEEDED);
  });

  test('is counted', { timeout: 10_000 }, async () => {
    const unfinished = { most: 1, longest: 100 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const calls = [client.halfOpen(LARGE), client.halfOpen(LARGE)];
    await Promise.all(calls.map(({ ended }) => ended));
    const text = await server.metrics.registry.metrics();
    for (const code of ['ResourceExhausted', 'DeadlineExceeded'])
      assert.match(text, new RegExp(`grpc_server_handled_total\\{.*grpc_code="${code}".*\\} 1\n`));
  });

  test('is not one that is whole: a decision may take longer', { timeout: 10_000 }, async () => {
    const unfinished = { most: 1, longest: 50 };
    const heard = Promise.withResolvers<void>();
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const slowly = () => {
      heard.resolve();
      return promise;
    };
    await using server = await startBareServer(slowly, 5_000, { unfinished });
    using client = await rawConnection(server.port);
    const asked = client.call(Buffer.alloc(10));
    await heard.promise;
    assert.equal(await client.halfOpen(LARGE).ended, status.DEADLINE_EXCEEDED);
    resolve(Buffer.alloc(0));
    assert.equal(await asked, status.OK);
  });

  test('is closed, too, when its message says that it is too large', {
    timeout: 10_000,
  }, async () => {
    await using server = await startBareServer(handle);
    using client = await rawConnection(server.port);
    assert.equal(await client.halfOpen(100_000).ended, status.RESOURCE_EXHAUSTED);
  });
});

test('a connection has a thousand calls at once', async () => {
  await using server = await startBareServer(handle);
  using client = await rawConnection(server.port);
  assert.equal(client.session.remoteSettings?.maxConcurrentStreams, 1_000);
});

test('a connection that says nothing is closed, and one that answers a PING is not', {
  timeout: 10_000,
}, async () => {
  const keepalive = { after: 100, patience: 100 };
  await using server = await startBareServer(handle, 500, { keepalive });
  using client = await rawConnection(server.port);
  const silent = connect(server.port, '127.0.0.1');
  silent.resume();
  await once(silent, 'close');
  assert.equal(await client.call(Buffer.alloc(10)), status.OK);
});
