import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { Check } from '../../src/check/check.ts';
import type { Decision } from '../../src/check/decision.ts';
import { failClosed } from '../../src/check/fail-closed.ts';
import { handleChecksWith } from '../../src/transport/ext-authz/handle.ts';
import { folderWith } from '../server/folder.ts';
import { checkRequest, isRefusal, reasonOf } from '../server/question.ts';
import { run } from '../server/running.ts';
import { ORDERS, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { checkRequestBytes } from '../support/check-client.ts';
import { type BareServer, startBareServer } from './bare-server.ts';

/** The two reasons that no conformance case can produce: a defect, and a message that no gateway writes. */

const NAME = 'watchword.dev/pipeline';

/** Two serialised messages in a row are one whose maps have the entries of both (Protocol Buffers, encoding). */
function withContextTwice(first: string, second: string): Buffer {
  return Buffer.concat([
    checkRequestBytes(checkRequest({ context: { [NAME]: first } })),
    checkRequestBytes({ attributes: { context_extensions: { [NAME]: second } } }),
  ]);
}

test('one context extension with two values is pipeline_conflict', async () => {
  const signer = makeSigner();
  const byContext = { selectableBy: { context: true }, require: 'none' };
  const pipelines = [ORDERS, { name: 'one', ...byContext }, { name: 'two', ...byContext }];
  await using folder = await folderWith({
    'watchword.yaml': settings({ pipelines }),
    'jwks.json': { keys: [signer.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const { client } = watchword;

  for (const [first, second] of [
    ['one', 'two'],
    ['two', 'one'],
    ['one', ''],
  ] as const) {
    const conflict = await client.checkBytes(withContextTwice(first, second));
    assert.equal(reasonOf(conflict), 'pipeline_conflict', `${first}, then ${second}`);
    assert.ok(isRefusal(conflict));
    assert.equal(conflict.status?.code, status.PERMISSION_DENIED);
  }
  const same = await client.checkBytes(withContextTwice('two', 'two'));
  assert.equal(reasonOf(same), 'anonymous');
});

/** A server with a check of the test's, as `server/watchword.ts` wraps it. */
function serverWith(check: Check, defects: unknown[] = []): Promise<BareServer> {
  const closed = failClosed((error) => void defects.push(error));
  return startBareServer(handleChecksWith(closed(check)));
}

const SECRET = 'eyJ-not-for-anybody';

const DEFECTS: readonly (readonly [title: string, check: Check])[] = [
  [
    'throws',
    () => {
      throw new Error(SECRET);
    },
  ],
  ['rejects', () => Promise.reject(new Error(SECRET))],
  ['rejects with no error', () => Promise.reject(SECRET)],
];

for (const [title, check] of DEFECTS) {
  test(`a check that ${title} is internal, 500 and denied`, async () => {
    const defects: unknown[] = [];
    await using server = await serverWith(check, defects);
    const response = await server.client.check(checkRequest({}));
    assert.equal(reasonOf(response), 'internal');
    assert.ok(isRefusal(response));
    assert.equal(response.status?.code, status.PERMISSION_DENIED);
    assert.match(String(response.denied_response?.status.code), /^(500|InternalServerError)$/);
    assert.ok(!JSON.stringify(response).includes(SECRET), 'the answer does not say what broke');
    assert.equal(defects.length, 1, 'the operator is told');
  });
}

for (const [title, check] of [
  ['at once', () => null],
  ['later', () => Promise.resolve(null)],
] as const) {
  test(`a decision that cannot be encoded, ${title}, ends the call as INTERNAL`, async () => {
    await using server = await serverWith(check as unknown as Check);
    await assert.rejects(server.client.check(checkRequest({})), { code: status.INTERNAL });
    const handled = await server.metrics.registry.getSingleMetricAsString(
      'grpc_server_handled_total',
    );
    assert.match(handled, /grpc_code="Internal"\} 1/);
  });
}

test('after an answer that could not be encoded the next one is whole and its own', async () => {
  const broken = { name: 'x-user', value: 7 } as unknown as { name: string; value: string };
  const pipeline = { name: 'orders', mode: 'enforce', removes: { always: [], unlessSet: [] } };
  const principal = { issuer: 'main', subject: 'somebody else' };
  const allow = { outcome: 'allow', reason: 'verified', pipeline, principal, identity: [broken] };
  const decisions = [allow as unknown as Decision];
  const missing: Decision = {
    outcome: 'deny',
    reason: 'token_missing',
    pipeline: null,
    principal: null,
    issuer: null,
    detail: '',
    asked: [],
    identity: [],
  };
  await using server = await serverWith(() => decisions.pop() ?? missing);
  await assert.rejects(server.client.check(checkRequest({})));
  const next = await server.client.check(checkRequest({}));
  assert.equal(reasonOf(next), 'token_missing');
  assert.ok(!JSON.stringify(next).includes('somebody else'));
});
