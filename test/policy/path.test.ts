import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readings, segmentsOf, whyUnread, withoutQuery } from '../../src/policy/path.ts';
import { pathPatternFault } from '../../src/policy/path-pattern-fault.ts';

describe('a path that everybody reads alike has one reading', () => {
  for (const path of [
    '/',
    '/a',
    '/a/',
    '/a/b.c',
    '/a/..b',
    '/a/b..',
    '/a/...',
    '/.well-known/x',
    "/!$&'()*+,-.:=@_~",
    '/a"<>^`{|}',
    `/${'a'.repeat(10_000)}`,
  ]) {
    test(path.slice(0, 40), () => assert.deepEqual(readings(path), [path]));
  }
});

describe('a path that somebody reads otherwise has every reading', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    // Encoding.
    '/%61': ['/a'],
    '/a%2fb': ['/a/b'],
    '/a%2Fb': ['/a/b'],
    '/%2561': ['/%61', '/a'],
    '/%252561': ['/%2561', '/%61', '/a'],
    '/caf%C3%A9': ['/caf\u00c3\u00a9'],
    // What only looks like encoding.
    '/100%': [],
    '/%zz': [],
    '/%4': [],
    // Separators.
    '/a\\b': ['/a/b'],
    '/a%5cb': ['/a\\b', '/a/b'],
    '/a//': ['/a/'],
    // Authorities (RFC 3986 section 4.2, WHATWG URL section 4.4).
    '//a': ['/a', '/'],
    '//a/b': ['/a/b', '/b'],
    '//a/': ['/a/', '/'],
    '///a/b': ['/a/b', '/b'],
    '////a/b': ['//a/b', '/a/b', '/b'],
    '/\\a/b': ['//a/b', '/a/b', '/b'],
    '//a\\b/c': ['//a/b/c', '/a\\b/c', '/a/b/c', '/b/c', '/c'],
    '/%2fa/b': ['//a/b', '/a/b', '/b'],
    '/%5Ca/b': ['/\\a/b', '//a/b', '/a/b', '/b'],
    '/x/..//a/b': ['/x/../a/b', '//a/b', '/a/b', '/b'],
    '/a//b': ['/a/b'],
    // Dot segments (RFC 3986 section 5.2.4).
    '/a/./b': ['/a/b'],
    '/a/.': ['/a/'],
    '/a/../b': ['/b'],
    '/a/b/..': ['/a/'],
    '/..': ['/'],
    '/../../a': ['/a'],
    '/a//../b': ['/a/b', '/a/../b', '/b'],
    // Parameters (RFC 2396 section 3.3, Java servlets).
    '/a;b=c/d': ['/a/d'],
    '/a/..;/b': ['/a/../b', '/b'],
    '/;/a': ['//a', '/a', '/'],
    // Ends.
    '/a#b': ['/a'],
    '/a%3fb': ['/a?b', '/a'],
    '/a%23b': ['/a#b', '/a'],
    '/a b': ['/a', '/ab'],
    '/a\tb': ['/a', '/ab'],
    '/a%00b': ['/a\0b', '/a', '/ab'],
    '/a\x7fb': ['/a', '/ab'],
    '/a%C2%80b': ['/a\xc2\x80b', '/a\xc2', '/a\xc2b'],
    // Characters that are compatible (UAX 15, NFKC): fullwidth dots, slashes and percent signs, and one that has a slash in it.
    '/a%EF%BC%8E%EF%BC%8E/b': [
      '/a\xef\xbc\x8e\xef\xbc\x8e/b',
      '/a\xef\xbc',
      '/a\xef\xbc\xef\xbc/b',
      '/a../b',
    ],
    '/%EF%BC%8E%EF%BC%8E/b': [
      '/\xef\xbc\x8e\xef\xbc\x8e/b',
      '/\xef\xbc',
      '/\xef\xbc\xef\xbc/b',
      '/../b',
      '/b',
    ],
    '/a\xef\xbc\x8fb': ['/a\xef\xbc', '/a\xef\xbcb', '/a/b'],
    '/a%EF%BC%9Bb/c': ['/a\xef\xbc\x9bb/c', '/a\xef\xbc', '/a\xef\xbcb/c', '/a;b/c', '/a/c'],
  };
  for (const [path, others] of Object.entries(table)) {
    test(`${JSON.stringify(path)}: ${JSON.stringify(others)}`, () => {
      assert.deepEqual(new Set(readings(path)), new Set([path, ...others]));
      assert.equal(readings(path)?.[0], path, 'itself first');
    });
  }
});

describe('a path whose bytes stand for characters by rules of some readers only has no readings', () => {
  for (const path of [
    '/a/%u002e%u002e/b',
    '/a/%U002E/b',
    '/a/%25u002e/b',
    '/a/%%00u002e/b',
    '/a/%c0%ae%c0%ae/b',
    '/a/%e0%80%af/b',
    '/a/%f0%80%80%ae/b',
    '/a/%25c0%25ae/b',
    '/a/\xc0\xae/b',
    '/caf%e9',
    '/a%ff',
    '/a/%ed%a0%80',
    '/a/%f4%90%80%80',
    '/a/%EF%BC%85c0%EF%BC%85ae',
    '/a/%80',
  ]) {
    test(path, () => {
      assert.equal(readings(path), null);
      assert.match(whyUnread(path), /%uXXXX or bytes that are no UTF-8/);
    });
  }
});

describe('the work of reading a path is bounded', () => {
  test('1,024 characters with several readings are read', () => {
    assert.equal(readings(`/${'a'.repeat(1020)}%61`)?.length, 2);
  });

  test('1,025 are not', () => {
    const long = `/${'a'.repeat(1021)}%61`;
    assert.equal(readings(long), null);
    assert.match(whyUnread(`${long}?query`), /1025 bytes; with several the limit is 1024/);
  });

  test('32 readings are told apart', () => {
    const deep = `/%${'25'.repeat(30)}61`;
    assert.equal(readings(deep)?.length, 32);
  });

  test('33 are not', () => {
    const deep = `/%${'25'.repeat(31)}61`;
    assert.equal(readings(deep), null);
    assert.match(whyUnread(deep), /more readings than are gone through; the limit is 32/);
  });
});

describe('the query', () => {
  for (const [target, path] of [
    ['/a?b', '/a'],
    ['/a?', '/a'],
    ['/a?b?c', '/a'],
    ['/a', '/a'],
    ['?a', ''],
    ['/a#b?c', '/a#b'],
    ['/a%3fb', '/a%3fb'],
  ] as const) {
    test(`${target} without it is ${JSON.stringify(path)}`, () =>
      assert.equal(withoutQuery(target), path));
  }
});

test('segments are what stands between slashes', () => {
  assert.deepEqual(segmentsOf('/'), ['']);
  assert.deepEqual(segmentsOf('/a'), ['a']);
  assert.deepEqual(segmentsOf('/a/b/'), ['a', 'b', '']);
});

describe('a path pattern', () => {
  for (const pattern of ['/', '/a', '/a/', '/*', '/**', '/a/*/b/**', '/a.b/~c', '/a/...']) {
    test(`${pattern} is valid`, () => assert.equal(pathPatternFault(pattern), null));
  }
  for (const [pattern, says] of [
    ['', /does not begin with '\/'/],
    ['a', /does not begin with '\/'/],
    ['*', /does not begin with '\/'/],
    ['/a?b', /has a query/],
    ['/a%20b', /has several readings/],
    ['/a b', /has several readings/],
    ['/a//b', /has several readings/],
    ['/a/../b', /has several readings/],
    ['/a;b', /has several readings/],
    ['/a\\b', /has several readings/],
    ['/a#b', /has several readings/],
    ['/caf\u00e9', /outside ASCII/],
    ['/a*', /'a\*' in .* stands for a whole segment only/],
    ['/a/b**', /stands for a whole segment only/],
    ['/***', /stands for a whole segment only/],
    ['/**/a', /is not at the end/],
    ['/a/**/b/**', /is not at the end/],
    ['/**/', /is not at the end/],
  ] as const) {
    test(`${JSON.stringify(pattern)} is refused: ${says.source}`, () =>
      assert.match(pathPatternFault(pattern) ?? 'accepted', says));
  }
});
