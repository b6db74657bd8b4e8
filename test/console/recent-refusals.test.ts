import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refuse } from '../../src/check/decision.ts';
import { RecentRefusals } from '../../src/console/recent-refusals.ts';
import type { Request } from '../../src/request/request.ts';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjbGllbnQtMSJ9.c2lnbmF0dXJl';
const REQUEST: Request = {
  method: 'GET',
  host: 'orders.example.com',
  path: '/orders/1?token=of-the-client',
  authorization: `Bearer ${TOKEN}`,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: { kind: 'Ingress', namespace: 'shop', name: 'orders' },
  id: 'request-1',
};

/** What is kept of these refusals, one each `every` milliseconds. */
function kept(requests: readonly (Request | null)[], every: number) {
  let now = 0;
  const refusals = new RecentRefusals(() => now);
  const route = { kind: 'Ingress', namespace: 'shop', name: 'orders' };
  const check = refusals.remembered(() => ({
    ...refuse('token_missing', { detail: 'none' }),
    route,
  }));
  for (const request of requests) {
    now += every;
    void check(request, 0);
  }
  return refusals.shown();
}

describe('the refusals that the console keeps', () => {
  test('say what was asked, without query and token', () => {
    const [refusal] = kept([REQUEST], 1).refusals;
    assert.deepEqual(refusal, {
      at: 1,
      outcome: 'deny',
      reason: 'token_missing',
      mode: 'enforce',
      pipeline: null,
      route: 'Ingress/shop/orders',
      issuer: null,
      detail: 'none',
      method: 'GET',
      host: 'orders.example.com',
      path: '/orders/1',
      request: 'request-1',
    });
  });

  test('have no token, wherever the client put it', () => {
    const odd = { ...REQUEST, method: TOKEN, host: TOKEN, path: `/${TOKEN}/x`, id: TOKEN };
    const text = JSON.stringify(kept([odd], 1));
    for (const part of TOKEN.split('.')) assert.ok(!text.includes(part), text);
  });

  test('are the latest 200, the latest first', () => {
    const many = Array.from({ length: 450 }, (_, index) => ({ ...REQUEST, id: `id-${index}` }));
    const { refusals, notKept } = kept(many, 100);
    assert.deepEqual([refusals.length, notKept], [200, 0]);
    assert.deepEqual([refusals[0]?.request, refusals.at(-1)?.request], ['id-449', 'id-250']);
  });

  test('are 50 of a second: a flood is counted', () => {
    const { refusals, notKept } = kept(
      Array.from({ length: 500 }, () => REQUEST),
      1,
    );
    assert.deepEqual([refusals.length, notKept], [50, 450]);
  });

  test('are bounded in their length', () => {
    const long = {
      ...REQUEST,
      method: 'M'.repeat(9_000),
      host: 'h'.repeat(9_000),
      path: `/${'p'.repeat(90_000)}`,
    };
    assert.ok(JSON.stringify(kept([long], 1)).length < 3_000);
  });

  test('are of requests that could not be read, too', () => {
    assert.equal(kept([null], 1).refusals[0]?.path, null);
  });
});
