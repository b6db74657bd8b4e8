import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { extract } from '../../src/check/extract.ts';

const LIMIT = 20;

function extracted(authorization: string | null): string {
  const found = extract(authorization, LIMIT);
  return found.ok ? `token ${found.token}` : found.reason;
}

describe('the one Bearer token is taken out of an Authorization header', () => {
  for (const [authorization, expected] of [
    ['Bearer a', 'token a'],
    ['BEARER a', 'token a'],
    ['Bearer    a', 'token a'],
    // What follows the scheme is judged when it is decoded: see test/token/jws.test.ts.
    ['Bearer a b', 'token a b'],
    ['Bearer \ta', 'token \ta'],
    ['Bearer a.b.c', 'token a.b.c'],
    ['Bearer A-z0._~+/9==', 'token A-z0._~+/9=='],
    ['Bearer bearer', 'token bearer'],
  ] as const) {
    test(JSON.stringify(authorization), () => assert.equal(extracted(authorization), expected));
  }
});

describe('without one, the reason tells whether a token was meant', () => {
  for (const [authorization, reason] of [
    [null, 'token_missing'],
    ['', 'token_missing'],
    [' ', 'token_missing'],
    ['a.b.c', 'token_missing'],
    ['Basic a', 'token_missing'],
    ['DPoP a.b.c', 'token_missing'],
    ['Bear er a', 'token_missing'],
    ['Bearer-Like a', 'token_missing'],
    ['Bearer2 a', 'token_missing'],
    ['Token Bearer a', 'token_missing'],
    ['Digest a="b", c="d"', 'token_missing'],
    ['Basic a, DPoP b', 'token_missing'],
    ['Bearer ', 'token_malformed'],
    ['Bearer  ', 'token_malformed'],
    [' Bearer a', 'token_malformed'],
    ['\tBearer a', 'token_malformed'],
    // Readers there are that take these for a Bearer token.
    ['Bearer: a', 'token_malformed'],
    ['Bearer=a', 'token_malformed'],
    ['Bearer\u00a0a', 'token_malformed'],
    ['Bearer\u001fa', 'token_malformed'],
    ['\u00a0Bearer a', 'token_malformed'],
    ['Bearer!a', 'token_malformed'],
    ['Bearer a,', 'token_ambiguous'],
    [',Bearer a', 'token_ambiguous'],
    ['Bearer a,b', 'token_ambiguous'],
    ['Bearer a, Basic b', 'token_ambiguous'],
    ['Basic b,bearer a', 'token_ambiguous'],
    ['Basic b,\tBEARER\ta', 'token_ambiguous'],
    ['Basic b,\u00a0Bearer\u00a0a', 'token_ambiguous'],
    ['Bearer ,Basic b', 'token_ambiguous'],
    ['Digest a="b", Bearer', 'token_ambiguous'],
  ] as const) {
    test(`${JSON.stringify(authorization)} is ${reason}`, () =>
      assert.equal(extracted(authorization), reason));
  }
});

describe('the length of a token is limited before it is looked at', () => {
  const long = 'a'.repeat(LIMIT);
  test('as long as the limit is not too long', () =>
    assert.equal(extracted(`Bearer ${long}`), `token ${long}`));
  test('one character more is', () =>
    assert.equal(extracted(`Bearer ${long}a`), 'token_oversized'));
  test('spaces count', () => assert.equal(extracted(`Bearer  ${long}`), 'token_oversized'));
  test('junk that is no token counts', () =>
    assert.equal(extracted(`Bearer ${'\u00e4'.repeat(LIMIT + 1)}`), 'token_oversized'));
  test('another scheme is no token however long it is', () =>
    assert.equal(extracted(`Basic ${long}${long}`), 'token_missing'));
  test('two tokens are two, however long they are', () =>
    assert.equal(extracted(`Bearer ${long}${long},Bearer ${long}`), 'token_ambiguous'));
});
