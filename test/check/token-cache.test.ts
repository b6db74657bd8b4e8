import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyOf, TokenCache, type Verified } from '../../src/check/token-cache.ts';
import type { Principal } from '../../src/decision/principal.ts';
import { secretKey } from '../../src/keys/fixed-keys.ts';
import { newGeneration } from '../../src/keys/key-store.ts';
import type { Issuer } from '../../src/policy/issuer.ts';
import { sampleIssuer, samplePolicy } from '../policy/samples.ts';

const key = (token: string): string => keyOf(token, []);

const ROOMY = { entries: 1_000, bytes: 1024 * 1024 };

function verifiedBy(issuer: Issuer, changed: Partial<Principal> = {}): Verified {
  const principal: Principal = {
    issuer: issuer.name,
    subject: 'client-1',
    audiences: [],
    scopes: new Set(),
    expiresAt: 0,
    notBefore: 0,
    issuedAt: null,
    claims: {},
    ...changed,
  };
  return { principal, issuer, generation: issuer.keys.generation };
}

/** Keys whose generation a test changes. */
function turningKeys(): { keys: Issuer['keys']; turn: () => void } {
  const keys = { ...secretKey(Buffer.alloc(32), 0) };
  return {
    keys,
    turn: () => {
      Object.assign(keys, { generation: newGeneration() });
    },
  };
}

describe('a verification is found again', () => {
  const issuer = sampleIssuer();
  const policy = samplePolicy({ issuers: [issuer] });

  test('by exactly its token', () => {
    const cache = new TokenCache(ROOMY);
    const verified = verifiedBy(issuer);
    cache.remember(key('a.b.c'), verified);
    assert.equal(cache.find(key('a.b.c'), policy), verified);
    for (const other of ['a.b.C', 'a.b.c ', 'a.b.', 'a.b', '', 'A.b.c']) {
      assert.equal(cache.find(key(other), policy), null, JSON.stringify(other));
    }
  });

  test('though a policy was replaced, where the issuer stayed the same', () => {
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    assert.notEqual(cache.find(key('a.b.c'), samplePolicy({ issuers: [issuer] })), null);
  });

  test('and holds who the token is of, never what was decided about it', () => {
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    const found = cache.find(key('a.b.c'), policy);
    assert.deepEqual(Object.keys(found ?? {}).sort(), ['generation', 'issuer', 'principal']);
  });
});

describe('a verification counts for nothing', () => {
  test('once the keys of its issuer have changed', () => {
    const { keys, turn } = turningKeys();
    const issuer = sampleIssuer({ keys });
    const policy = samplePolicy({ issuers: [issuer] });
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    assert.notEqual(cache.find(key('a.b.c'), policy), null);
    turn();
    assert.equal(cache.find(key('a.b.c'), policy), null);
  });

  test('if the keys changed while the token was verified', () => {
    const { keys, turn } = turningKeys();
    const issuer = sampleIssuer({ keys });
    const before = verifiedBy(issuer);
    turn();
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), before);
    assert.equal(cache.find(key('a.b.c'), samplePolicy({ issuers: [issuer] })), null);
  });

  test('once the settings of its issuer have changed, though its keys are the same', () => {
    const issuer = sampleIssuer();
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    const changed = { ...issuer, leeway: 0 };
    assert.equal(cache.find(key('a.b.c'), samplePolicy({ issuers: [changed] })), null);
  });

  test('once its issuer is gone', () => {
    const issuer = sampleIssuer();
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    assert.equal(cache.find(key('a.b.c'), samplePolicy({})), null);
  });

  test('until the token is verified anew', () => {
    const { keys, turn } = turningKeys();
    const issuer = sampleIssuer({ keys });
    const policy = samplePolicy({ issuers: [issuer] });
    const cache = new TokenCache(ROOMY);
    cache.remember(key('a.b.c'), verifiedBy(issuer));
    turn();
    const again = verifiedBy(issuer);
    cache.remember(key('a.b.c'), again);
    assert.equal(cache.find(key('a.b.c'), policy), again);
    assert.equal(cache.size, 1);
  });
});

describe('a cache is bounded', () => {
  const issuer = sampleIssuer();
  const policy = samplePolicy({ issuers: [issuer] });
  const fill = (cache: TokenCache, count: number, changed: Partial<Principal> = {}): void => {
    for (let index = 0; index < count; index += 1)
      cache.remember(key(`token ${index}`), verifiedBy(issuer, changed));
  };

  test('by entries, the longest unused first', () => {
    const cache = new TokenCache({ ...ROOMY, entries: 2 });
    cache.remember(key('a'), verifiedBy(issuer));
    cache.remember(key('b'), verifiedBy(issuer));
    cache.find(key('a'), policy);
    cache.remember(key('c'), verifiedBy(issuer));
    assert.equal(cache.size, 2);
    assert.deepEqual(
      ['a', 'b', 'c'].map((token) => cache.find(key(token), policy) !== null),
      [true, false, true],
    );
  });

  test('by bytes, an entry of next to nothing counted too', () => {
    const cache = new TokenCache({ entries: 1_000_000, bytes: 100 * 1024 });
    fill(cache, 10_000, { subject: null });
    assert.ok(cache.size > 100 && cache.size <= 350, `${cache.size} entries`);
  });

  for (const [what, changed] of [
    ['claims', { claims: { c: 'x'.repeat(10_000) } }],
    ['a subject', { subject: 'x'.repeat(10_000) }],
    ['scopes', { scopes: new Set(Array.from({ length: 200 }, (_, index) => `scope ${index}`)) }],
    ['audiences', { audiences: Array(1_000).fill('x'.repeat(10)) as string[] }],
  ] as const) {
    test(`by the bytes of ${what}`, () => {
      const cache = new TokenCache({ entries: 1_000_000, bytes: 100 * 1024 });
      fill(cache, 100, changed);
      assert.ok(cache.size <= 10, `${cache.size} entries`);
    });
  }

  test('and one entry that is larger than all of it is not kept', () => {
    const cache = new TokenCache({ entries: 10, bytes: 1_000 });
    cache.remember(key('a'), verifiedBy(issuer, { subject: 'x'.repeat(1_000) }));
    assert.equal(cache.size, 0);
  });
});
