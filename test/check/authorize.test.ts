import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorize } from '../../src/check/authorize.ts';
import type { Principal } from '../../src/decision/principal.ts';
import type { ClaimRule, Requirement } from '../../src/policy/pipeline.ts';
import { sampleClaimRule, sampleRequest, sampleRequirement } from '../policy/samples.ts';

const nobody: Principal = {
  issuer: 'sample',
  subject: null,
  audiences: [],
  scopes: new Set(),
  expiresAt: 0,
  notBefore: 0,
  issuedAt: null,
  claims: {},
};

function judged(requirement: Partial<Requirement>, principal: Partial<Principal>): string {
  const shortfall = authorize(
    sampleRequirement(requirement),
    { ...nobody, ...principal },
    1_000,
    sampleRequest(),
    null,
  );
  return shortfall === null ? 'enough' : `${shortfall.reason}: ${shortfall.detail}`;
}

const audience = (...accepted: readonly string[]): Partial<Requirement> => ({
  audiencesByIssuer: new Map([['sample', new Set(accepted)]]),
});
const scopes = (all: readonly string[], ...any: readonly string[][]): Partial<Requirement> => ({
  scopes: { all, any, strategy: 'exact' },
});
const claim = (accepted: readonly (string | number | boolean)[] | null): Partial<Requirement> => ({
  claims: [sampleClaimRule(['c'], { accepted: accepted === null ? null : new Set(accepted) })],
});

describe('the issuer', () => {
  test('must be one that the pipeline accepts', () =>
    assert.match(judged({}, { issuer: 'other' }), /^issuer_untrusted: issuer other/));
  test('has audiences of its own', () => {
    const byIssuer = {
      audiencesByIssuer: new Map([
        ['sample', new Set(['a'])],
        ['other', new Set(['b'])],
      ]),
    };
    assert.equal(judged(byIssuer, { audiences: ['a'] }), 'enough');
    assert.match(judged(byIssuer, { audiences: ['b'] }), /^audience_wrong/);
    assert.equal(judged(byIssuer, { issuer: 'other', audiences: ['b'] }), 'enough');
  });
});

describe('the audience', () => {
  for (const [accepted, has, expected] of [
    [['a'], ['a'], 'enough'],
    [['a', 'b'], ['b'], 'enough'],
    [['a'], ['x', 'a'], 'enough'],
    [['a'], [], 'audience_wrong: no audience, accepted: ["a"]'],
    [
      ['a'],
      ['A'],
      'audience_wrong: aud is ["A"], accepted: ["a"]; near: "a" (differs by letter case)',
    ],
    [
      ['a'],
      ['a/'],
      'audience_wrong: aud is ["a/"], accepted: ["a"]; near: "a" (differs by the last slash)',
    ],
    [[], ['a'], 'audience_wrong: aud is ["a"], accepted: []'],
  ] as const) {
    test(`${JSON.stringify(has)} where ${JSON.stringify(accepted)} is accepted: ${expected}`, () =>
      assert.equal(judged(audience(...accepted), { audiences: has }), expected));
  }
  test('a long list of them makes no long log line', () => {
    const audiences = Array.from({ length: 1_000 }, (_, index) => `https://api-${index}.example`);
    assert.ok(judged(audience('a'), { audiences }).length < 300);
  });
});

describe('scopes', () => {
  for (const [title, require, granted, expected] of [
    ['all of a list', scopes(['a', 'b']), ['b', 'a', 'c'], 'enough'],
    [
      'not only some of it',
      scopes(['a', 'b']),
      ['a'],
      'scope_insufficient: scope b is missing; granted: a',
    ],
    ['one of a group', scopes([], ['a', 'b']), ['b'], 'enough'],
    [
      'none of a group',
      scopes([], ['a', 'b']),
      [],
      'scope_insufficient: none of the scopes a b; granted: none',
    ],
    ['one of each group', scopes([], ['a'], ['b']), ['a', 'b'], 'enough'],
    [
      'not only of the first group',
      scopes([], ['a'], ['b']),
      ['a'],
      'scope_insufficient: none of the scopes b; granted: a',
    ],
    [
      'both list and group',
      scopes(['a'], ['b']),
      ['b'],
      'scope_insufficient: scope a is missing; granted: b',
    ],
    [
      'of an empty group none',
      scopes([], []),
      ['a'],
      'scope_insufficient: none of the scopes ; granted: a',
    ],
  ] as const) {
    test(`${title}: ${expected}`, () =>
      assert.equal(judged(require, { scopes: new Set(granted) }), expected));
  }
});

describe('a claim', () => {
  for (const [value, accepted, expected] of [
    ['x', ['x'], 'enough'],
    ['x', ['y', 'x'], 'enough'],
    ['x', null, 'enough'],
    ['', null, 'enough'],
    [false, null, 'enough'],
    [false, [false], 'enough'],
    [0, [0], 'enough'],
    [['a', 'x'], ['x'], 'enough'],
    [['a'], ['x'], 'claim_refused: claim ["c"] is ["a"] (a list), accepted: "x" (a string)'],
    [[], ['x'], 'claim_refused: claim ["c"] is [] (a list), accepted: "x" (a string)'],
    [[['x']], ['x'], 'claim_refused: claim ["c"] is [["x"]] (a list), accepted: "x" (a string)'],
    ['y', ['x'], 'claim_refused: claim ["c"] is "y" (a string), accepted: "x" (a string)'],
    ['X', ['x'], 'claim_refused: claim ["c"] is "X" (a string), accepted: "x" (a string)'],
    ['true', [true], 'claim_refused: claim ["c"] is "true" (a string), accepted: true (a boolean)'],
    [1, [true], 'claim_refused: claim ["c"] is 1 (a number), accepted: true (a boolean)'],
    [null, ['null'], 'claim_refused: claim ["c"] is null (null), accepted: "null" (a string)'],
    [
      { x: 1 },
      ['x'],
      'claim_refused: claim ["c"] is {"x":1} (an object), accepted: "x" (a string)',
    ],
    ['xy', ['x'], 'claim_refused: claim ["c"] is "xy" (a string), accepted: "x" (a string)'],
  ] as const) {
    const rule = accepted === null ? 'must be there' : `must be of ${JSON.stringify(accepted)}`;
    test(`${JSON.stringify(value)} that ${rule}: ${expected}`, () =>
      assert.equal(judged(claim(accepted), { claims: { c: value } }), expected));
  }
  test('must be there at all, and no new token would help', () => {
    assert.equal(judged(claim(null), {}), 'claim_refused: claim ["c"] is absent, it must be there');
    assert.equal(
      judged(claim(['x']), {}),
      'claim_refused: claim ["c"] is absent, accepted: "x" (a string)',
    );
  });
  test('that is registered is missing where it is absent, and another token may have it', () => {
    const claims: readonly ClaimRule[] = [sampleClaimRule(['jti'])];
    assert.equal(judged({ claims }, {}), 'claim_missing: claim ["jti"] is absent');
    assert.equal(judged({ claims }, { claims: { jti: 'x' } }), 'enough');
  });
  test('of a megabyte makes a short line', () => {
    for (const c of ['x'.repeat(1 << 20), Array(1 << 18).fill('x'), { x: 'y'.repeat(1 << 20) }])
      assert.ok(judged(claim(['y']), { claims: { c } }).length < 500);
  });
  test('must satisfy every rule', () => {
    const claims: readonly ClaimRule[] = [
      sampleClaimRule(['c'], { accepted: new Set(['x']) }),
      sampleClaimRule(['d', 'e'], { accepted: new Set([1]) }),
    ];
    assert.equal(judged({ claims }, { claims: { c: 'x', d: { e: 1 } } }), 'enough');
    assert.match(judged({ claims }, { claims: { c: 'x', d: { e: 2 } } }), /claim_refused.*"e"/);
    assert.match(judged({ claims }, { claims: { c: 'x', d: {} } }), /claim_refused.*"e"/);
  });
});

test('what makes it another’s token is said first, then what is missing, then what it may not do', () => {
  const jti: ClaimRule = sampleClaimRule(['jti']);
  const claims = [sampleClaimRule(['c'], { accepted: new Set(['x']) }), jti] as const;
  const everything = { ...audience('a'), ...scopes(['s']), claims };
  const steps: readonly (readonly [Partial<Principal>, RegExp])[] = [
    [{ issuer: 'other' }, /^issuer_untrusted/],
    [{}, /^audience_wrong/],
    [{ audiences: ['a'] }, /^claim_missing/],
    [{ audiences: ['a'], claims: { jti: 'j' } }, /^scope_insufficient/],
    [{ audiences: ['a'], claims: { jti: 'j', c: 'y' } }, /^scope_insufficient/],
    [{ audiences: ['a'], claims: { jti: 'j', c: 'y' }, scopes: new Set(['s']) }, /^claim_refused/],
    [{ audiences: ['a'], claims: { jti: 'j', c: 'x' }, scopes: new Set(['s']) }, /^enough$/],
  ];
  for (const [principal, expected] of steps) assert.match(judged(everything, principal), expected);
});
