import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode } from '../../../src/transport/ext-authz/decode.ts';
import { checkRequestBytes } from '../../support/check-client.ts';

const text = (stringValue: string) => ({ stringValue });
const struct = (fields: object) => ({ structValue: { fields } });
const listOf = (...values: object[]) => ({ listValue: { values } });

function routeIn(filterMetadata: object): unknown {
  const bytes = checkRequestBytes({
    attributes: {
      request: { http: { method: 'GET', host: 'a.example', path: '/x' } },
      context_extensions: { 'watchword.dev/pipeline': 'orders' },
      route_metadata_context: { filter_metadata: filterMetadata },
    },
  });
  const request = decode(bytes);
  assert.equal(request?.path, '/x');
  assert.deepEqual(request?.context, [['watchword.dev/pipeline', 'orders']]);
  return request?.route;
}

/** As Envoy Gateway 1.9 was seen to write it. */
const ECHO = {
  kind: text('HTTPRoute'),
  namespace: text('demo'),
  name: text('echo'),
  sectionName: text('all'),
  annotations: struct({ x: text('one') }),
};

describe('the route object in route_metadata_context', () => {
  test('is that of Envoy Gateway', () => {
    const resources = listOf(struct(ECHO));
    assert.deepEqual(routeIn({ 'envoy-gateway': { fields: { resources } } }), {
      kind: 'HTTPRoute',
      namespace: 'demo',
      name: 'echo',
    });
  });

  test('is the first of several', () => {
    const resources = listOf(struct(ECHO), struct({ ...ECHO, name: text('other') }));
    const route = routeIn({ other: { fields: {} }, 'envoy-gateway': { fields: { resources } } });
    assert.equal((route as { name: string }).name, 'echo');
  });

  test('is absent where nothing, or only a part, is said', () => {
    assert.equal(routeIn({}), null);
    assert.equal(routeIn({ other: { fields: { resources: listOf(struct(ECHO)) } } }), null);
    assert.equal(routeIn({ 'envoy-gateway': { fields: { resources: text('x') } } }), null);
    const partial = listOf(struct({ kind: text('HTTPRoute'), name: text('echo') }));
    assert.equal(routeIn({ 'envoy-gateway': { fields: { resources: partial } } }), null);
    const wrong = listOf(struct({ ...ECHO, name: { numberValue: 7 } }));
    assert.equal(routeIn({ 'envoy-gateway': { fields: { resources: wrong } } }), null);
  });

  test('annotations in it name no object', () => {
    const nested = struct({ kind: text('x'), namespace: text('x'), name: text('x') });
    const resources = listOf(struct({ ...ECHO, annotations: nested }));
    const route = routeIn({ 'envoy-gateway': { fields: { resources } } });
    assert.equal((route as { name: string }).name, 'echo');
  });
});
