import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { until } from '../../deploy/support/until.ts';
import { HAS_STREAMS } from '../support/grpc-server.ts';
import { startBareServer } from './bare-server.ts';
import { rawConnection } from './half-open.ts';

const HEALTH = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

const STREAMS = [
  ['a watch of health', WATCH],
  ['reflection', REFLECTION],
] as const;

const handle = () => Buffer.alloc(0);
const LARGE = 60_000;
const HANDLED = /^grpc_server_handled_total\{.*grpc_code="(\w+)".*\} (\d+)$/gm;

describe('a request that does not come whole', () => {
  for (const [what, path] of [
    ['a check', undefined],
    ['health', HEALTH],
    ...(HAS_STREAMS ? STREAMS : []),
  ] as const) {
    test(`is ended with DEADLINE_EXCEEDED: ${what}`, { timeout: 10_000 }, async () => {
      const unfinished = { most: 10, longest: 200, bytes: 24_000_000 };
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

  test('is ended with RESOURCE_EXHAUSTED when there are too many that are old, the oldest first', {
    timeout: 10_000,
  }, async () => {
    const unfinished = { most: 3, longest: 5_000, bytes: 24_000_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const calls = Array.from({ length: 3 }, () => client.halfOpen(LARGE));
    const [first, second] = calls;
    assert.ok(first !== undefined && second !== undefined);
    await until('the end of the oldest', () => {
      if (!first.stream.closed) client.halfOpen(10);
      return first.stream.closed || undefined;
    });
    assert.equal(await first.ended, status.RESOURCE_EXHAUSTED);
    assert.ok(second.stream.closed || calls.at(-1)?.stream.closed === false, 'the oldest first');
  });

  test('does not end others that are under way: a gateway sends many heads before their messages', {
    timeout: 30_000,
  }, async () => {
    const unfinished = { most: 3, longest: 5_000, bytes: 24_000_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    // The flow control of one connection lets eight of them through at a time.
    const message = Buffer.alloc(8_000);
    const codes = await Promise.all(Array.from({ length: 900 }, () => client.call(message)));
    assert.deepEqual([...new Set(codes)], [status.OK]);
  });

  test('takes nothing from calls that do, on the same connection', {
    timeout: 30_000,
  }, async () => {
    const unfinished = { most: 3, longest: 500, bytes: 24_000_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    for (let round = 0; round < 20; round += 1) {
      // More than the flow control of a connection lets through in sum: what is dropped is given back.
      for (let i = 0; i < 4; i += 1) client.halfOpen(LARGE);
      assert.equal(await client.call(Buffer.alloc(10)), status.OK);
    }
  });

  test('does not gain time by a byte now and then', {
    timeout: 10_000,
  }, async () => {
    const unfinished = { most: 10, longest: 200, bytes: 24_000_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const { stream, ended } = client.halfOpen(LARGE);
    const trickle = setInterval(() => !stream.destroyed && stream.write('x'), 10);
    using _ = { [Symbol.dispose]: () => clearInterval(trickle) };
    assert.equal(await ended, status.DEADLINE_EXCEEDED);
  });

  test('is counted once', { timeout: 10_000 }, async () => {
    const unfinished = { most: 10, longest: 100, bytes: 24_000_000 };
    await using server = await startBareServer(handle, 500, { unfinished });
    using client = await rawConnection(server.port);
    const cancelled = client.halfOpen(LARGE);
    assert.equal(await client.halfOpen(LARGE).ended, status.DEADLINE_EXCEEDED);
    await cancelled.ended;
    const rows = async (): Promise<readonly string[]> =>
      [...(await server.metrics.registry.metrics()).matchAll(HANDLED)].map(
        ([, code, count]) => `${code} ${count}`,
      );
    assert.deepEqual(await rows(), ['DeadlineExceeded 2']);
    const late = client.halfOpen(LARGE);
    await client.call(Buffer.alloc(10));
    late.stream.destroy();
    await until('the cancelled call', async () =>
      (await rows()).some((row) => row.startsWith('Canceled')) ? true : undefined,
    );
    assert.deepEqual(await rows(), ['OK 1', 'Canceled 1', 'DeadlineExceeded 2']);
    const text = await server.metrics.registry.metrics();
    assert.match(text, /^watchword_grpc_refused_total\{cause="timeout"\} 2$/m);
    assert.match(text, /^grpc_server_started_total\{.*grpc_method="Check"\} 4$/m);
  });

  test('is not one that is whole: a decision may take longer', { timeout: 10_000 }, async () => {
    const unfinished = { most: 1, longest: 50, bytes: 24_000_000 };
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
    // Answered, so that the gateway's client hears why.
    assert.equal(await client.halfOpen(100_000).ended, status.OK);
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
