import { after, before, describe, test } from 'node:test';
import type { Case } from './case.ts';
import { ask, CASES } from './cases.ts';
import { type Engine, openEngine } from './engine.ts';
import { FIXTURE_NAMES } from './fixtures.ts';
import { judge } from './verdict.ts';

for (const fixture of FIXTURE_NAMES) {
  describe(`the engine alone, ${fixture} fixture`, () => {
    const stack = new AsyncDisposableStack();
    let engine: Engine;
    before(async () => {
      engine = await openEngine(fixture, stack);
    });
    after(() => stack.disposeAsync());
    for (const one of CASES.filter((c: Case) => (c.fixture ?? 'default') === fixture)) {
      test(one.title, async () => judge(one, await engine(ask(one))));
    }
  });
}
