import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { announcedBy, otherReading } from '../../src/policy/method.ts';
import type { Pipeline } from '../../src/policy/pipeline.ts';
import { selectRouted } from '../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../policy/samples.ts';

const METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS', 'M-SEARCH'];
/** A method with each letter in either case. */
const spelled = fc
  .tuple(
    fc.constantFrom(...METHODS, 'PATCH'),
    fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  )
  .map(([method, lower]) =>
    [...method].map((letter, at) => (lower[at] === true ? letter.toLowerCase() : letter)).join(''),
  );
const pipeline = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('pass' as const, 'refuse' as const))
  .map(([name, preflight]) => samplePipeline(name, { preflight }));
const rule = fc.record({
  byMethod: fc
    .dictionary(fc.constantFrom(...METHODS), pipeline)
    .map((byMethod) => new Map<string, Pipeline>(Object.entries(byMethod))),
  otherwise: fc.option(pipeline),
});

test('what passes in one spelling is judged by the pipeline of the upper-case one', () => {
  let passed = 0;
  fc.assert(
    fc.property(rule, spelled, fc.option(spelled), (one, method, announced) => {
      const policy = samplePolicy({ matches: { 'a.example': { '/**': one } } });
      const asked = (by: string, announcing: string | null) =>
        selectRouted(
          policy,
          sampleRequest({
            method: by,
            preflightFor: announcedBy(by, 'https://app.example', announcing),
          }),
          null,
        );
      const selection = asked(method, announced);
      if (!selection.ok) return;
      const upper = asked(method.toUpperCase(), announced?.toUpperCase() ?? null);
      assert.ok(upper.ok && upper.pipeline === selection.pipeline);
      passed += method === method.toUpperCase() ? 0 : 1;
    }),
    { numRuns: 5_000 },
  );
  assert.ok(passed > 100, `${passed} passed in lower case: too few to mean anything`);
});

test('a method has one reading exactly where it is in upper case', () => {
  fc.assert(
    fc.property(fc.oneof(spelled, fc.string({ unit: 'binary' })), (method) => {
      const upper = method.toUpperCase();
      assert.equal(otherReading(method) ?? method, upper);
    }),
    { numRuns: 2_000 },
  );
});
