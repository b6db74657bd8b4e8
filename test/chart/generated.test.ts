import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { GENERATED } from '../../deploy/kubernetes/generate.ts';

for (const [path, make] of Object.entries(GENERATED)) {
  test(`${path} is what its sources make`, async () => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    assert.ok(text === (await make()), 'stale; run: node deploy/kubernetes/generate.ts');
  });
}
