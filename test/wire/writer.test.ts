import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WireReader } from '../../src/wire/reader.ts';
import { WireWriter } from '../../src/wire/writer.ts';

describe('a writer writes from the end to the start', () => {
  for (const [title, write, hex] of [
    ['nothing', () => undefined, ''],
    ['a string', (w) => w.string(1, 'a'), '0a0161'],
    ['an empty string', (w) => w.string(1, ''), '0a00'],
    ['a string in UTF-8', (w) => w.string(1, 'ë'), '0a02c3ab'],
    [
      'half a character as the sign for what cannot be read',
      (w) => w.string(1, '\ud800'),
      '0a03efbfbd',
    ],
    ['zero', (w) => w.varint(1, 0), '0800'],
    ['a number of one byte', (w) => w.varint(1, 127), '087f'],
    ['a number of two bytes', (w) => w.varint(1, 128), '088001'],
    ['an HTTP status', (w) => w.varint(1, 503), '08f703'],
    ['2^32 - 1', (w) => w.varint(1, 0xffffffff), '08ffffffff0f'],
    ['a field number above 15', (w) => w.string(16, ''), '820100'],
    ['what was encoded before', (w) => w.raw(Buffer.from('0801', 'hex')), '0801'],
    ['a message without fields', (w) => w.message(2, w.mark), '1200'],
  ] satisfies readonly (readonly [string, (writer: WireWriter) => void, string])[]) {
    test(title, () => {
      const writer = new WireWriter(64);
      write(writer);
      assert.equal(writer.take().toString('hex'), hex);
    });
  }

  test('fields come out in the reverse of the order in which they were written', () => {
    const writer = new WireWriter(64);
    writer.string(2, 'b');
    writer.string(1, 'a');
    assert.equal(writer.take().toString('hex'), '0a0161120162');
  });

  test('a message encloses what was written since the mark, and nothing before', () => {
    const writer = new WireWriter(64);
    writer.string(2, 'after');
    const mark = writer.mark;
    writer.string(1, 'in');
    writer.message(1, mark);
    assert.equal(writer.take().toString('latin1'), '\x0a\x04\x0a\x02in\x12\x05after');
  });

  test('a message of 128 bytes has a length of two bytes', () => {
    const writer = new WireWriter(256);
    const mark = writer.mark;
    writer.string(1, 'x'.repeat(126));
    writer.message(1, mark);
    assert.equal(writer.take().subarray(0, 3).toString('hex'), '0a8001');
  });
});

describe('what a writer gives', () => {
  test('is a copy: what is written later does not change it', () => {
    const writer = new WireWriter(64);
    writer.string(1, 'first');
    const first = writer.take();
    writer.string(1, 'other');
    writer.take();
    assert.equal(first.toString('latin1'), '\x0a\x05first');
  });

  test('is a new start each time', () => {
    const writer = new WireWriter(64);
    writer.string(1, 'a');
    writer.take();
    assert.equal(writer.take().length, 0);
  });

  test('is empty after a reset, whatever was written before', () => {
    const writer = new WireWriter(64);
    writer.string(1, 'left over');
    writer.reset();
    assert.equal(writer.mark, 0);
    assert.equal(writer.take().length, 0);
  });
});

test('a writer grows, and marks stay where they are', () => {
  const writer = new WireWriter(8);
  const mark = writer.mark;
  for (let index = 0; index < 1_000; index += 1) writer.string(1, `value ${index}`);
  writer.raw(Buffer.alloc(10_000, 0x08));
  writer.message(1, mark);
  const reader = new WireReader(writer.take());
  assert.equal(reader.next(), true);
  const outer = reader.enter();
  // 5,000 varint fields `08 08`, then the strings in reverse.
  let strings = 0;
  let last = '';
  while (reader.next()) {
    if (reader.tag !== 0x0a) continue;
    strings += 1;
    last = reader.bytes.toString('latin1', reader.start, reader.end);
  }
  reader.leave(outer);
  assert.deepEqual([strings, last, reader.failed], [1_000, 'value 0', false]);
});
