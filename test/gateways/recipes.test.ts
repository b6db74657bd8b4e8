import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { GATEWAY_NAMES, startGateway } from '../../deploy/gateways/gateway.ts';
import { SHOWN } from '../../deploy/gateways/recipe.ts';
import { ask } from '../support/http-client.ts';

for (const name of GATEWAY_NAMES) {
  test(`${name} takes its recipe without identity headers, and removes the override headers`, async () => {
    await using watchword = await startBackend('answers 200, but is no Watchword');
    await using backend = await startBackend('application');
    await using gateway = await startGateway(name, {
      ...SHOWN,
      watchword: watchword.address,
      backend: backend.address,
      identityHeaders: [],
    });
    const before = backend.received.length;
    const headers = [['x-original-url', '/admin']] as const;
    const request = { port: gateway.port, method: 'GET', host: 'orders.example.com', path: '/' };
    const { status } = await ask({ ...request, headers });
    assert.equal(status, name === 'haproxy' ? 503 : 200);
    const got = backend.received[before];
    // Envoy removes what the answer names, and this answer names nothing.
    if (name !== 'envoy') assert.equal(got?.headers['x-original-url'], undefined);
  });
}
