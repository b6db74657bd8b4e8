import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ANNOTATION_NAMES,
  NO_POLICY,
  readAnnotations,
} from '../../../src/routes/policy/annotations.ts';

const read = (annotations: Readonly<Record<string, unknown>>) =>
  readAnnotations(
    Object.entries(annotations).map(([name, value]) => [`watchword.dev/${name}`, value] as const),
  );

describe('annotations that are right', () => {
  const rows: readonly (readonly [string, string, unknown])[] = [
    ['issuers', 'auth0 okta', ['auth0', 'okta']],
    ['issuers', '  auth0   auth0 ', ['auth0']],
    ['audiences', 'https://api.example urn:x', ['https://api.example', 'urn:x']],
    ['scopes', 'read:orders write', ['read:orders', 'write']],
    ['scopes-any', 'a b', ['a', 'b']],
    ['mode', 'enforce', 'enforce'],
    ['mode', ' shadow ', 'shadow'],
    ['public-paths', '/health /docs/**', ['/health', '/docs/**']],
    [
      'forward-headers',
      'X-User=sub x-mail=https://claims.example/email',
      [
        { from: 'claim', name: 'x-user', path: ['sub'], as: 'text' },
        { from: 'claim', name: 'x-mail', path: ['https://claims.example/email'], as: 'text' },
      ],
    ],
  ];
  for (const [name, value, expected] of rows) {
    test(`${name}: ${value}`, () => {
      const { tightening, faults } = read({ [name]: value });
      assert.deepEqual(faults, []);
      assert.deepEqual(tightening, { [name]: expected });
    });
  }

  test('the pipeline is a name of its own', () => {
    const policy = read({ pipeline: 'orders', scopes: 'a' });
    assert.deepEqual(policy, { pipeline: 'orders', tightening: { scopes: ['a'] }, faults: [] });
  });

  test('names of others are not looked at', () => {
    assert.equal(readAnnotations([['other.example/pipeline', '\r\n']]), NO_POLICY);
  });
});

describe('annotations that are wrong', () => {
  const rows: readonly (readonly [string, unknown, RegExp])[] = [
    ['pipelines', 'x', /unknown/],
    ['', 'x', /unknown/],
    ['default-pipeline', 'x', /unknown/],
    ['__proto__', 'x', /unknown/],
    ['pipeline', 'two names', /one name/],
    ['pipeline', 'Upper', /one name/],
    ['pipeline', '', /empty/],
    ['pipeline', 7, /string/],
    ['scopes', '   ', /empty/],
    ['scopes', 'a\r\nb', /line break/],
    ['scopes', 'a\u0000', /control/],
    ['scopes', 'a"b', /not a scope/],
    ['scopes', 'x'.repeat(100_000), /longer than/],
    ['scopes', Array.from({ length: 65 }, (_, i) => `s${i}`).join(' '), /more than 64/],
    ['issuers', 'Auth_0', /not the name/],
    ['mode', 'off', /'enforce' or 'shadow'/],
    ['public-paths', 'health', /does not begin/],
    ['public-paths', '/a/../b', /several readings/],
    ['public-paths', '/a/**/b', /at the end/],
    ['forward-headers', 'x-user', /HEADER=CLAIM/],
    ['forward-headers', '=sub', /HEADER=CLAIM/],
    ['forward-headers', 'x-user=', /HEADER=CLAIM/],
    ['forward-headers', 'x user=sub', /HEADER=CLAIM/],
    ['forward-headers', 'x-user=sub X-User=name', /twice/],
  ];
  for (const [name, value, expected] of rows) {
    test(`${name}: ${String(value).slice(0, 20)}`, () => {
      const entries = [[`watchword.dev/${name}`, value]] as const;
      const { faults } = readAnnotations(entries);
      assert.equal(faults.length, 1);
      assert.match(String(faults[0]), expected);
      assert.ok(String(faults[0]).length < 400, 'a fault goes into an Event');
    });
  }

  test('one wrong annotation does not hide another', () => {
    assert.equal(read({ scope: 'a', mode: 'x', scopes: 'b' }).faults.length, 2);
  });

  test('no value makes reading throw, and every fault is short', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ANNOTATION_NAMES, 'other'),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.anything()),
        (name, value) => {
          const { faults } = read({ [name]: value });
          for (const fault of faults) assert.ok(fault.length < 400);
        },
      ),
    );
  });
});
