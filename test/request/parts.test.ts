import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  cookiesOf,
  cookieValues,
  itemsOf,
  lenientCookies,
  queryFault,
  queryOf,
  queryParts,
  readName,
  withoutCookie,
  withoutProtocol,
} from '../../src/request/parts.ts';

const said = (parts: ReturnType<typeof cookiesOf>) =>
  parts.map(({ name, value }) => `${name}=${value}`);

describe('cookies', () => {
  for (const [header, cookies] of [
    ['', []],
    ['a=1', ['a=1']],
    ['a=1; b=2', ['a=1', 'b=2']],
    [' a = 1 ;b=2;', ['a=1', 'b=2']],
    ['a=1,b=2', ['a=1', 'b=2']],
    ['a=b=c', ['a=b=c']],
    ['lonely; a=1', ['a=1']],
    ['a=', ['a=']],
  ] as const) {
    test(JSON.stringify(header), () => assert.deepEqual(said(cookiesOf(header)), cookies));
  }

  for (const [header, left] of [
    ['t=1', ''],
    ['t=1; a=2', 'a=2'],
    ['a=2; t=1', 'a=2'],
    ['a=1; t=1; b=2', 'a=1; b=2'],
    ['a=1,t=1', 'a=1'],
    ['t=1,a=1', 'a=1'],
    ['T=1; at=2', 'T=1; at=2'],
    ['lonely; t=1', 'lonely'],
  ] as const) {
    test(`${JSON.stringify(header)} without t`, () =>
      assert.equal(withoutCookie(header, 't'), left));
  }
});

describe('cookies that some backend reads as t', () => {
  for (const [header, found] of [
    ['t=1', 1],
    ['t = 1', 1],
    ['a=1; b=2', 0],
    ['a=t; b=xt=1', 0],
    ['t=1; T=2', 2],
    ['t=1; %74=2', 2],
    ['t=1; t[]=2', 2],
    ['t=1; a=b t=2', 2],
    ['t=1; a="b; t=2"', 2],
    ['t=1; a=b\tt =2', 2],
  ] as const) {
    test(`${JSON.stringify(header)}: ${found}`, () =>
      assert.equal(lenientCookies(header, 't'), found));
  }
});

describe('a query parameter with more than one reading', () => {
  for (const [target, fault] of [
    ['/a', null],
    ['/a?t=1', null],
    ['/a?x=1&t=1', null],
    ['/a?t=1&t=1', 'there 2 times'],
    ['/a?t=&t=1', 'there 2 times'],
    ['/a?t=1&T=2', 'there 2 times'],
    ['/a?T=1', 'spelled in another way'],
    ['/a?x=1;t=1', 'parted by a semicolon, which only some backends read so'],
    ['/a?t=1;x=1', 'parted by a semicolon, which only some backends read so'],
  ] as const) {
    test(`${target}: ${fault}`, () =>
      assert.equal(queryFault(queryParts(target, ['t']).get('t') ?? [], 't'), fault));
  }
});

const piece = fc.stringMatching(/^[ a-c=;,t]{0,12}$/);

test('a cookie that was taken out is not there, and every other one still is', () => {
  fc.assert(
    fc.property(piece, (header) => {
      const before = cookiesOf(header);
      const after = cookiesOf(withoutCookie(header, 't'));
      assert.deepEqual(said(after), said(before.filter(({ name }) => name !== 't')));
    }),
    { numRuns: 5_000 },
  );
});

test('a subprotocol that was taken out is not there, and what was not behind it still is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('b', 'x', 'y')), (items) => {
      const left = itemsOf(withoutProtocol(items.join(', '), 'b'));
      assert.ok(!left.includes('b'));
      const kept = items.filter((one, index) => one !== 'b' && items[index - 1] !== 'b');
      assert.deepEqual(left, kept);
    }),
  );
});

describe('query parameters', () => {
  for (const [target, parameters] of [
    ['/a', []],
    ['/a?', []],
    ['/a?t=1', ['t=1']],
    ['/a?t=1&b=2;c=3', ['t=1', 'b=2', 'c=3']],
    ['/a?t=1?t=2', ['t=1?t=2']],
    ['/a?t', []],
  ] as const) {
    test(target, () => assert.deepEqual(said(queryOf(target)), parameters));
  }

  for (const name of [
    'access%5Ftoken',
    'access%5ftoken',
    'access.token',
    'access+token',
    'access_token[]',
    'access%20token',
    ' access_token',
    'access_token[a][b',
    'Access_Token',
    'ACCESS%5FTOKEN',
  ]) {
    test(`${name} may be read as access_token`, () => assert.equal(readName(name), 'access_token'));
  }
  for (const name of ['access-token', 'xaccess_token', 'access_token2', '%']) {
    test(`${name} is another one`, () => assert.notEqual(readName(name), 'access_token'));
  }
});

test('a megabyte of parts takes no long time', () => {
  const mebibyte = 1 << 20;
  for (const unit of ['a=1;', ',', '=', 'a', ';;', '[', '%'])
    for (const read of [
      cookiesOf,
      itemsOf,
      (text: string) => queryOf(`/?${text}`),
      (text: string) => [queryParts(`/?${text}`, ['b'])],
      (text: string) => cookieValues(text, 'b'),
      (text: string) => [lenientCookies(text, 'b')],
      (text: string) => withoutCookie(text, 'a'),
    ])
      assert.ok(read(unit.repeat(mebibyte / unit.length)) !== null);
  assert.ok(readName('['.repeat(mebibyte)) === '');
});
