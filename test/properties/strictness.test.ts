import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authorize } from '../../src/check/authorize.ts';
import type { Principal } from '../../src/decision/principal.ts';
import { compilePattern } from '../../src/policy/pattern.ts';
import type {
  ClaimRule,
  ClaimValue,
  Requirement,
  TokenRequirement,
} from '../../src/policy/requirement.ts';
import { asksAtLeast } from '../../src/policy/strictness.ts';
import { samplePipeline, sampleRequest } from '../policy/samples.ts';

const letter = fc.constantFrom('a', 'b', 'c');
const letters = fc.uniqueArray(letter, { minLength: 1 });
const issuer = fc.constantFrom('one', 'two');
const values = letters.map((all) => all as readonly ClaimValue[]);
const claimRule: fc.Arbitrary<ClaimRule> = fc.record({
  path: fc.constantFrom(['x'] as const, ['y'] as const),
  accepted: fc.option(letters.map((all) => new Set<ClaimValue>(all))),
  contains: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, values),
  containsAny: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, values),
  matches: fc.option(fc.constantFrom('a', '[ab]', '.*').map(compilePattern), { freq: 1 }),
  not: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const tokenRequirement: fc.Arbitrary<TokenRequirement> = fc.record({
  audiencesByIssuer: fc
    .dictionary(
      issuer,
      fc.oneof(
        fc.constant('any' as const),
        letters.map((all) => new Set(all)),
      ),
      { minKeys: 1 },
    )
    .map((byIssuer) => new Map(Object.entries(byIssuer))),
  scopes: fc.record({
    all: fc.uniqueArray(letter, { maxLength: 2 }),
    any: fc.array(letters, { maxLength: 2 }),
    strategy: fc.constantFrom('exact', 'hierarchic', 'wildcard'),
  }),
  claims: fc.array(claimRule, { maxLength: 2 }),
  clients: fc.option(
    letters.map((all) => new Set(all)),
    { freq: 1 },
  ),
  maxAge: fc.option(fc.constantFrom(5, 15), { freq: 1 }),
  condition: fc.constant(null),
  consumerOf: fc.constant(null),
  authentication: fc.option(
    fc.record({
      maxAge: fc.option(fc.constantFrom(5, 15)),
      acr: fc.uniqueArray(letter, { maxLength: 2 }),
    }),
    { freq: 1 },
  ),
});
const requirement: fc.Arbitrary<Requirement> = fc
  .tuple(tokenRequirement, fc.array(tokenRequirement, { maxLength: 2 }), fc.boolean())
  .map(([one, anyOf, optional]) => ({ ...one, anyOf, optional }));
const pipeline = fc
  .tuple(
    fc.option(requirement, { freq: 8 }),
    fc.constantFrom('enforce' as const, 'shadow' as const),
  )
  .map(([require, mode]) => samplePipeline('p', { require, mode }));
const principal: fc.Arbitrary<Principal> = fc
  .tuple(
    issuer,
    letters,
    fc.uniqueArray(letter),
    fc.dictionary(fc.constantFrom('x', 'y', 'azp', 'acr'), fc.oneof(letter, letters)),
    fc.constantFrom(985, 995),
  )
  .map(([from, audiences, scopes, claims, issuedAt]) => ({
    issuer: from,
    subject: 's',
    audiences,
    scopes: new Set(scopes),
    expiresAt: 0,
    notBefore: 0,
    issuedAt,
    claims: { ...claims, auth_time: issuedAt },
  }));

/** Whether a request with this token passes; null is none. */
function passes(one: ReturnType<typeof samplePipeline>, who: Principal | null): boolean {
  if (one.require === null || one.mode === 'shadow') return true;
  return who === null
    ? one.require.optional
    : authorize(one.require, who, 1_000, sampleRequest(), null) === null;
}

test('whoever passes what asks at least as much passes the other', () => {
  let held = 0;
  fc.assert(
    fc.property(
      pipeline,
      pipeline,
      fc.array(fc.option(principal), { minLength: 8 }),
      (a, b, all) => {
        if (!asksAtLeast(a, b)) return;
        held += a.require !== null && b.require !== null ? 1 : 0;
        for (const who of all) assert.ok(!passes(a, who) || passes(b, who));
      },
    ),
    { numRuns: 20_000 },
  );
  assert.ok(held > 200, `${held} pairs: too few to mean anything`);
});

test('what asks for no less than itself with more asks at least as much, and not the other way round', () => {
  fc.assert(
    fc.property(requirement, letter, (require, scope) => {
      const less = samplePipeline('less', { require });
      const scopes = { ...require.scopes, all: [...require.scopes.all, `more-${scope}`] };
      const more = samplePipeline('more', { require: { ...require, scopes } });
      assert.ok(asksAtLeast(more, less));
      assert.ok(!asksAtLeast(less, more));
    }),
  );
});
