import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64url } from '../../src/token/base64url.ts';

describe('base64url has one spelling for each text of bytes', () => {
  for (const [text, bytes] of [
    ['', ''],
    ['QQ', 'A'],
    ['QUI', 'AB'],
    ['QUJD', 'ABC'],
    ['-_-_', '\xfb\xff\xbf'],
  ] as const) {
    test(`${JSON.stringify(text)} is read`, () =>
      assert.equal(decodeBase64url(text)?.toString('latin1'), bytes));
  }

  for (const [text, why] of [
    ['Q', 'six bits are no byte'],
    ['QUJDQ', 'six bits at the end are no byte'],
    ['QR', 'the last four bits mean nothing'],
    ['QUJ', 'the last two bits mean nothing'],
    ['QQ==', 'padding'],
    ['QQ=', 'half of a padding'],
    ['+/+/', 'the other alphabet'],
    ['QUJD\n', 'a line break'],
    [' QUJD', 'a space'],
    ['QU JD', 'a space inside'],
    ['QU.JD', 'a dot'],
    ['QUJ\u00c4', 'a letter outside of ASCII'],
    ['QUJD\0', 'a NUL'],
  ] as const) {
    test(`${JSON.stringify(text)} is refused: ${why}`, () =>
      assert.equal(decodeBase64url(text), null));
  }

  test('any bytes are read back from what they encode to', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = decodeBase64url(Buffer.from(bytes).toString('base64url'));
        assert.deepEqual(read, Buffer.from(bytes));
      }),
    );
  });

  test('no two texts decode to the same bytes', () => {
    const alphabet = fc.constantFrom(...'AQgwBCDabc019-_+/= \n');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes !== null) assert.equal(bytes.toString('base64url'), text);
      }),
    );
  });
});
