import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, status } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { until } from '../../deploy/support/until.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { call, clientOf, type Method } from './call.ts';

interface Health {
  readonly status: string;
}

const { Check, Watch } = service as unknown as Record<'Check' | 'Watch', Method<Health>>;

const statusOf = async (client: Client, name: string): Promise<string> =>
  (await call(client, Check, { service: name })).status;

/** The statuses that a watch has seen so far. */
function watch(client: Client, name: string): { readonly seen: readonly string[]; stop(): void } {
  const seen: string[] = [];
  const stream = client.makeServerStreamRequest(
    Watch.path,
    Watch.requestSerialize,
    Watch.responseDeserialize,
    { service: name },
  );
  stream.on('data', (health: Health) => seen.push(health.status));
  // Its end, when the test is over.
  stream.on('error', () => undefined);
  return { seen, stop: () => stream.cancel() };
}

test('grpc.health.v1 follows readiness: NOT_SERVING while an issuer has no keys', async () => {
  const signer = makeSigner();
  await using issuer = await startIssuer('down');
  const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
  await using folder = await folderWith({ 'watchword.yaml': settings({ issuers }) });
  await using watchword = await run(folder.at('watchword.yaml'));
  using client = clientOf(watchword.grpcPort);
  const { seen, stop } = watch(client, SERVICE_NAME);
  using _ = { [Symbol.dispose]: stop };

  await until('the first status', () => seen[0]);
  assert.equal((await watchword.get('/readyz')).status, 503);
  for (const name of ['', SERVICE_NAME]) assert.equal(await statusOf(client, name), 'NOT_SERVING');
  assert.equal(await watchword.reason({ token: signer.token() }), 'keys_unavailable');

  issuer.answer = { keys: [signer.jwk] };
  await until('SERVING', () => seen.find((one) => one === 'SERVING'));
  assert.deepEqual(seen, ['NOT_SERVING', 'SERVING']);
  for (const name of ['', SERVICE_NAME]) assert.equal(await statusOf(client, name), 'SERVING');
  assert.equal((await watchword.get('/readyz')).status, 200);
  assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
});

test('the health of a service that is not here is NOT_FOUND', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers: [], pipelines: [] }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  using client = clientOf(watchword.grpcPort);
  await assert.rejects(statusOf(client, 'envoy.service.auth.v2.Authorization'), {
    code: status.NOT_FOUND,
  });
});
