import { after, before, describe, test } from 'node:test';
import type { Case } from './case.ts';
import { ask, CASES } from './cases.ts';
import { type Engine, openEngine } from './engine.ts';
import { judge } from './verdict.ts';
import { WORLD_NAMES } from './worlds.ts';

for (const world of WORLD_NAMES) {
  describe(`the bare engine, ${world} world`, () => {
    const stack = new AsyncDisposableStack();
    let engine: Engine;
    before(async () => {
      engine = await openEngine(world, stack);
    });
    after(() => stack.disposeAsync());
    for (const one of CASES.filter((c: Case) => (c.world ?? 'default') === world)) {
      test(one.title, async () => judge(one, await engine(ask(one))));
    }
  });
}
