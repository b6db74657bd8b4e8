import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { claimAt } from '../../src/token/claim-at.ts';

const claims: Readonly<Record<string, unknown>> = {
  'https://a.example/b.c': 1,
  a: { b: { c: null } },
  list: ['x'],
  text: 'abc',
};

describe('a claim is found by its list of names', () => {
  for (const [path, value] of [
    [['https://a.example/b.c'], 1],
    [['a', 'b'], { c: null }],
    [['a', 'b', 'c'], null],
    [['list'], ['x']],
    [['a.b'], undefined],
    [['a', 'b', 'c', 'd'], undefined],
    [['list', '0'], undefined],
    [['list', 'length'], undefined],
    [['text', 'length'], undefined],
    [['missing', 'x'], undefined],
    [['constructor'], undefined],
    [['a', 'hasOwnProperty'], undefined],
    [['a', '__proto__'], undefined],
  ] as const) {
    test(`${JSON.stringify(path)} is ${JSON.stringify(value)}`, () =>
      assert.deepEqual(claimAt(claims, path), value));
  }

  test('one that is called __proto__ is a claim like others', () => {
    const own = JSON.parse('{"__proto__": {"d": 2}}') as Record<string, unknown>;
    assert.equal(claimAt(own, ['__proto__', 'd']), 2);
  });
});
