import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfScopes, internedScopes } from '../../src/check/scopes.ts';

test('the same scopes are the same set, so that a cached token costs no set of its own', () => {
  assert.equal(internedScopes(['a', 'b']), internedScopes(['a', 'b']));
});

test('other scopes are another set', () => {
  assert.notEqual(internedScopes(['a', 'b']), internedScopes(['a']));
  assert.deepEqual([...internedScopes(['a b'])], ['a b'], 'a scope with a space is one scope');
  assert.notEqual(internedScopes(['a b']), internedScopes(['a', 'b']));
});

test('a set is right though a thousand others came after it', () => {
  const before = internedScopes(['first']);
  for (let index = 0; index < 2_000; index += 1) internedScopes([`scope ${index}`]);
  assert.deepEqual(internedScopes(['first']), before);
});

test('scopes that nobody else has are not kept for others, and count for their token', () => {
  const many = Array.from({ length: 1_200 }, (_, index) => `scope:${index}`);
  const long = ['x'.repeat(5_000)];
  for (const scopes of [many, long]) {
    const set = internedScopes(scopes);
    assert.notEqual(internedScopes(scopes), set);
    assert.ok(bytesOfScopes(set) > scopes.join('').length);
  }
  assert.equal(bytesOfScopes(internedScopes(['read:orders', 'write:orders'])), 0);
});
