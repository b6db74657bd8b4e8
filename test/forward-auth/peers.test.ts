import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockFault, isLocalListener, TrustedPeers } from '../../src/base/peers.ts';

test('a peer is trusted where a block has it, in either family', () => {
  const peers = new TrustedPeers(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
  for (const address of ['10.255.0.1', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::1', '::1'])
    assert.equal(peers.includes(address), true, address);
  for (const address of ['11.0.0.1', '::ffff:11.0.0.1', '192.0.2.8', '2001:db9::1', '::2', '', 'x'])
    assert.equal(peers.includes(address), false, address);
  assert.equal(peers.includes(undefined), true, 'a Unix socket has no address');
  assert.equal(new TrustedPeers([]).includes('127.0.0.1'), false);
  assert.equal(new TrustedPeers(null).includes('203.0.113.1'), true);
});

test('what is no block of addresses is said', () => {
  for (const text of ['10.0.0.0/8', '10.0.0.1', '::/0', '2001:db8::1/128'])
    assert.equal(blockFault(text), null, text);
  for (const text of [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
  ])
    assert.notEqual(blockFault(text), null, text);
});

test('loopback and Unix sockets are local, nothing else is', () => {
  for (const address of ['127.0.0.1:1', '127.1.2.3:1', '[::1]:1', 'localhost:1', 'unix:/x'])
    assert.equal(isLocalListener(address), true, address);
  for (const address of [
    '0.0.0.0:1',
    '[::]:1',
    '10.0.0.1:1',
    'localhost.example:1',
    '1127.0.0.1:1',
    '127.gateway.example.com:1',
  ])
    assert.equal(isLocalListener(address), false, address);
});
