import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MessagePrefixes } from '../../src/transport/ext-authz/message-prefix.ts';

/** A message as gRPC sends it. */
function prefixed(length: number, flag = 0): Buffer {
  const bytes = Buffer.alloc(5 + length, 0xff);
  bytes[0] = flag;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

test('as many messages pass as are allowed, however they are cut into pieces, and one more does not', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(lengths, cuts, fc.integer({ min: 1, max: 8 }), (messages, sizes, most) => {
      const bytes = Buffer.concat(messages.map((length) => prefixed(length)));
      const prefixes = new MessagePrefixes(most);
      const faults = new Set<string | null>();
      for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
        const size = sizes[cut % sizes.length] ?? 1;
        faults.add(prefixes.take(bytes.subarray(at, at + size)));
        if (faults.has('too many messages')) break;
        at += size;
      }
      assert.equal(faults.has('too many messages'), messages.length > most);
      assert.ok(!faults.has('compressed'));
    }),
  );
});

test('a flag of a compressed message is seen at the first byte of any', () => {
  const prefixes = new MessagePrefixes(2);
  assert.equal(prefixes.take(prefixed(10)), null);
  assert.equal(prefixes.take(prefixed(10, 1).subarray(0, 1)), 'compressed');
});
