import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Decision } from '../../src/check/decision.ts';
import { refuse } from '../../src/check/decision.ts';
import { identityOf, shadowIdentity } from '../../src/check/identity.ts';
import { requireAll } from '../../src/check/require-all.ts';
import type { Principal } from '../../src/decision/principal.ts';
import type { ForwardRule, Pipeline } from '../../src/policy/pipeline.ts';
import { samplePipeline } from '../policy/samples.ts';

const PRINCIPAL: Principal = {
  issuer: 'sample',
  subject: 'me',
  audiences: [],
  scopes: new Set(),
  expiresAt: 0,
  notBefore: 0,
  issuedAt: null,
  claims: { sub: 'me', name: 'me', mail: 'a@b.example' },
};

const rule = (name: string, claim: string): ForwardRule => ({
  from: 'claim',
  name,
  path: [claim],
  as: 'text',
});
const pipeline = (
  name: string,
  rules: readonly ForwardRule[] = [],
  changed: Partial<Pipeline> = {},
) =>
  samplePipeline(name, {
    forward: rules,
    removes: { always: [`twin-of-${name}`], unlessSet: ['x-user'] },
    ...changed,
  });
const allow = (one: Pipeline): Decision =>
  one.require === null
    ? { outcome: 'allow', reason: 'anonymous', pipeline: one, principal: null, identity: [] }
    : {
        outcome: 'allow',
        reason: 'verified',
        pipeline: one,
        principal: PRINCIPAL,
        identity: identityFor(one),
      };

const identityFor = (one: Pipeline) => {
  const identity = identityOf(one.forward, PRINCIPAL, null, '', 8_192);
  assert.ok(identity.ok);
  return identity.headers;
};

/** Decides under pipelines of which some refuse; at once, or in time. */
async function decide(
  pipelines: readonly Pipeline[],
  refusing: readonly string[],
): Promise<Decision> {
  const under = (one: Pipeline): Decision =>
    refusing.includes(one.name) ? refuse('scope_insufficient', { pipeline: one }) : allow(one);
  const atOnce = requireAll(pipelines, under);
  assert.ok(!(atOnce instanceof Promise), 'no promise where none is given');
  const inTime = await requireAll(pipelines, (one) => Promise.resolve(under(one)));
  assert.deepEqual(inTime, atOnce);
  return atOnce;
}

describe('a decision under every pipeline that may be the right one', () => {
  const [a, b] = [pipeline('a'), pipeline('b')];
  const shadow = pipeline('shadow', [], { mode: 'shadow' });
  const open = pipeline('open', [], { require: null });
  const rows: readonly (readonly [readonly Pipeline[], readonly string[], string, string])[] = [
    [[a, b], [], 'verified', 'a'],
    [[a, b], ['b'], 'scope_insufficient', 'b'],
    [[a, b], ['a', 'b'], 'scope_insufficient', 'a'],
    [[shadow, b], ['shadow', 'b'], 'scope_insufficient', 'b'],
    [[a, shadow], ['shadow'], 'scope_insufficient', 'shadow'],
    [[open, a], [], 'verified', 'a'],
    [[open, a], ['a'], 'scope_insufficient', 'a'],
    [[open], [], 'anonymous', 'open'],
  ];
  for (const [pipelines, refusing, reason, name] of rows) {
    const who = pipelines.map((one) => one.name).join(' and ');
    test(`${who}, refused by ${refusing.join(' and ') || 'none'}: ${reason} of ${name}`, async () => {
      const decision = await decide(pipelines, refusing);
      assert.equal(decision.reason, reason);
      assert.equal(decision.pipeline?.name, name);
    });
  }

  test('a token is taken out wherever one of them looks for it', async () => {
    const { pipeline } = await requireAll(
      [
        samplePipeline('a', { require: null, stripsFrom: [{ in: 'cookie', name: 'a' }] }),
        samplePipeline('b', { require: null, stripsFrom: [{ in: 'query', name: 'b' }] }),
      ],
      (one) => ({
        outcome: 'allow',
        reason: 'anonymous',
        pipeline: one,
        principal: null,
        identity: [],
      }),
    );
    assert.deepEqual(
      pipeline?.stripsFrom.map(({ name }) => name),
      ['a', 'b'],
    );
  });

  test('everything that one of them removes is removed', async () => {
    const { pipeline: used } = await decide([a, b], []);
    assert.deepEqual(used?.removes.always, ['twin-of-a', 'twin-of-b']);
  });

  test('headers that all set alike are set, by whichever claims', async () => {
    const one = pipeline('one', [rule('x-user', 'sub'), rule('x-mail', 'absent')]);
    const two = pipeline('two', [rule('x-user', 'name')]);
    const decision = await decide([one, two], []);
    assert.ok(decision.outcome === 'allow');
    assert.deepEqual(decision.identity, [{ name: 'x-user', value: 'me' }]);
    assert.ok(decision.pipeline.removes.unlessSet.includes('x-mail'));
  });

  describe('where they disagree about an identity header, the request is refused', () => {
    const user = pipeline('user', [rule('x-user', 'sub')]);
    const mail = pipeline('mail', [rule('x-user', 'mail')]);
    const rows: readonly (readonly [string, readonly Pipeline[]])[] = [
      ['another value', [user, mail]],
      ['one that only the first sets', [user, a]],
      ['one that only the second sets', [a, user]],
      ['one of three', [user, user, mail]],
      ['one beside what asks for no token', [open, user]],
    ];
    for (const [title, pipelines] of rows) {
      test(title, async () => {
        const decision = await decide(pipelines, []);
        assert.equal(decision.reason, 'pipeline_conflict');
        assert.match(
          decision.outcome === 'deny' ? decision.detail : '',
          /header x-user differently/,
        );
      });
    }

    test('also where one of them is in shadow mode, and only said where all are', async () => {
      const shadowed = { ...user, mode: 'shadow' as const };
      const half = await decide([shadowed, mail], []);
      assert.deepEqual([half.reason, half.pipeline?.mode], ['pipeline_conflict', 'enforce']);
      const all = await decide([shadowed, { ...mail, mode: 'shadow' }], []);
      assert.deepEqual([all.reason, all.pipeline?.mode], ['pipeline_conflict', 'shadow']);
      assert.deepEqual(all.identity, []);
    });
  });

  describe('beside a refusal in shadow mode', () => {
    const user = pipeline('user', [rule('x-user', 'sub'), rule('x-mail', 'mail')]);
    const shadowed = (name: string, rules: readonly ForwardRule[]) =>
      pipeline(name, rules, { mode: 'shadow' });
    const refusing = (claims: Principal['claims'] | null) => (one: Pipeline) => {
      if (one.mode !== 'shadow') return allow(one);
      if (claims === null) return refuse('scope_insufficient', { pipeline: one });
      const principal = { ...PRINCIPAL, claims };
      const identity = shadowIdentity(one, principal, null, '', 8_192, 'scope_insufficient');
      return refuse('scope_insufficient', { pipeline: one, principal, identity });
    };

    test('the identity of a pipeline that is enforced is not taken away', async () => {
      for (const claims of [null, { sub: 'other' }]) {
        const decision = await requireAll([user, shadowed('s', [])], refusing(claims));
        assert.deepEqual(
          [decision.reason, decision.pipeline?.mode],
          ['pipeline_conflict', 'enforce'],
        );
      }
    });

    test('the request passes with the same headers where both say who calls alike', async () => {
      const decision = await requireAll(
        [user, shadowed('s', user.forward)],
        refusing(PRINCIPAL.claims),
      );
      assert.deepEqual([decision.reason, decision.pipeline?.name], ['scope_insufficient', 's']);
      assert.equal(decision.identity.length, 2);
    });

    test('it passes with the headers that all agree on where none is enforced', async () => {
      const [one, two] = [shadowed('one', user.forward), shadowed('two', user.forward)];
      const decision = await requireAll([one, two], (each) =>
        refusing({ sub: 'me', mail: `${each.name}@b.example` })(each),
      );
      assert.equal(decision.reason, 'scope_insufficient');
      assert.deepEqual(decision.identity, [{ name: 'x-user', value: 'me' }]);
    });
  });
});
