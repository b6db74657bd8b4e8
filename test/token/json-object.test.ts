import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hasDuplicateNames, readJsonObject } from '../../src/token/json-object.ts';

describe('a JSON object is read', () => {
  for (const [text, value] of [
    ['{}', {}],
    [' {"a":1}\n', { a: 1 }],
    ['{"a":{"b":[1,null,"x",true]}}', { a: { b: [1, null, 'x', true] } }],
    ['{"\\u0061":"\\ud83d\\ude00"}', { a: '\u{1f600}' }],
    ['{"":""}', { '': '' }],
  ] as const) {
    test(JSON.stringify(text), () => assert.deepEqual(readJsonObject(Buffer.from(text)), value));
  }

  test('a name like __proto__ is a name like others', () => {
    const read = readJsonObject(Buffer.from('{"__proto__":{"alg":"none"}}'));
    assert.deepEqual(Object.keys(read ?? {}), ['__proto__']);
    assert.equal(read?.['alg'], undefined);
  });
});

describe('a number that a double would change stays the text that was signed', () => {
  for (const [number, value] of [
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['175928847299117063', '175928847299117063'],
    ['0.12345678901234567890', '0.12345678901234567890'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['0e0', 0],
    ['0.0', 0],
    ['1.0', 1],
    ['1e3', 1000],
    ['1.5E-7', 1.5e-7],
    ['1792934400', 1792934400],
  ] as const) {
    test(number, () => {
      const text = `{"__proto__":{"a":[${number}]},"b":"9007199254740993 1e400"}`;
      const read = readJsonObject(Buffer.from(text));
      assert.deepEqual(Object.entries(read ?? {}), [
        ['__proto__', { a: [value] }],
        ['b', '9007199254740993 1e400'],
      ]);
    });
  }

  test('so that no two of them are one', () => {
    const near = fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 70n });
    fc.assert(
      fc.property(near, (number) => {
        const read = readJsonObject(Buffer.from(`{"n":${number}}`));
        assert.equal(String(read?.['n']), String(number));
      }),
    );
  });
});

describe('anything else is none', () => {
  for (const text of [
    '',
    'null',
    '1',
    '"a"',
    '[]',
    '[{}]',
    '{',
    '{}{}',
    '{} x',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":\u0001}',
    '{"a":"\n"}',
    '/**/{}',
    '\ufeff{}',
  ]) {
    test(JSON.stringify(text), () => assert.equal(readJsonObject(Buffer.from(text)), null));
  }

  for (const [why, bytes] of [
    ['a byte that UTF-8 never has', [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]],
    ['an overlong quotation mark', [0x7b, 0xc0, 0xa2, 0x61, 0xc0, 0xa2, 0x3a, 0x31, 0x7d]],
    ['half a character', [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
    ['a character cut off', [0x7b, 0x22, 0xc3]],
  ] as const) {
    test(why, () => assert.equal(readJsonObject(Buffer.from(bytes)), null));
  }

  test('one as deep as a long token can be makes no error', () => {
    assert.equal(readJsonObject(Buffer.from('['.repeat(100_000))), null);
    const deep = `{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`;
    assert.notEqual(readJsonObject(Buffer.from(deep)), null);
  });
});

describe('a name that occurs twice in one object is found', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1 , "a" : 1}',
    '{"x":{"a":1,"a":2}}',
    '[{"a":1,"a":2}]',
    '{"a":{"b":1},"a":2}',
    '{"a":[1,{}],"a":2}',
    '{"a":"}","a":2}',
    '{"a":"\\"","a":2}',
    '{"a":"\\\\","a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\/":1,"/":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"\\ud83d\\ude00":1,"\u{1f600}":2}',
  ]) {
    test(text, () => assert.equal(hasDuplicateNames(text), true));
  }
});

describe('a name that occurs once in each object is no repetition', () => {
  for (const text of [
    '{}',
    '{"a":1,"b":2}',
    '{"a":1,"A":2}',
    '{"a":"a"}',
    '{"a":"b","b":"a"}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"x":[{"a":1},{"a":2}],"a":3}',
    '["a","a"]',
    '{"x":["a","a"]}',
    '{"x":"\\"a\\":1,\\"a\\":2"}',
    '{"x":"{","y":"{"}',
    '{"\\u0061":1,"\\\\u0061":2}',
  ]) {
    test(text, () => assert.equal(hasDuplicateNames(text), false));
  }
});
