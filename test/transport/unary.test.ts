import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ServiceError, status } from '@grpc/grpc-js';
import { until } from '../../deploy/support/until.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { readSeries, samplesOf } from '../server/series.ts';
import type { CheckResponse } from '../support/check-client.ts';
import { type BareServer, startBareServer } from './bare-server.ts';
import { clientOf, type Method } from './call.ts';

const { Check } = loadProtos()[SERVICE_NAME] as unknown as { Check: Method<CheckResponse> };

/** Check is a unary call: one message, one answer. Here are callers that do not keep to it. */
describe('a caller of Check', () => {
  let server: BareServer;
  /** Budgets of the calls that reached the handler. */
  const handled: number[] = [];
  let answer: Buffer | Promise<Buffer> = Buffer.alloc(0);
  before(async () => {
    server = await startBareServer((_, budget) => {
      handled.push(budget);
      return answer;
    });
  });
  after(() => server[Symbol.asyncDispose]());

  /** Sends so many messages in one call and gives the code that it ends with. */
  function codeOf(messages: number, deadline?: number): Promise<number> {
    const client = clientOf(server.port);
    const { promise, resolve } = Promise.withResolvers<number>();
    const stream = client.makeClientStreamRequest(
      Check.path,
      Check.requestSerialize,
      Check.responseDeserialize,
      deadline === undefined ? {} : { deadline: Date.now() + deadline },
      (error: ServiceError | null) => resolve(error?.code ?? status.OK),
    );
    for (let n = 0; n < messages; n += 1) stream.write(checkRequest({}));
    stream.end();
    return promise.finally(() => client.close());
  }

  const counts = async (): Promise<Readonly<Record<string, number>>> => {
    const samples = samplesOf(
      readSeries(await server.metrics.registry.metrics()),
      'grpc_server_handled_total',
    );
    return Object.fromEntries(
      Object.entries(samples).map(([labels, count]) => [
        /grpc_code="(\w+)"/.exec(labels)?.[1] ?? labels,
        count,
      ]),
    );
  };

  test('who sends one message gets one answer', async () => {
    assert.equal(await codeOf(1), status.OK);
    assert.deepEqual(await counts(), { OK: 1 });
  });

  test('who sends none is told so, and nothing is decided', async () => {
    const before = handled.length;
    assert.equal(await codeOf(0), status.UNIMPLEMENTED);
    assert.equal(handled.length, before);
    assert.deepEqual(await counts(), { OK: 1, Unimplemented: 1 });
  });

  for (const messages of [2, 5]) {
    test(`who sends ${messages} is told so, nothing is decided, and the call is counted once`, async () => {
      const before = handled.length;
      const { Unimplemented: counted = 0 } = await counts();
      assert.equal(await codeOf(messages), status.UNIMPLEMENTED);
      assert.equal(await codeOf(1), status.OK);
      assert.equal(handled.length, before + 1);
      assert.equal((await counts())['Unimplemented'], counted + 1);
    });
  }

  test('who sets no deadline gets limits.decisionTimeout', async () => {
    assert.equal(await codeOf(1), status.OK);
    assert.equal(handled.at(-1), 500);
  });

  test('who leaves before the answer harms nobody', async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    answer = promise;
    assert.equal(await codeOf(1, 100), status.DEADLINE_EXCEEDED);
    resolve(Buffer.alloc(0));
    answer = Buffer.alloc(0);
    const next = await until(
      'the next answer',
      async () => await server.client.check(checkRequest({})),
    );
    assert.equal(reasonOf(next), 'no reason');
  });
});
