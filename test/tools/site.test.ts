import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../tools/site.ts', import.meta.url));

test('the documents make a site without a warning, with a search, that asks no other host for anything', async () => {
  await using folder = await temporaryFolder('watchword-site-test-');
  // It fails where a link leads nowhere.
  await promisify(execFile)(process.execPath, [PROGRAM, folder.path]);
  const read = (name: string): Promise<string> => readFile(join(folder.path, name), 'utf8');

  const { docs } = JSON.parse(await read('search/search_index.json')) as {
    docs: readonly { readonly location: string; readonly text: string }[];
  };
  const found = docs.filter(({ text }) => text.includes('scopeClaims'));
  assert.ok(found.some(({ location }) => location.startsWith('docs/issuers/keycloak/')));

  const page = await read('docs/getting-started/index.html');
  const loaded = [...page.matchAll(/<(?:script|link|img)[^>]* (?:src|href)="(https?:[^"]+)"/g)];
  assert.deepEqual(
    loaded.map(([, address]) => address),
    [],
  );
});
