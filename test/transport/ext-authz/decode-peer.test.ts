import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode } from '../../../src/transport/ext-authz/decode.ts';
import { checkRequestBytes } from '../../support/check-client.ts';

/** What is read of `attributes.source`. */
function sourceOf(source: object | undefined, wantsSource = true): unknown {
  const request = { http: { method: 'GET', host: 'a', path: '/' } };
  const attributes = source === undefined ? { request } : { request, source };
  return decode(checkRequestBytes({ attributes }), [], null, wantsSource)?.source;
}

const ADDRESS = { socket_address: { address: '192.0.2.7', port_value: 4711 } };

describe('the other end of the connection', () => {
  test('has an address and what its certificate says', () =>
    assert.deepEqual(sourceOf({ address: ADDRESS, principal: 'spiffe://a.example/shop' }), {
      address: '192.0.2.7',
      principal: 'spiffe://a.example/shop',
    }));
  test('has what is told of it', () => {
    assert.deepEqual(sourceOf({ address: ADDRESS }), { address: '192.0.2.7' });
    assert.deepEqual(sourceOf({ principal: 'CN=a' }), { principal: 'CN=a' });
    assert.deepEqual(sourceOf({ address: { pipe: { path: '/run/a.sock' } } }), {});
    assert.equal(sourceOf(undefined), undefined);
  });
  test('is not read where no condition asks', () =>
    assert.equal(sourceOf({ address: ADDRESS }, false), undefined));
});
