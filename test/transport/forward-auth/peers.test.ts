import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { blockFault, isLocalListener, isWideBlock, TrustedPeers } from '../../../src/base/peers.ts';

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
  for (const address of [
    '127.0.0.1:1',
    '127.1.2.3:1',
    '[::1]:1',
    '[0:0:0:0:0:0:0:1]:1',
    '[::ffff:127.0.0.1]:1',
    'localhost:1',
    'unix:/x',
  ])
    assert.equal(isLocalListener(address), true, address);
  for (const address of [
    '0.0.0.0:1',
    '[::]:1',
    '10.0.0.1:1',
    'localhost.example:1',
    '1127.0.0.1:1',
    '127.gateway.example.com:1',
    '127.0.0.1.example:1',
    '127.1:1',
    '[::2]:1',
    '[::ffff:10.0.0.1]:1',
    'unix.example:1',
  ])
    assert.equal(isLocalListener(address), false, address);
});

test('a name that is no address is not local, however it begins', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const name = fc
    .tuple(fc.constantFrom('127.', '127.0.0.', '127.0.0.1.', ''), fc.array(label), label)
    .map(([start, labels, end]) => `${start}${[...labels, `x${end}`].join('.')}`);
  fc.assert(fc.property(name, (one) => assert.equal(isLocalListener(`${one}:9180`), false)));
});

test('an address is local where its first byte is 127', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isLoopback = address.split('.', 1)[0] === '127';
      assert.equal(isLocalListener(`${address}:1`), isLoopback);
      assert.equal(isLocalListener(`[::ffff:${address}]:1`), isLoopback);
    }),
  );
});

describe('a block is wider than every private network', () => {
  for (const [block, wide] of [
    ['0.0.0.0/0', true],
    ['128.0.0.0/1', true],
    ['10.0.0.0/7', true],
    ['10.0.0.0/8', false],
    ['192.0.2.7', false],
    ['::/0', true],
    ['2000::/3', true],
    ['fc00::/6', true],
    ['fc00::/7', false],
    ['::1', false],
    ['::ffff:0.0.0.0/96', true],
    ['::ffff:0.0.0.0/97', true],
    ['::ffff:10.0.0.0/104', false],
    ['::/64', true],
    ['nonsense', false],
  ] as const) {
    test(`${block}: ${wide}`, () => assert.equal(isWideBlock(block), wide));
  }

  test('where its prefix is shorter than 8 bits of IPv4, written either way', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        assert.equal(isWideBlock(`${address}/${prefix}`), prefix < 8);
        assert.equal(isWideBlock(`::ffff:${address}/${96 + prefix}`), prefix < 8);
      }),
    );
  });
});
