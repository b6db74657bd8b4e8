import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { silentKeyEvents } from '../src/cli/silent-key-events.ts';
import { readConfig } from '../src/config/read.ts';
import { compile } from '../src/live/compile.ts';
import { IssuerPool } from '../src/live/issuer-pool.ts';
import { folderWith } from './server/folder.ts';
import { makeSigner } from './server/signer.ts';

const DOCUMENT = readFileSync(new URL('../docs/policy.md', import.meta.url), 'utf8');
const ISSUER = {
  name: 'entra',
  issuer: 'https://login.example.com/v2.0',
  audiences: ['api://orders'],
  keys: { file: 'jwks.json' },
};

/** Each example with the heading that it stands under. */
const EXAMPLES = DOCUMENT.split(/^## /m).flatMap((section) =>
  [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, yaml = '']) => [section.split('\n')[0] ?? '', yaml] as const,
  ),
);

describe('docs/policy.md: each example is a configuration', () => {
  for (const [index, [title, yaml]] of EXAMPLES.entries()) {
    test(`${title} (${index + 1})`, async () => {
      const config = { issuers: [ISSUER], ...(parse(yaml) as object) };
      await using folder = await folderWith({
        'watchword.yaml': config,
        'jwks.json': { keys: [makeSigner().jwk] },
      });
      await using pool = new IssuerPool(() => silentKeyEvents);
      const { policy, warnings } = await compile(
        await readConfig(folder.at('watchword.yaml')),
        pool,
      );
      assert.ok(policy.pipelines.size > 0);
      assert.deepEqual(warnings, []);
    });
  }

  test('there are examples at all', () => assert.ok(EXAMPLES.length >= 5));
});
