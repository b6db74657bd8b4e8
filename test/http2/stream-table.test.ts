import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamTable } from '../../src/http2/stream-table.ts';

const STEP = fc.record({ id: fc.nat(60).map((n) => 2 * n + 1), adds: fc.boolean() });

test('a table of streams is a Map by their numbers', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 300 }), (steps) => {
      const table = new StreamTable<{ readonly id: number }>();
      const model = new Map<number, { readonly id: number }>();
      for (const { id, adds } of steps) {
        if (!adds) assert.equal(table.delete(id), model.delete(id));
        else if (!model.has(id)) {
          const one = { id };
          model.set(id, one);
          table.add(one);
        }
        assert.equal(table.size, model.size);
      }
      for (let id = 1; id < 140; id += 2) assert.equal(table.get(id), model.get(id));
      assert.deepEqual(new Set(table.all()), new Set(model.values()));
    }),
    { numRuns: 500 },
  );
});
