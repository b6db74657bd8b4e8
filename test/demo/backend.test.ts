import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';

test('a backend tells what reached it, and remembers', async () => {
  await using backend = await startBackend('billings');
  const answer = await fetch(`http://${backend.address}/orders/1?expand=lines`, {
    method: 'POST',
    headers: { x_auth_subject: 'admin' },
    body: 'a body that nobody reads',
  });
  const told = (await answer.json()) as { headers: Record<string, string> };
  assert.deepEqual([told], backend.received);
  assert.partialDeepStrictEqual(told, {
    backend: 'billings',
    method: 'POST',
    path: '/orders/1?expand=lines',
    headers: { x_auth_subject: 'admin' },
  });
});
