import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { Metrics } from '../../../src/telemetry/metrics.ts';
import { ListenerCertificate } from '../../../src/transport/certificate.ts';
import { CallCounters } from '../../../src/transport/ext-authz/call-counters.ts';
import { SERVICE_NAME } from '../../../src/transport/ext-authz/names.ts';
import { startLean } from '../../../src/transport/lean/server.ts';
import { folderWith } from '../../server/folder.ts';
import { CheckClient } from '../../support/check-client.ts';
import { makeIdentity } from '../../support/identity.ts';
import { BARE_SETTINGS } from '../bare-server.ts';
import { call, clientOf, type Method } from '../call.ts';

/* What only `listen.grpcServer: lean` is or has; all else runs on both servers. */

const counters = () => new CallCounters(new Metrics());
const empty = () => Buffer.alloc(0);
const { Check, List } = service as unknown as Record<
  'Check' | 'List',
  Method<{ readonly status: string }>
>;

describe('health of the lean server', () => {
  test('Check follows readiness, by both names; another name is NOT_FOUND', async () => {
    await using server = await startLean(BARE_SETTINGS, empty, counters());
    using client = clientOf(server.port);
    const of = async (name: string) => (await call(client, Check, { service: name })).status;
    for (const name of ['', SERVICE_NAME]) assert.equal(await of(name), 'NOT_SERVING');
    server.setServing(true);
    for (const name of ['', SERVICE_NAME]) assert.equal(await of(name), 'SERVING');
    await assert.rejects(of('other'), { code: status.NOT_FOUND });
  });

  test('other methods of health and reflection are UNIMPLEMENTED', async () => {
    await using server = await startLean(BARE_SETTINGS, empty, counters());
    using client = clientOf(server.port);
    await assert.rejects(call(client, List, {}), { code: status.UNIMPLEMENTED });
  });
});

test('over TLS a client that does not name h2 is not heard', async () => {
  const identity = makeIdentity('watchword.example');
  await using folder = await folderWith({ 'cert.pem': identity.cert, 'key.pem': identity.key });
  const files = { cert: folder.at('cert.pem'), key: folder.at('key.pem') };
  const certificate = await ListenerCertificate.open('listen.tls', files);
  await using server = await startLean({ ...BARE_SETTINGS, certificate }, empty, counters());
  for (const [protocols, heard] of [
    [['h2'], 'h2'],
    [[], 'closed'],
    [['http/1.1'], 'closed'],
  ] as const) {
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      ca: identity.cert,
      servername: 'watchword.example',
      ALPNProtocols: [...protocols],
    });
    socket.on('error', () => undefined);
    // Its settings come first, or its end.
    const first = await new Promise<string>((resolve) => {
      socket.once('data', () => resolve('h2')).once('close', () => resolve('closed'));
    });
    assert.equal(first, heard, `ALPN: ${protocols.join()}`);
    socket.destroy();
  }
});

test('a server that stops answers what was asked before its client heard of it', async () => {
  const server = await startLean(BARE_SETTINGS, empty, counters());
  const session = connect(`http://127.0.0.1:${server.port}`);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  const closed = once(session, 'close');
  const ask = (): Promise<unknown> => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/envoy.service.auth.v3.Authorization/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.resume().end(Buffer.alloc(5));
    return once(stream, 'trailers').then(
      ([trailers]) => (trailers as Record<string, unknown>)['grpc-status'],
    );
  };
  assert.equal(await ask(), '0');
  // Both are under way when the server begins to leave: its GOAWAY names no stream yet.
  const stopping = server[Symbol.asyncDispose]();
  const answers = await Promise.all([ask(), ask()]);
  assert.deepEqual(answers, ['0', '0']);
  await closed;
  await stopping;
});

test('a connection that is old is ended gently: the client asks on another one, and no call is lost', async () => {
  await using server = await startLean({ ...BARE_SETTINGS, connectionAge: 200 }, empty, counters());
  using client = new CheckClient(`127.0.0.1:${server.port}`);
  const end = performance.now() + 1_500;
  let asked = 0;
  while (performance.now() < end) {
    await Promise.all(Array.from({ length: 20 }, () => client.check({})));
    asked += 20;
  }
  assert.ok(asked > 100);
});
