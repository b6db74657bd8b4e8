import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ruleShown, satisfies } from '../../src/check/claim-rule.ts';
import { compilePattern, patternFault } from '../../src/policy/pattern.ts';
import type { ClaimRule } from '../../src/policy/requirement.ts';
import { sampleClaimRule } from '../policy/samples.ts';

const rule = (changed: Partial<ClaimRule>) => sampleClaimRule(['c'], changed);
const matching = (source: string, not = false) => rule({ matches: compilePattern(source), not });

test('a text that matches as a whole satisfies the rule', () => {
  assert.ok(satisfies(matching('a+'), 'aaa'));
  assert.ok(!satisfies(matching('a+'), 'aaab'));
});

test('a text too long to look at is refused, also where it must not match', () => {
  const long = 'a'.repeat(8_193);
  assert.ok(satisfies(matching('a+'), 'a'.repeat(8_192)));
  assert.ok(!satisfies(matching('a+'), long));
  assert.ok(!satisfies(matching('b+', true), long));
  assert.ok(!satisfies(matching('b+', true), ['x', long]));
});

test('a pattern that would take for ever elsewhere is matched at once', () => {
  const evil = `${'a'.repeat(8_000)}!`;
  for (const source of ['(a+)+', '(a|aa)+', '([a-z]+)*x', '(.*)*y'])
    assert.ok(!satisfies(matching(source), evil));
});

test('several operators must all hold', () => {
  const both = rule({ contains: ['a'], containsAny: ['b', 'c'] });
  assert.ok(satisfies(both, 'a c'));
  assert.ok(!satisfies(both, 'a'));
  assert.ok(!satisfies(both, 'b c'));
});

const anyRule: fc.Arbitrary<ClaimRule> = fc
  .record({
    accepted: fc.option(fc.array(fc.string()).map((all) => new Set(all))),
    contains: fc.array(fc.string(), { maxLength: 2 }),
    containsAny: fc.array(fc.string(), { maxLength: 2 }),
    matches: fc.option(fc.constantFrom('a', '.*').map(compilePattern)),
    not: fc.boolean(),
  })
  .map(rule);

test('whatever a claim is, a rule says yes or no, and what it shows is short', () => {
  fc.assert(
    fc.property(anyRule, fc.option(fc.jsonValue(), { nil: undefined }), (one, value) => {
      assert.equal(typeof satisfies(one, value), 'boolean');
      assert.ok(ruleShown(one, value).length < 3_000);
    }),
  );
});

test('a claim of a megabyte is judged and shown', () => {
  const mebibyte = 1 << 20;
  for (const value of [
    'x'.repeat(mebibyte),
    Array(mebibyte / 4).fill('x'),
    'x '.repeat(mebibyte / 2),
  ]) {
    for (const one of [
      rule({}),
      rule({ contains: ['y'] }),
      rule({ containsAny: ['y'] }),
      matching('y'),
    ])
      assert.ok(
        satisfies(one, value) ===
          (one.contains.length + one.containsAny.length === 0 && one.matches === null),
      );
    assert.ok(ruleShown(matching('y'), value).length < 1_000);
  }
});

describe('a pattern is one of RE2', () => {
  for (const [source, says] of [
    ['.*@example[.]com', null],
    ['(?i)admin', null],
    ['(?=a)b', /no look-around/],
    ['(a)\\1', /is no regular expression of RE2/],
    ['[', /missing closing \]/],
    ['a{1001}', /invalid repeat count/],
    ['x'.repeat(1_001), /longer than 1000/],
  ] as const) {
    test(source.slice(0, 30), () => {
      const fault = patternFault(source);
      if (says === null) assert.equal(fault, null);
      else assert.match(fault ?? '', says);
    });
  }
});
