import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counter, Registry } from 'prom-client';
import { readMetricsText } from '../../src/top/metrics-text.ts';

test('whatever label values prom-client writes are read as they were', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(text, text, fc.nat(), async (a, b, value) => {
      const registry = new Registry();
      const counter = new Counter({
        name: 'some_total',
        help: 'Some.',
        labelNames: ['a', 'b'],
        registers: [registry],
      });
      counter.inc({ a, b }, value);
      assert.deepEqual(readMetricsText(await registry.metrics()), [
        { name: 'some_total', labels: { a, b }, value },
      ]);
    }),
    { numRuns: 200 },
  );
});

test('what is no sample is left out', () => {
  assert.deepEqual(
    readMetricsText('# HELP a b\n\n<html>\na 1\nb{x="y"} +Inf\nc -Inf 1700000000000\n'),
    [
      { name: 'a', labels: {}, value: 1 },
      { name: 'b', labels: { x: 'y' }, value: Number.POSITIVE_INFINITY },
      { name: 'c', labels: {}, value: Number.NEGATIVE_INFINITY },
    ],
  );
});
