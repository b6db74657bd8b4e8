import fc from 'fast-check';
import { checkRequestBytes } from '../support/check-client.ts';

/** Text of any well-formed characters, of control characters, and of what means something to some parser. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'./\\;%25fFeE#?: ,@[]*-_"{}\t\r\n\0aA'), maxLength: 30 }),
);

/** Bytes without any meaning. */
export const bytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 300 })
  .map((array) => Buffer.from(array));

/** One small change of bytes: a byte changed, left out, or put in; a piece cut off or repeated. */
type Damage = readonly [kind: 0 | 1 | 2 | 3 | 4, at: number, value: number];

const damage: fc.Arbitrary<Damage> = fc.tuple(
  fc.constantFrom(0, 1, 2, 3, 4),
  fc.nat(),
  fc.integer({ min: 0, max: 255 }),
);

function damaged(whole: Buffer, [kind, place, value]: Damage): Buffer {
  const at = whole.length === 0 ? 0 : place % whole.length;
  const before = whole.subarray(0, at);
  const after = whole.subarray(at);
  switch (kind) {
    case 0:
      return Buffer.concat([before, Buffer.from([value]), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, after.subarray(1)]);
    case 2:
      return Buffer.concat([before, Buffer.from([value]), after]);
    case 3:
      return Buffer.from(before);
    case 4:
      return Buffer.concat([before, after.subarray(0, value), after]);
  }
}

/** Something valid with a few small changes. */
export function nearly(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(whole, fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([valid, changes]) => changes.reduce(damaged, valid));
}

/** A text that is nearly a valid one, byte by byte. */
export function nearlyText(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return nearly(whole.map((valid) => Buffer.from(valid))).map((some) => some.toString('utf8'));
}

/** A CheckRequest in bytes that asks about a request with these headers. */
export function checkRequestWith(headers: Readonly<Record<string, string>>): Buffer {
  return checkRequestBytes({
    attributes: {
      source: { address: { socket_address: { address: '10.0.0.1', port_value: 4711 } } },
      request: {
        time: { seconds: 1_700_000_000, nanos: 5 },
        http: {
          id: '42',
          method: 'GET',
          host: 'a.example',
          path: '/a/b?c',
          headers,
          size: -1,
          raw_body: Buffer.from('body'),
        },
      },
      context_extensions: { 'watchword.dev/pipeline': 'p', other: 'x' },
    },
  });
}
