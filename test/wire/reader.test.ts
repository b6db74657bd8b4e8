import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lengthTag, WireReader } from '../../src/wire/reader.ts';

/** The fields that a reader finds: tag, and the value of a length-delimited one. */
function fieldsOf(reader: WireReader): unknown[] {
  const fields: unknown[] = [];
  while (reader.next()) {
    const isLength = (reader.tag & 7) === 2;
    fields.push(isLength ? [reader.tag, textOf(reader)] : [reader.tag]);
  }
  return fields;
}

function textOf(reader: WireReader): string {
  return reader.bytes.toString('latin1', reader.start, reader.end);
}

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

test('a tag is the field number and the wire type', () => {
  assert.equal(lengthTag(1), 0x0a);
  assert.equal(lengthTag(13), 0x6a);
});

describe('a message is walked over field by field', () => {
  for (const [title, message, fields] of [
    ['nothing', [], []],
    ['an empty string', [0x0a, 0], [[0x0a, '']]],
    ['a string', [0x0a, 1, 0x61], [[0x0a, 'a']]],
    [
      'two strings',
      [0x0a, 1, 0x61, 0x12, 1, 0x62],
      [
        [0x0a, 'a'],
        [0x12, 'b'],
      ],
    ],
    ['a varint', [0x08, 0x96, 0x01], [[0x08]]],
    ['a varint of ten bytes', [0x08, ...Array(9).fill(0xff), 0x01], [[0x08]]],
    ['eight bytes', [0x09, 1, 2, 3, 4, 5, 6, 7, 8], [[0x09]]],
    ['four bytes', [0x0d, 1, 2, 3, 4], [[0x0d]]],
    ['a length written long', [0x0a, 0x81, 0x80, 0x00, 0x61], [[0x0a, 'a']]],
    ['the largest field number that is read', [0x82, 0x80, 0x80, 0x40, 0], [[0x8000002, '']]],
  ] as const) {
    test(title, () => {
      const reader = new WireReader(bytes(...message));
      assert.deepEqual(fieldsOf(reader), fields);
      assert.equal(reader.failed, false);
    });
  }
});

describe('what is no valid message fails', () => {
  for (const [title, message] of [
    ['a tag alone', [0x0a]],
    ['a tag that does not end', [0x80]],
    ['a tag of five bytes', [0x82, 0x80, 0x80, 0x80, 0x01]],
    ['field number zero', [0x02, 0]],
    ['a length beyond the end', [0x0a, 2, 0x61]],
    ['a length that does not end', [0x0a, 0x80]],
    ['a length of five bytes', [0x0a, 0x81, 0x80, 0x80, 0x80, 0x00, 0x61]],
    ['a length near 2^28', [0x0a, 0xff, 0xff, 0xff, 0x7f]],
    ['a varint that does not end', [0x08, 0xff]],
    ['a varint of eleven bytes', [0x08, ...Array(10).fill(0xff), 0x01]],
    ['seven of eight bytes', [0x09, 1, 2, 3, 4, 5, 6, 7]],
    ['three of four bytes', [0x0d, 1, 2, 3]],
    ['the start of a group', [0x0b, 0x0c]],
    ['the end of a group', [0x0c]],
    ['wire type 6', [0x0e]],
    ['wire type 7', [0x0f]],
  ] as const) {
    test(title, () => {
      const reader = new WireReader(bytes(...message));
      assert.deepEqual(fieldsOf(reader), []);
      assert.equal(reader.failed, true);
      assert.equal(reader.next(), false, 'it stays failed');
    });
  }

  test('what came before it was read', () => {
    const reader = new WireReader(bytes(0x0a, 1, 0x61, 0x0f));
    assert.deepEqual(fieldsOf(reader), [[0x0a, 'a']]);
    assert.equal(reader.failed, true);
  });
});

describe('a nested message', () => {
  test('is entered and left, and what follows it is read', () => {
    const reader = new WireReader(bytes(0x0a, 3, 0x12, 1, 0x61, 0x12, 1, 0x62));
    assert.equal(reader.next(), true);
    const outer = reader.enter();
    assert.deepEqual(fieldsOf(reader), [[0x12, 'a']]);
    reader.leave(outer);
    assert.deepEqual(fieldsOf(reader), [[0x12, 'b']]);
    assert.equal(reader.failed, false);
  });

  test('cannot reach into its parent', () => {
    // The inner length says 2, but only one byte of the message is left; the parent has more.
    const reader = new WireReader(bytes(0x0a, 3, 0x12, 2, 0x61, 0x62, 0x63));
    assert.equal(reader.next(), true);
    const outer = reader.enter();
    assert.deepEqual(fieldsOf(reader), []);
    reader.leave(outer);
    assert.equal(reader.failed, true);
    assert.equal(reader.next(), false);
  });

  test('that was left before its end is a failure', () => {
    const reader = new WireReader(bytes(0x0a, 3, 0x12, 1, 0x61));
    assert.equal(reader.next(), true);
    reader.leave(reader.enter());
    assert.equal(reader.failed, true);
  });

  test('may be empty', () => {
    const reader = new WireReader(bytes(0x0a, 0, 0x12, 1, 0x62));
    assert.equal(reader.next(), true);
    const outer = reader.enter();
    assert.deepEqual(fieldsOf(reader), []);
    reader.leave(outer);
    assert.deepEqual(fieldsOf(reader), [[0x12, 'b']]);
  });
});
