import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { folderWith } from '../server/folder.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';

const nothing = { issuers: [], pipelines: [] };

test('a connection that is as old as limits.connectionAge is closed gently', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ ...nothing, limits: { connectionAge: '100ms' } }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const session = connect(`http://127.0.0.1:${watchword.grpcPort}`);
  using _ = { [Symbol.dispose]: () => session.destroy() };
  const signal = AbortSignal.timeout(10_000);
  const [code] = (await once(session, 'goaway', { signal })) as [number];
  assert.equal(code, 0, 'NO_ERROR');
  if (!session.closed) await once(session, 'close', { signal });
});

test('no call is lost while connections come and go', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ ...nothing, limits: { connectionAge: '50ms' } }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const until = performance.now() + 1_000;
  while (performance.now() < until) {
    const response = await watchword.client.check(checkRequest({}));
    assert.equal(reasonOf(response), 'pipeline_missing');
  }
});
