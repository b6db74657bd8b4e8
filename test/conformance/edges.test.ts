import { after, before, describe, test } from 'node:test';
import { EDGE_CASES } from './cases/edges.ts';
import { ask } from './cases.ts';
import { type Engine, openEngine } from './engine.ts';
import { judge } from './verdict.ts';

describe('the engine alone, at the edges', () => {
  const stack = new AsyncDisposableStack();
  let engine: Engine;
  before(async () => {
    engine = await openEngine('default', stack);
  });
  after(() => stack.disposeAsync());
  for (const one of EDGE_CASES) {
    test(one.title, async () => judge(one, await engine(ask(one))));
  }
});
