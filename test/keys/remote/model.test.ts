import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { Model } from './model.ts';
import type { Health } from './model-issuer.ts';
import { type KeySettings, ModelWorld, tokenOf } from './model-world.ts';

/*
 * Random sequences of what happens to keys, against a model that has no cache, no timers and no tricks with clocks: it knows
 * what the issuer has answered and when, and says of each question what must not and what must be the answer.
 */

const START = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of a token that outlives every sequence. */
const LONG_LIFE = 10_000 * HOUR;
const KIDS = ['a', 'b', 'c', 'd'];
/** Fetches that requests may cause in a minute are fewer. */
const STRANGERS = 8;

type Step =
  | { readonly do: 'publish' | 'withdraw'; readonly kid: string }
  | { readonly do: 'rotate'; readonly from: string; readonly to: string }
  | { readonly do: 'ask'; readonly kid: string; readonly lives: number }
  | { readonly do: 'ask all' | 'flood' }
  | { readonly do: 'pass' | 'jump'; readonly ms: number }
  | { readonly do: 'turn'; readonly health: Health }
  | { readonly do: 'reload' }
  | { readonly do: 'reload with'; readonly settings: KeySettings };

const kid = fc.constantFrom(...KIDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const), kid }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), kid }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('rotate' as const), from: kid, to: kid }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      kid,
      lives: fc.constantFrom(10 * MINUTE, LONG_LIFE),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask all' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flood' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 1_000, 3_000, 11_000, 35_000, 2 * MINUTE, 10 * MINUTE),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(35_000, MINUTE, 30 * MINUTE, 2 * HOUR),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      health: fc.constantFrom<Health>('up', 'up', 'down', 'garbage'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reload with' as const),
      settings: fc.record({
        maxStale: fc.constantFrom(5 * MINUTE, HOUR, 12 * HOUR),
        grace: fc.constantFrom(0, 20_000, 5 * MINUTE),
      }),
    }),
  },
);

async function take(one: Step, fixture: ModelWorld, model: Model): Promise<void> {
  switch (one.do) {
    case 'publish':
      publish(one.kid, fixture, model);
      return;
    case 'withdraw':
      withdraw(one.kid, fixture, model);
      return;
    case 'rotate':
      publish(one.to, fixture, model);
      if (one.from !== one.to) withdraw(one.from, fixture, model);
      return;
    case 'ask':
      await ask(one.kid, one.lives, fixture, model);
      return;
    case 'ask all':
      for (const name of KIDS) await ask(name, LONG_LIFE, fixture, model);
      return;
    case 'flood':
      await flood(fixture, model);
      return;
    case 'pass':
      await fixture.pass(one.ms);
      model.refreshed();
      return;
    case 'jump':
      fixture.jump(one.ms);
      return;
    case 'turn':
      fixture.issuer.health = one.health;
      model.changed();
      return;
    case 'reload':
      fixture.reload();
      return;
    case 'reload with':
      await fixture.reloadWith(one.settings);
      model.changed();
      return;
  }
}

function publish(name: string, fixture: ModelWorld, model: Model): void {
  fixture.issuer.published.add(name);
  model.published(name);
}

/** An empty set counts as a failed fetch; that is garbage's part. */
function withdraw(name: string, fixture: ModelWorld, model: Model): void {
  if (fixture.issuer.published.size === 1) return;
  fixture.issuer.published.delete(name);
  model.withdrawn(name);
}

/** Tokens with names that no key has, far enough apart that each may cause a fetch until the budget is spent. */
async function flood(fixture: ModelWorld, model: Model): Promise<void> {
  for (let stranger = 0; stranger < STRANGERS; stranger += 1) {
    await ask(`stranger-${fixture.passed}`, LONG_LIFE, fixture, model);
    await fixture.pass(2_000);
  }
  model.refreshed();
}

async function ask(name: string, lives: number, fixture: ModelWorld, model: Model): Promise<void> {
  const exp = Math.floor((START + lives) / 1000);
  const wanted = model.mustAllow(name, exp);
  const asked = model.asks(name);
  const reason = await fixture.ask(tokenOf(name, exp));
  asked();
  const told = `${name} at ${fixture.passed / 1000} s`;
  if (reason === 'verified') {
    const forbidden = model.mustRefuse(name, exp);
    assert.equal(forbidden, null, `${told} is verified, but ${forbidden}`);
    return;
  }
  assert.equal(wanted, null, `${told} is ${reason}, but ${wanted}`);
  assert.ok(['key_unknown', 'keys_unavailable', 'token_expired'].includes(reason), reason);
  if (reason === 'key_unknown') {
    const fault = model.notUnknown(name);
    assert.equal(fault, null, `${told} is key_unknown, but ${fault}`);
  }
  if (reason !== 'token_expired') model.refused(name);
}

test('no sequence of rotations, outages, reloads and sleeps makes keys differ from the model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }),
      async (steps) => {
        mock.timers.enable({ apis: ['setTimeout'] });
        try {
          await using fixture = new ModelWorld(mock.timers, START);
          await fixture.start();
          const model = new Model(fixture);
          for (const one of steps) await take(one, fixture, model);
        } finally {
          mock.timers.reset();
        }
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 200) },
  );
});
