import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { ask } from '../support/http-client.ts';
import { folderWith } from './folder.ts';
import { run } from './running.ts';
import { settings } from './settings.ts';
import { makeSigner } from './signer.ts';

/** Nobody listens there, so that no span gets anywhere; its trace is in the headers all the same. */
const NOBODY = '127.0.0.1:1';
const OTHERS = '0af7651916cd43dd8448eb211c80319c';

test('behind an Envoy that traces, log and exemplars have the trace that the backend is told', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ log: { decisions: { allow: 1 } } }),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  await using backend = await startBackend('public');
  await using envoy = await startEnvoy({
    authz: `127.0.0.1:${watchword.grpcPort}`,
    traces: NOBODY,
    pipelines: [{ name: 'public', address: backend.address }],
  });
  const traceOf = async (headers: readonly (readonly [string, string])[]) => {
    const path = '/public/a';
    await ask({ port: envoy.port, method: 'GET', host: 'orders.example.com', path, headers });
    assert.ok(backend.received.length > 0);
    const told = String(backend.received.at(-1)?.headers['traceparent']).split('-')[1] ?? '';
    const line = watchword.log.findLast(({ msg }) => msg === 'allowed');
    assert.equal(line?.['trace'], told);
    assert.equal(line?.['gateway'], '127.0.0.1');
    return told;
  };
  const own = await traceOf([]);
  assert.match(own, /^[0-9a-f]{32}$/);
  // A client's trace goes on.
  assert.equal(await traceOf([['traceparent', `00-${OTHERS}-b7ad6b7169203331-01`]]), OTHERS);
  const { body } = await ask({
    ...{ port: watchword.adminPort, method: 'GET', host: 'admin', path: '/metrics' },
    headers: [['accept', 'application/openmetrics-text']],
  });
  assert.match(
    body,
    new RegExp(`_total\\{pipeline="public".*# \\{trace_id="(${own}|${OTHERS})"\\}`),
  );
});
