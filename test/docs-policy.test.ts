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
import { bodiesOf } from './support/shown-bodies.ts';

const ISSUER = {
  name: 'entra',
  issuer: 'https://login.example.com/v2.0',
  audiences: ['api://orders'],
  keys: { file: 'jwks.json' },
};

/** Each example of a page with the heading that it stands under. */
function examplesOf(page: string): readonly (readonly [title: string, yaml: string])[] {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8');
  return text.split(/^## /m).flatMap((section) =>
    [...section.matchAll(/^```yaml\n(.*?)^```$/gms)]
      .map(([, yaml = '']) => [section.split('\n')[0] ?? '', yaml] as const)
      // Objects of Kubernetes are not ours to check.
      .filter(([, yaml]) => !yaml.startsWith('apiVersion:')),
  );
}

/** The files that examples of a page name: the blocks that begin with a name. */
function filesIn(examples: ReturnType<typeof examplesOf>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    examples.flatMap(([, yaml]) => {
      const name = /^# (\S+\.yaml)\n/.exec(yaml)?.[1];
      return name === undefined ? [] : [[name, yaml]];
    }),
  );
}

for (const page of ['policy.md', 'refusals.md']) {
  const files = filesIn(examplesOf(page));
  const examples = examplesOf(page).filter(([, yaml]) => !Object.values(files).includes(yaml));
  describe(`docs/${page}: each example is a configuration`, () => {
    for (const [index, [title, yaml]] of examples.entries()) {
      test(`${title} (${index + 1})`, async () => {
        const config = { issuers: [ISSUER], ...(parse(yaml) as object) };
        await using folder = await folderWith({
          'watchword.yaml': config,
          ...files,
          'jwks.json': { keys: [makeSigner().jwk] },
          ...bodiesOf(page),
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

    test('there are examples at all', () => assert.ok(examples.length > 0));
  });
}
