import fc from 'fast-check';
import type { Decision } from '../../src/check/decision.ts';
import { refuse } from '../../src/check/decision.ts';
import { shadowIdentity } from '../../src/check/identity.ts';
import type { Principal } from '../../src/decision/principal.ts';
import { REASON_NAMES, REASONS, type RefusalReason } from '../../src/decision/reason.ts';
import { removalsOf } from '../../src/policy/header-removals.ts';
import type { ForwardRule, Pipeline } from '../../src/policy/pipeline.ts';
import { samplePipeline, sampleRequirement } from '../policy/samples.ts';

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const scope = fc.stringMatching(/^[!#-[\]-~]{1,8}$/);
const claimName = fc.constantFrom('sub', 'scope', 'tenant', 'constructor');
const claim = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const strip = fc.constantFrom('keep', 'strip');
const rule: fc.Arbitrary<ForwardRule> = fc.record({
  from: fc.constant('claim'),
  name: fc.constantFrom('x-user', 'x-auth-tenant', 'x-mail'),
  path: fc.tuple(claimName),
  as: fc.constantFrom('text', 'json'),
});

/** A pipeline as the configuration may make one. */
export const pipeline: fc.Arbitrary<Pipeline> = fc
  .record({
    name: label,
    mode: fc.constantFrom('enforce', 'shadow'),
    all: fc.array(scope, { maxLength: 3 }),
    any: fc.array(fc.array(scope, { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
    rules: fc.uniqueArray(rule, { selector: ({ name }) => name, maxLength: 3 }),
    others: fc.uniqueArray(label, { maxLength: 3 }),
    token: strip,
    overrideHeaders: strip,
  })
  .map(({ name, mode, all, any, rules, others, token, overrideHeaders }) => {
    const identityHeaders = [...new Set([...rules.map((one) => one.name), ...others])];
    return samplePipeline(name, {
      mode,
      require: sampleRequirement({ scopes: { all, any, strategy: 'exact' } }),
      forward: rules,
      removes: removalsOf(
        { identityHeaders, tokenFrom: null, conditions: [] },
        { token, overrideHeaders },
      ),
    });
  });

/** The holder of a token. */
export const principal: fc.Arbitrary<Principal> = fc.record({
  issuer: label,
  subject: fc.option(fc.string({ unit: 'binary', maxLength: 30 })),
  audiences: fc.array(label, { maxLength: 2 }),
  scopes: fc.array(scope, { maxLength: 3 }).map((scopes) => new Set(scopes)),
  expiresAt: fc.integer(),
  notBefore: fc.integer(),
  issuedAt: fc.option(fc.integer()),
  claims: fc.dictionary(claimName, claim, { maxKeys: 4 }),
});

export const REFUSALS = REASON_NAMES.filter(
  (reason): reason is RefusalReason => REASONS[reason].outcome !== 'allow',
);

/** A refusal for a reason, with or without a pipeline and a verified token. */
export function refusalFor(reason: RefusalReason): fc.Arbitrary<Decision> {
  return fc
    .record({
      one: fc.option(pipeline),
      holder: fc.option(principal),
      issuer: label,
      detail: claim,
    })
    .map(({ one, holder, issuer, detail }) =>
      refuse(reason, {
        ...(one === null ? {} : { pipeline: one }),
        ...(holder === null ? { issuer } : { principal: holder }),
        detail: String(JSON.stringify(detail)),
        identity:
          one === null || holder === null
            ? []
            : shadowIdentity(one, holder, null, '', 8_192, reason),
      }),
    );
}

/** An allowed request with any headers that `identityOf` may have made. */
export const allowance: fc.Arbitrary<Decision> = fc
  .tuple(pipeline, principal, fc.string({ unit: 'grapheme', maxLength: 200 }))
  .map(([one, holder, value]) => ({
    outcome: 'allow',
    reason: 'verified',
    pipeline: one,
    principal: holder,
    identity: one.forward.map(({ name }) => ({ name, value: `${name} ${value}` })),
  }));
