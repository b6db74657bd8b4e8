import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compressionAlgorithms, type ServiceError, status } from '@grpc/grpc-js';
import { until } from '../../deploy/support/until.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';
import { folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import type { CheckResponse } from '../support/check-client.ts';
import { startBareServer } from './bare-server.ts';
import { call, clientOf, type Method } from './call.ts';

const { Check } = loadProtos()[SERVICE_NAME] as unknown as { Check: Method<CheckResponse> };
const signer = makeSigner();

describe('what a call may be', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  before(async () => {
    const folder = stack.use(
      await folderWith({
        'watchword.yaml': settings({ limits: { messageBytes: 20_000 } }),
        'jwks.json': { keys: [signer.jwk] },
      }),
    );
    watchword = stack.use(await run(folder.at('watchword.yaml')));
  });
  after(() => stack.disposeAsync());

  const handled = async (code: string): Promise<number> => {
    const name = `grpc_server_handled_total{grpc_type="unary",grpc_service="${SERVICE_NAME}",grpc_method="Check",grpc_code="${code}"}`;
    return (await watchword.metrics()).get(name) ?? 0;
  };

  const large = (bytes: number) => checkRequest({ headers: { 'x-filler': 'x'.repeat(bytes) } });

  test('a message over limits.messageBytes is message_oversized, counted and logged, and the server lives on', async () => {
    const counted = async () =>
      (await watchword.metrics()).get(
        'watchword_decisions_total{pipeline="-",outcome="deny",reason="message_oversized",mode="enforce"}',
      ) ?? 0;
    const before = [await handled('OK'), await handled('Canceled'), await counted()];
    for (const size of [20_000, 5_000_000]) {
      const answer = await watchword.client.check(large(size));
      assert.equal(reasonOf(answer), 'message_oversized');
      assert.equal(answer.denied_response?.status.code, 400);
    }
    const [ok = 0, canceled = 0, decided = 0] = before;
    assert.deepEqual(
      [await handled('OK'), await handled('Canceled'), await counted()],
      [ok + 2, canceled, decided + 2],
    );
    const { detail } =
      watchword.log.find(({ reason }) => reason === 'message_oversized') ?? assert.fail('no line');
    assert.match(
      String(detail),
      /^the CheckRequest has 20\d\d\d bytes; limits.messageBytes is 20000$/,
    );
    assert.equal(reasonOf(await watchword.client.check(large(19_000))), 'token_missing');
  });

  test('a compressed message is refused before it is unpacked, and counted', async () => {
    using client = clientOf(watchword.grpcPort, {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
    });
    const before = await handled('Unimplemented');
    const refused = 'watchword_grpc_refused_total{cause="compressed"}';
    for (const message of [checkRequest({ token: signer.token() }), large(50_000_000)])
      await assert.rejects(call(client, Check, message), { code: status.UNIMPLEMENTED });
    assert.equal(await handled('Unimplemented'), before + 2);
    assert.equal((await watchword.metrics()).get(refused), 2);
    assert.equal(await watchword.reason({}), 'token_missing');
  });

  test('grpc_server_handled_total counts calls', async () => {
    const before = await handled('OK');
    await watchword.reason({});
    await watchword.client.checkBytes(Buffer.from([0xff]));
    assert.equal(await handled('OK'), before + 2);
  });
});

/** Records the budgets that a server gives to its handler, for calls with a deadline of the caller's. */
async function budgetFor(deadline: number, decisionTimeout: number): Promise<number> {
  const budgets: number[] = [];
  await using server = await startBareServer((_, budget) => {
    budgets.push(budget);
    return Buffer.alloc(0);
  }, decisionTimeout);
  await server.client.check(checkRequest({}), deadline);
  return budgets[0] ?? Number.NaN;
}

test("a decision gets less time than the caller's deadline leaves", async () => {
  const budget = await budgetFor(2_000, 10_000);
  assert.ok(budget > 0 && budget <= 1_995, `${budget} ms`);
});

test('a decision gets no more than limits.decisionTimeout', async () => {
  assert.equal(await budgetFor(10_000, 300), 300);
});

test("a caller's deadline is answered with deadline_exceeded before it is over", async () => {
  await using issuer = await startIssuer(null);
  const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers, limits: { decisionTimeout: '10s' } }),
  });
  // The answer has 5 ms to travel, which a busy machine may need for itself: then a new server is asked.
  const reason = await until('an answer within the deadline', async () => {
    await using watchword = await run(folder.at('watchword.yaml'));
    const asked = checkRequest({ token: signer.token() });
    try {
      return reasonOf(await watchword.client.check(asked, 100));
    } catch (error) {
      assert.equal((error as ServiceError).code, status.DEADLINE_EXCEEDED);
      return undefined;
    }
  });
  assert.equal(reason, 'deadline_exceeded');
});
