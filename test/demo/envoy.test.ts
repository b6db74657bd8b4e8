import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';

/** Nobody listens there: ports below 1024 are not given out. */
const NOBODY = '127.0.0.1:1';

test('without an answer Envoy refuses with 503, and nothing reaches the pipeline', async () => {
  await using backend = await startBackend('billings');
  await using envoy = await startEnvoy({
    authz: NOBODY,
    accessLog: true,
    pipelines: [{ name: 'billings', address: backend.address, prefix: '/orders' }],
  });
  const answer = await fetch(`${envoy.url}/orders/1`);
  assert.equal(answer.status, 503);
  assert.deepEqual(backend.received, []);
  assert.deepEqual(await envoy.counters(), { ok: 0, denied: 0, error: 1, failureModeAllowed: 0 });
  const [line] = await envoy.accessLog(1);
  assert.deepEqual(line, {
    method: 'GET',
    path: '/orders/1',
    status: 503,
    details: 'ext_authz_error',
    watchword: null,
  });
});

test('an Envoy that fails open lets the same request pass', async () => {
  await using backend = await startBackend('billings');
  await using envoy = await startEnvoy({
    authz: NOBODY,
    failOpen: true,
    pipelines: [{ name: 'billings', address: backend.address }],
  });
  const answer = await fetch(`${envoy.url}/anything`);
  assert.equal(answer.status, 200);
  assert.equal(backend.received.length, 1);
  assert.equal((await envoy.counters()).failureModeAllowed, 1);
});

test('a prefix covers the path itself and what is below it, not its siblings', async () => {
  await using backend = await startBackend('billings');
  await using envoy = await startEnvoy({
    authz: NOBODY,
    failOpen: true,
    pipelines: [{ name: 'billings', address: backend.address, prefix: '/orders' }],
  });
  const statusOf = async (path: string) => (await fetch(`${envoy.url}${path}`)).status;
  assert.deepEqual(
    [
      await statusOf('/orders'),
      await statusOf('/orders/1'),
      await statusOf('/orders?a=b'),
      await statusOf('/ordersx'),
    ],
    [200, 200, 200, 404],
  );
});

test('an Envoy that does not start is an error with its own words', async () => {
  await using first = await startEnvoy({
    authz: NOBODY,
    pipelines: [{ name: 'a', address: NOBODY }],
  });
  const second = startEnvoy({
    authz: NOBODY,
    adminPort: first.adminPort,
    pipelines: [{ name: 'a', address: NOBODY }],
  });
  await assert.rejects(
    second,
    /Envoy did not start and ended \(exit code 1\); it said last:[\s\S]*Address already in use/,
  );
});

test('a stopped Envoy is gone', async () => {
  const envoy = await startEnvoy({ authz: NOBODY, pipelines: [{ name: 'a', address: NOBODY }] });
  assert.equal(envoy.child.isRunning(), true);
  await envoy[Symbol.asyncDispose]();
  assert.throws(() => process.kill(envoy.child.pid, 0), { code: 'ESRCH' });
});
