import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { folderWith } from '../server/folder.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { ask } from '../support/http-client.ts';

// max_request_headers_kb is 60 by default, and a CheckRequest has the path twice.
test('the largest head that Envoy takes by default fits into limits.messageBytes', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({
      issuers: [],
      pipelines: [{ name: 'all', match: [{ hosts: ['*'] }], require: 'none' }],
    }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  await using backend = await startBackend('all');
  await using envoy = await startEnvoy({
    authz: `127.0.0.1:${watchword.grpcPort}`,
    accessLog: true,
    pipelines: [{ name: 'all', address: backend.address }],
  });
  const path = (length: number) => `/${'x'.repeat(length)}`;
  const request = { port: envoy.port, method: 'GET', host: 'orders.example.com', headers: [] };
  // Larger than what the backend takes: what counts is that it was judged.
  await ask({ ...request, path: path(60 * 1024 - 200) });
  const [judged] = await envoy.accessLog(1);
  assert.equal(judged?.watchword?.['reason'], 'anonymous');
  assert.equal((await ask({ ...request, path: path(60 * 1024) })).status, 431);
});
