import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startGateway } from '../../deploy/gateways/gateway.ts';
import { SHOWN } from '../../deploy/gateways/recipe.ts';
import { ask } from '../support/http-client.ts';

// HAProxy's client resolves the Host header of its request: with the client's in it, the client chooses who is asked.
test('HAProxy asks Watchword by its own name, whatever host the client names', async () => {
  await using authorizer = await startBackend('authorizer');
  await using backend = await startBackend('application');
  await using gateway = await startGateway('haproxy', {
    ...SHOWN,
    watchword: authorizer.address,
    backend: backend.address,
  });
  const asked = authorizer.received.length;
  const request = {
    port: gateway.port,
    method: 'GET',
    host: 'attacker.example',
    path: '/orders/1',
  };
  // What answers is no Watchword.
  assert.equal((await ask({ ...request, headers: [] })).status, 503);
  const { headers } = authorizer.received[asked] ?? assert.fail('nobody was asked');
  assert.equal(headers.host, authorizer.address);
  assert.equal(headers['x-forwarded-host'], 'attacker.example');
  assert.deepEqual(backend.received, []);
});
