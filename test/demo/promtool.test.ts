import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMetrics } from '../support/promtool.ts';

test('promtool finds nothing wrong with clean metrics', async () => {
  assert.deepEqual(
    await checkMetrics('# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n'),
    [],
  );
});

test('promtool finds a counter that is not called _total', async () => {
  assert.deepEqual(await checkMetrics('# HELP a Things.\n# TYPE a counter\na 1\n'), [
    'a counter metrics should have "_total" suffix',
  ]);
});

test('promtool finds text that is no metrics', async () => {
  const [complaint = ''] = await checkMetrics('b{ 2\n');
  assert.match(complaint, /parsing error/);
});
