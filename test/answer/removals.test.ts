import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removedBy } from '../../src/answer/removals.ts';

const headers = (...names: readonly string[]) => names.map((name) => ({ name, value: 'x' }));
const names = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}`);

test('what is always removed comes first', () => {
  const removes = { always: ['x_a'], unlessSet: ['x-a', 'x-b'] };
  assert.deepEqual(removedBy(removes, []), ['x_a', 'x-a', 'x-b']);
});

test('what is removed depends on what each answer sets', () => {
  const removes = { always: ['x_a'], unlessSet: ['x-a', 'x-b'] };
  assert.deepEqual(removedBy(removes, headers('x-a')), ['x_a', 'x-b']);
  assert.deepEqual(removedBy(removes, headers('x-b')), ['x_a', 'x-a']);
  assert.deepEqual(removedBy(removes, headers('x-b', 'x-a')), ['x_a']);
  assert.deepEqual(removedBy(removes, []), ['x_a', 'x-a', 'x-b']);
});

test('the same combination gives the same list, which is encoded once', () => {
  const removes = { always: ['x_a'], unlessSet: ['x-a', 'x-b'] };
  assert.equal(removedBy(removes, headers('x-a')), removedBy(removes, headers('x-a')));
  const fixed = { always: ['x_a'], unlessSet: [] };
  assert.equal(removedBy(fixed, []), fixed.always);
});

test('more headers than a number has bits are told apart', () => {
  const removes = { always: [], unlessSet: names(40) };
  assert.deepEqual(removedBy(removes, headers('x-0', 'x-32')), [
    ...names(32).slice(1),
    ...names(40).slice(33),
  ]);
});

test('the lists that are remembered are bounded', () => {
  const removes = { always: [], unlessSet: names(10) };
  for (let bits = 0; bits < 1024; bits += 1) {
    const set = names(10).filter((_, index) => (bits & (1 << index)) !== 0);
    assert.equal(removedBy(removes, headers(...set)).length, 10 - set.length);
  }
});
