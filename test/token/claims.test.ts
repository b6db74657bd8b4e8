import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readClaims, scopesOf, timeRefusal, timeShown } from '../../src/token/claims.ts';

/** The last second of the year 9999. */
const LATEST = 253_402_300_799;

function read(claims: Record<string, unknown>): unknown {
  const result = readClaims(claims);
  return result.ok ? result.claims : `${result.reason}: ${result.detail}`;
}

describe('the registered claims', () => {
  const least = {
    subject: null,
    audiences: [],
    expiresAt: 1,
    notBefore: Number.NEGATIVE_INFINITY,
    issuedAt: null,
  };

  for (const [title, claims, expected] of [
    ['need to be no more than exp', { exp: 1 }, least],
    ['have a subject', { exp: 1, sub: 'a' }, { ...least, subject: 'a' }],
    ['may have an empty subject', { exp: 1, sub: '' }, { ...least, subject: '' }],
    ['have one audience', { exp: 1, aud: 'a' }, { ...least, audiences: ['a'] }],
    ['have several audiences', { exp: 1, aud: ['a', 'b'] }, { ...least, audiences: ['a', 'b'] }],
    ['may have an empty list of audiences', { exp: 1, aud: [] }, least],
    ['begin at nbf', { exp: 1, nbf: 5 }, { ...least, notBefore: 5 }],
    ['begin at iat', { exp: 1, iat: 7 }, { ...least, notBefore: 7, issuedAt: 7 }],
    [
      'begin at the later of the two',
      { exp: 1, nbf: 5, iat: 7 },
      { ...least, notBefore: 7, issuedAt: 7 },
    ],
    [
      'begin at the later, whichever it is',
      { exp: 1, nbf: 9, iat: 7 },
      { ...least, notBefore: 9, issuedAt: 7 },
    ],
    ['may have times with fractions', { exp: 1.5 }, { ...least, expiresAt: 1.5 }],
    ['may have times before 1970', { exp: -1 }, { ...least, expiresAt: -1 }],
    ['may end in the year 9999', { exp: LATEST }, { ...least, expiresAt: LATEST }],
    ['may have a jti', { exp: 1, jti: 'x' }, least],
  ] as const) {
    test(title, () => assert.deepEqual(read({ ...claims }), expected));
  }

  for (const [claims, refused] of [
    [{}, 'token_unbounded: no exp'],
    [{ exp: null }, 'token_unbounded: exp is not a time: null (null)'],
    [{ exp: true }, 'token_unbounded: exp is not a time: true (a boolean)'],
    [{ exp: [1] }, 'token_unbounded: exp is not a time: [1] (a list)'],
    [{ exp: LATEST + 1 }, `token_unbounded: exp is not a time: ${LATEST + 1} (a number)`],
    [{ exp: -LATEST - 1 }, `token_unbounded: exp is not a time: ${-LATEST - 1} (a number)`],
    [{ exp: Number.NEGATIVE_INFINITY }, 'token_unbounded: exp is not a time: null (a number)'],
    [
      { exp: 1_795_873_063_642 },
      'token_unbounded: exp is not a time: 1795873063642 (a number); it seems to be in milliseconds, and seconds are meant (RFC 7519 section 2)',
    ],
    [
      { exp: '1795873063' },
      'token_unbounded: exp is not a time: "1795873063" (a string); the number stands in quotes',
    ],
    [{ exp: 1, sub: null }, 'claim_malformed: sub is null (null), it must be a string'],
    [{ exp: 1, sub: ['a'] }, 'claim_malformed: sub is ["a"] (a list), it must be a string'],
    [
      { exp: 1, aud: null },
      'claim_malformed: aud is null (null), it must be a string or a list of strings',
    ],
    [
      { exp: 1, aud: {} },
      'claim_malformed: aud is {} (an object), it must be a string or a list of strings',
    ],
    [
      { exp: 1, aud: [['a']] },
      'claim_malformed: aud is [["a"]] (a list), it must be a string or a list of strings',
    ],
    [
      { exp: 1, aud: [null] },
      'claim_malformed: aud is [null] (a list), it must be a string or a list of strings',
    ],
    [
      { exp: 1, nbf: null },
      'claim_malformed: nbf is null (null), it must be a time in seconds since 1970',
    ],
    [
      { exp: 1, nbf: LATEST + 1 },
      `claim_malformed: nbf is ${LATEST + 1} (a number), it must be a time in seconds since 1970`,
    ],
    [
      { exp: 1, iat: false },
      'claim_malformed: iat is false (a boolean), it must be a time in seconds since 1970',
    ],
    [{ exp: 1, jti: null }, 'claim_malformed: jti is null (null), it must be a string'],
    [{ sub: 7 }, 'token_unbounded: no exp'],
  ] as const) {
    test(`${JSON.stringify(claims)} are refused: ${refused}`, () =>
      assert.equal(read({ ...claims }), refused));
  }
});

test('of an issuer with another claim for the audience have its type checked there', () => {
  const profile = { audienceClaim: ['client_id'], maxLifetime: null } as const;
  const read = readClaims({ exp: 1, client_id: 7 }, profile);
  assert.equal(read.ok ? 'read' : read.reason, 'claim_malformed');
});

describe('a token may be used from nbf - leeway up to, but not at, exp + leeway', () => {
  const token = { expiresAt: 1000, notBefore: 500 };
  for (const [now, leeway, refusal] of [
    [1029.999, 30, null],
    [1030, 30, 'token_expired'],
    [1031, 30, 'token_expired'],
    [999.999, 0, null],
    [1000, 0, 'token_expired'],
    [470, 30, null],
    [469.999, 30, 'token_premature'],
    [500, 0, null],
    [499, 0, 'token_premature'],
  ] as const) {
    test(`at ${now} with a leeway of ${leeway}: ${refusal ?? 'yes'}`, () =>
      assert.equal(timeRefusal(token, leeway, now), refusal));
  }

  test('one that begins after its end is never valid, and expired where it is both', () => {
    assert.equal(timeRefusal({ expiresAt: 1, notBefore: 9 }, 0, 5), 'token_expired');
    assert.equal(timeRefusal({ expiresAt: 6, notBefore: 9 }, 0, 5), 'token_premature');
  });

  test('one without nbf and iat has always begun', () => {
    const old = { expiresAt: 10, notBefore: Number.NEGATIVE_INFINITY };
    assert.equal(timeRefusal(old, 0, -1e12), null);
  });
});

describe('how a token stands in time is shown with the claim, by how much, and the leeway', () => {
  const NEVER = Number.NEGATIVE_INFINITY;
  for (const [expiresAt, notBefore, issuedAt, says] of [
    [1_100, NEVER, null, /^exp in 100 s$/],
    [990, NEVER, null, /^exp was 10 s ago, saved by the leeway 30 s$/],
    [925, NEVER, null, /^exp was 75 s ago, leeway 30 s$/],
    [2_000, 1_060, 1_060, /^iat is 60 s ahead, leeway 30 s: /],
    [2_000, 1_060, 900, /^nbf is 60 s ahead, leeway 30 s: /],
    [2_000, 1_010, 1_010, /^exp in 1000 s; iat is 10 s ahead, saved by the leeway 30 s$/],
  ] as const) {
    test(String(says), () =>
      assert.match(timeShown({ expiresAt, notBefore, issuedAt }, 30, 1_000), says),
    );
  }
});

describe('scopes', () => {
  for (const [title, claims, scopes] of [
    ['are words of scope', { scope: 'a b' }, ['a', 'b']],
    ['are parted by any number of spaces', { scope: '  a   b ' }, ['a', 'b']],
    ['are parted by spaces only', { scope: 'a\tb,c' }, ['a\tb,c']],
    ['may be a list', { scope: ['a', 'b c'] }, ['a', 'b c']],
    [
      'come from scope, scp and permissions together',
      { scope: 'a', scp: ['b'], permissions: ['c'] },
      ['a', 'b', 'c'],
    ],
    ['may be words in scp and permissions', { scp: 'a b', permissions: 'c' }, ['a', 'b', 'c']],
    ['leave out what is no text', { scope: ['a', 1, null, ['b'], {}] }, ['a']],
    ['of other types are none', { scope: 7, scp: null, permissions: true }, []],
    ['may be missing', {}, []],
    ['may be empty', { scope: '', scp: [] }, []],
  ] as const) {
    test(title, () => assert.deepEqual(scopesOf({ ...claims }), scopes));
  }
});
