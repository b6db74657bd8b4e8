import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PathTable } from '../../src/policy/path-table.ts';

/** A table whose values are its patterns. */
function tableOf(...patterns: readonly string[]): PathTable<string> {
  return new PathTable(patterns.map((pattern) => [pattern, pattern] as const));
}

/** Title, patterns, path, the pattern that must be found. */
const CASES: readonly (readonly [string, readonly string[], string, string | null])[] = [
  ['a literal wins over a star', ['/a/*', '/a/b'], '/a/b', '/a/b'],
  ['a star wins over the rest', ['/a/**', '/a/*'], '/a/b', '/a/*'],
  ['a literal wins over a star and the rest', ['/**', '/*', '/a'], '/a', '/a'],
  ['the longer rest wins', ['/**', '/a/**', '/a/b/**'], '/a/b/c', '/a/b/**'],
  ['the first segment decides before the second', ['/*/b', '/a/*'], '/a/b', '/a/*'],
  ['a literal that leads nowhere gives way to a star', ['/a/b/c', '/a/*/d'], '/a/b/d', '/a/*/d'],
  ['a star that leads nowhere gives way to the rest', ['/a/*/c', '/a/**'], '/a/b/d', '/a/**'],
  ['the rest below a literal wins over a star above it', ['/*/b', '/a/**'], '/a/b', '/a/**'],
  ['it goes back over several segments', ['/a/b/c/d', '/*/b/*/e'], '/a/b/c/e', '/*/b/*/e'],
  ['the rest covers the path itself', ['/a/**'], '/a', '/a/**'],
  ['the rest covers the path with a slash', ['/a/**'], '/a/', '/a/**'],
  ['the rest covers several segments', ['/a/**'], '/a/b/c/d', '/a/**'],
  ['the path itself wins over the rest', ['/a/**', '/a'], '/a', '/a'],
  ['the rest of everything covers the root', ['/**'], '/', '/**'],
  ['the root is a path of its own', ['/'], '/', '/'],
  ['the root covers nothing below it', ['/'], '/a', null],
  ['a literal covers nothing below it', ['/a'], '/a/b', null],
  ['a literal does not cover a path with a slash', ['/a'], '/a/', null],
  ['a pattern with a slash at its end is another one', ['/a/'], '/a', null],
  ['a star is one segment', ['/*'], '/a/b', null],
  ['a star is no empty segment', ['/a/*'], '/a/', null],
  ['a star is no missing segment', ['/a/*'], '/a', null],
  ['segments are compared with their case', ['/a'], '/A', null],
  ['a segment that only begins alike is another one', ['/a/**'], '/ab', null],
  ['a star in the path is a segment like others', ['/a'], '/*', null],
  ['two stars in the path are a segment like others', ['/a/*'], '/a/**', '/a/*'],
  ['a segment called constructor is no property', ['/a'], '/constructor', null],
  ['a path without a slash at its start is none', ['/**'], 'a', null],
  ['an empty path is none', ['/**'], '', null],
];

describe('a path table', () => {
  for (const [title, patterns, path, found] of CASES) {
    test(`${title}: ${path} in ${patterns.join(' ')} is ${found}`, () => {
      assert.equal(tableOf(...patterns).find(path), found);
    });
    test(`${title}, whatever the order of the patterns`, () => {
      assert.equal(tableOf(...patterns.toReversed()).find(path), found);
    });
  }

  test('that ignores case finds a path in any letter case, and no other byte is folded', () => {
    const table = new PathTable(
      [
        ['/Admin/**', 1],
        ['/**', 2],
      ],
      { ignoreCase: true },
    );
    assert.deepEqual(
      ['/admin', '/ADMIN/x', '/aDmin', '/admin\u00c0', '/\u00c0', '/adm%49n'].map((path) =>
        table.find(path),
      ),
      [1, 1, 1, 2, 2, 2],
    );
  });

  test('takes the last value of a pattern that is named twice', () => {
    const table = new PathTable([
      ['/a/*', 1],
      ['/a/*', 2],
    ]);
    assert.equal(table.find('/a/b'), 2);
  });

  test('is not slowed down by a path that goes back at every segment', () => {
    // Without a visit bound this would be 2^40 steps.
    const depth = 40;
    const table = tableOf(`${'/a'.repeat(depth)}/x`, `${'/*'.repeat(depth)}/y`, '/**');
    assert.equal(table.find(`${'/a'.repeat(depth)}/z`), '/**');
  });
});
