import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, indexOf, route } from '../samples.ts';

/** The bypass of the route `api` under a SecurityPolicy. */
function bypassUnder(spec: object, namespace = 'apps'): string | null {
  const policy = {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'SecurityPolicy',
    metadata: { name: 'policy', namespace },
    spec,
  };
  const index = indexOf([gateway([{}]), route('api'), policy]);
  return index.named({ kind: 'HTTPRoute', namespace: 'apps', name: 'api' })?.bypass ?? null;
}

const ROUTE = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'api' };

describe('a SecurityPolicy of a route replaces that of its Gateway', () => {
  test('so without an authorizer requests pass unasked', () => {
    assert.match(String(bypassUnder({ targetRefs: [ROUTE] })), /SecurityPolicy policy/);
    assert.match(String(bypassUnder({ targetRef: ROUTE, cors: {} })), /SecurityPolicy policy/);
  });

  test('but not with one, for another route, for a Gateway, or from another namespace', () => {
    assert.equal(bypassUnder({ targetRefs: [ROUTE], extAuth: { grpc: {} } }), null);
    assert.equal(bypassUnder({ targetRefs: [ROUTE], extAuth: { http: {} } }), null);
    assert.equal(bypassUnder({ targetRefs: [{ ...ROUTE, name: 'other' }] }), null);
    assert.equal(bypassUnder({ targetRefs: [{ ...ROUTE, kind: 'Gateway' }] }), null);
    assert.equal(bypassUnder({ targetRefs: [ROUTE] }, 'other'), null);
  });
});
