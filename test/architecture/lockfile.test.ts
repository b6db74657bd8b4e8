import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const { packages } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Readonly<Record<string, Entry>> };
const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);

test('every package of the lock file has its integrity: no registry can give another one', () => {
  assert.ok(installed.length > 100);
  const without = installed.filter(
    ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
  );
  assert.deepEqual(
    without.map(([path]) => path),
    [],
    'node tools/complete-lockfile.mjs',
  );
});

test('no package of the lock file says where it was downloaded', () => {
  const resolved = installed.filter((entry) => entry[1].resolved !== undefined);
  assert.deepEqual(
    resolved.map(([path]) => path),
    [],
  );
});
