import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { type Envoy, startEnvoy } from '../../deploy/demo/envoy.ts';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { ORDERS, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { ask } from '../support/http-client.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Requests that the hostile client resets; Node lets one connection reset a thousand and a few by default. */
const RESETS = 6_000;
/** On each connection: Envoy closes one that resets more than half of 500. */
const RESETS_ON_A_CONNECTION = 400;
const AT_ONCE = 20;
/** Honest clients, each with one request at a time, and the answers that they get at least. */
const [CLIENTS, ANSWERS] = [4, 40];
const TARGET = { method: 'GET', host: 'orders.example.com', path: '/orders/1' };
const signer = makeSigner();

/** Begins requests and resets each once Envoy has had time to ask about it, that many and then as long as `isNeeded`. */
async function resetMany(
  port: number,
  headers: Readonly<Record<string, string>>,
  isNeeded: () => boolean,
): Promise<void> {
  for (let sent = 0; sent < RESETS || isNeeded(); sent += RESETS_ON_A_CONNECTION) {
    const session = connect(`http://127.0.0.1:${port}`).on('error', () => undefined);
    await once(session, 'connect');
    for (let begun = 0; begun < RESETS_ON_A_CONNECTION && !session.destroyed; begun += AT_ONCE) {
      const streams = Array.from({ length: AT_ONCE }, () =>
        session.request(headers).on('error', () => undefined),
      );
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    }
    session.destroy();
  }
}

describe('requests that other clients of the same gateway reset', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  let wire: TcpProxy;
  let envoy: Envoy;
  before(async () => {
    const folder = stack.use(
      await folderWith({
        // A decision that is late is another matter.
        'watchword.yaml': settings({ pipelines: [ORDERS], limits: { decisionTimeout: '30s' } }),
        'jwks.json': { keys: [signer.jwk] },
      }),
    );
    watchword = stack.use(await run(folder.at('watchword.yaml')));
    const backend = stack.use(await startBackend('orders'));
    wire = stack.use(await startTcpProxy(watchword.grpcPort));
    envoy = stack.use(
      await startEnvoy({
        authz: `127.0.0.1:${wire.port}`,
        // What is looked at are refusals for lost connections, on a machine as slow as it may be.
        timeout: '30s',
        pipelines: [{ name: 'orders', address: backend.address }],
      }),
    );
  });
  after(() => stack.disposeAsync());

  test('cost a check nothing whose connection ends with them: it is asked again', async () => {
    const headers: [string, string][] = [['authorization', `Bearer ${signer.token()}`]];
    assert.equal((await ask({ ...TARGET, port: envoy.port, headers })).status, 200);
    wire.set('frozen');
    const answer = ask({ ...TARGET, port: envoy.port, headers });
    const waiting = `http://127.0.0.1:${envoy.adminPort}/stats?filter=cluster.watchword.upstream_rq_active`;
    await until('a check that waits', async () =>
      / 1$/m.test(await (await fetch(waiting)).text()) ? true : undefined,
    );
    wire.set('cut');
    wire.set('open');
    assert.equal((await answer).status, 200);
  });

  test('end no connection of a gateway that has no more calls on it than it may', async () => {
    const session = connect(`http://127.0.0.1:${watchword.grpcPort}`);
    session.on('error', () => undefined);
    await once(session, 'remoteSettings');
    let goaway = false;
    session.once('goaway', () => {
      goaway = true;
    });
    // All calls of a connection at once time out, at Node's default limit of 1,000 resets, and then half of them again.
    for (let sent = 0; sent < 1_500 && !session.destroyed; sent += 1) {
      const call = session.request({
        ':method': 'POST',
        ':path': '/envoy.service.auth.v3.Authorization/Check',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      call.on('error', () => undefined).close(constants.NGHTTP2_CANCEL);
      if (sent % 100 === 99) await new Promise((resolve) => session.ping(resolve));
    }
    const isAlive = !session.destroyed && !session.closed && !goaway;
    session.destroy();
    assert.ok(isAlive, 'the connection was ended');
  });

  test('cost an honest client no answer', async () => {
    const target = { ...TARGET, port: envoy.port };
    const headers: [string, string][] = [['authorization', `Bearer ${signer.token()}`]];
    let over = false;
    const statuses: number[] = [];
    const honest = async (): Promise<void> => {
      while (!over) statuses.push((await ask({ ...target, headers })).status);
    };
    const clients = Array.from({ length: CLIENTS }, honest);
    const reset = {
      ':method': 'GET',
      ':path': target.path,
      ':authority': target.host,
      authorization: `Bearer ${signer.token()}`,
    };
    await resetMany(envoy.port, reset, () => statuses.length < ANSWERS);
    over = true;
    await Promise.all(clients);
    assert.deepEqual(
      statuses.filter((status) => status !== 200),
      [],
      `of ${statuses.length}`,
    );
  });
});
