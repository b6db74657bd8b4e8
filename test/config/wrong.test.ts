import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ProblemsError } from '../../src/base/problem.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { type Compiled, compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { makeSigner } from '../server/signer.ts';
import { NEARLY_HOSTS } from './nearly/hosts.ts';
import { NEARLY_ISSUERS } from './nearly/issuers.ts';
import { NEARLY_NAMES } from './nearly/names.ts';
import { NEARLY_TEXTS } from './nearly/texts.ts';
import { NEARLY_TYPES } from './nearly/types.ts';
import { ISSUER, PIPELINE } from './wrong.ts';
import { wrongFolder } from './wrong-folder.ts';
import { WRONG_ISSUERS } from './wrong-issuers.ts';
import { WRONG_SETTINGS } from './wrong-settings.ts';
import { WRONG_TEXTS } from './wrong-texts.ts';
import { WRONG_TOGETHER } from './wrong-together.ts';

async function compileAt(path: string): Promise<Compiled> {
  await using pool = new IssuerPool(() => silentKeyEvents);
  return await compile(await readConfig(path), pool);
}

/** The lines that are printed for what is wrong, with `$` for the folder and without columns. */
async function linesFor(folder: Folder, name = 'watchword.yaml'): Promise<readonly string[]> {
  try {
    await compileAt(folder.at(name));
    return [];
  } catch (error) {
    assert.ok(error instanceof ProblemsError, `no ProblemsError: ${String(error)}`);
    const said = error.message.replaceAll(folder.path, '$');
    return said.split('\n').map((line) => line.replace(/^(\S+\.yaml:\d+):\d+/, '$1'));
  }
}

for (const [subject, cases] of Object.entries({
  'the text': WRONG_TEXTS,
  'the settings': WRONG_SETTINGS,
  'the issuers': WRONG_ISSUERS,
  'the settings together': WRONG_TOGETHER,
  'hosts, paths and methods that are nearly right': NEARLY_HOSTS,
  'values of another type or spelling': NEARLY_TYPES,
  'settings by another name or at another place': NEARLY_NAMES,
  'what issuers publish, and listeners that meet': NEARLY_ISSUERS,
  'a text that is something else': NEARLY_TEXTS,
})) {
  describe(`a configuration is refused for ${subject}`, () => {
    let folder: Folder;
    before(async () => {
      folder = await wrongFolder();
    });
    after(() => folder[Symbol.asyncDispose]());
    for (const { title, yaml, says } of cases) {
      test(title, async () => {
        await folder.write('watchword.yaml', yaml);
        assert.deepEqual(await linesFor(folder), says);
      });
    }
  });
}

test('what the wrong ones are made of is right', async () => {
  await using folder = await wrongFolder();
  await folder.write('watchword.yaml', `${ISSUER}${PIPELINE}`);
  assert.deepEqual(await linesFor(folder), []);
});

test('the column of a setting is told, and of a setting with lines below it that of its name', async () => {
  await using folder = await folderWith({
    'watchword.yaml': 'issuers:\n  name: main\npipelines: [{ name: Orders, require: none }]\n',
  });
  await assert.rejects(compileAt(folder.at('watchword.yaml')), (error: Error) => {
    const places = error.message.split('\n').map((line) => line.split(' ')[0]);
    assert.deepEqual(places, ['watchword.yaml:1:1', 'watchword.yaml:3:21']);
    return true;
  });
});

test('a value that may be a secret is not shown', async () => {
  await using folder = await folderWith({
    'watchword.yaml':
      'issuers: [{ name: main, issuer: i, audiences: any, keys: { secretFile: [hunter2] } }]\n',
  });
  const lines = await linesFor(folder);
  assert.match(lines.join(), /secretFile: must be a string/);
  assert.doesNotMatch(lines.join(), /hunter2/);
});

test('a path that is not there, and a folder without a configuration', async () => {
  await using folder = await folderWith({ 'notes.txt': '', '.hidden.yaml': 'a: 1' });
  assert.deepEqual(await linesFor(folder, 'gone.yaml'), [
    '$/gone.yaml: cannot be read: ENOENT (there is no such file or folder)',
  ]);
  assert.deepEqual(await linesFor(folder, '.'), [
    '$: has no configuration (a .yaml, .yml or .json file)',
  ]);
});

describe('a folder of fragments', () => {
  const ISSUER_A = `issuers: [{ name: a, issuer: 'https://a.example/', audiences: any, keys: { file: keys/a.pem } }]\n`;

  test('is one configuration, and key files are relative to the fragment', async () => {
    await using folder = await folderWith({
      'keys/a.pem': makeSigner().pem,
      '10-platform.yaml': `${ISSUER_A}listen: { grpc: '127.0.0.1:0' }\n`,
      '20-team.json': { pipelines: [{ name: 'orders', require: {} }] },
      'notes.txt': 'not a fragment',
    });

    const { policy } = await compileAt(folder.path);
    assert.deepEqual([...policy.pipelines.keys()], ['orders']);
    assert.deepEqual([...policy.issuers.keys()], ['https://a.example/']);
  });

  test('names the fragment, its line and the place in it', async () => {
    await using folder = await folderWith({
      'a.yaml': 'pipelines:\n  - { name: one, require: none }\n',
      'b.yaml':
        '# a team\npipelines:\n  - { name: two, require: none }\n  - { name: Three, require: none }\n',
    });
    assert.deepEqual(await linesFor(folder, '.'), [
      "b.yaml:4 pipelines[1].name: must be lower case letters, digits and dashes, at most 63, not 'Three' (write three)",
    ]);
  });

  test('may say a setting once, but for issuers and pipelines', async () => {
    await using folder = await folderWith({
      'a.yaml': 'default: deny\nlog: { level: debug }\n',
      'b.yaml': 'log: { level: info }\n',
    });
    assert.deepEqual(await linesFor(folder, '.'), [
      'b.yaml:1 log: is also set in a.yaml (only issuers and pipelines are merged)',
    ]);
  });

  test('may not name a pipeline that another fragment has', async () => {
    await using folder = await folderWith({
      'a.yaml': 'pipelines: [{ name: one, require: none }]\n',
      'b.yaml': 'pipelines: [{ name: one, require: none }]\n',
    });
    assert.deepEqual(await linesFor(folder, '.'), [
      'b.yaml:1 pipelines[0].name: two pipelines have this name',
    ]);
  });
});
