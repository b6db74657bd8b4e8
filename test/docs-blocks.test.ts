import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { silentKeyEvents } from '../src/cli/silent-key-events.ts';
import { readConfig } from '../src/config/read.ts';
import { CONFIG } from '../src/config/shape.ts';
import { compile } from '../src/live/compile.ts';
import { IssuerPool } from '../src/live/issuer-pool.ts';
import { CHART, template } from './chart/render.ts';
import { folderWith } from './server/folder.ts';
import { certificateOf, jwksOf, makeKey } from './support/keys.ts';
import { bodiesOf } from './support/shown-bodies.ts';

/*
 * Each block of YAML in the documents is what it looks like: a configuration that `validate` takes, values that the chart
 * takes, objects of Kubernetes, or the file of another program, which must parse. Parts are completed with what they need.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGES = execFileSync('git', ['ls-files', 'README.md', 'docs/*.md', 'helm/*/README.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

type Mapping = Readonly<Record<string, unknown>>;

interface Block {
  readonly title: string;
  readonly text: string;
}

function blocksOf(page: string, language: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...found].map(({ 1: block = '', index }) => ({
    title: `${page}:${text.slice(0, index).split('\n').length}`,
    text: block,
  }));
}

const keysOf = (value: object): ReadonlySet<string> => new Set(Object.keys(value));
const VALUES = keysOf(
  parseAllDocuments(readFileSync(join(CHART, 'values.yaml'), 'utf8'))[0]?.toJS() as Mapping,
);
const SETTINGS = keysOf(CONFIG.shape);

/** Blocks in which dots stand for what the reader has: they are only parsed. */
const isPart = ({ text }: Block): boolean => /(^|\s)(\.\.\.|…)/.test(text.replaceAll(/#.*$/gm, ''));

const PROGRAM = join(ROOT, 'dist/main.js');
/** A command of the program in a console block: at the prompt, behind a pipe or by Node. */
const COMMAND = /(?:^\$ |\| |node )(?:dist\/main\.js|watchword) ([a-z-]+)(.*)$/gm;

const key = makeKey('RS256');

/** What a part of a configuration does not say and a whole one must. */
function completed(config: Mapping): Mapping {
  const named = [...JSON.stringify(config).matchAll(/"issuers":\[((?:"[^"]+",?)+)\]/g)].flatMap(
    ([, names = '']) => names.split(',').map((name) => name.replaceAll('"', '')),
  );
  const listed = (config['issuers'] as readonly Mapping[] | undefined) ?? [];
  const missing = [...new Set([...named, ...(listed.length === 0 ? ['sample'] : [])])].filter(
    (name) => !listed.some((one) => one['name'] === name),
  );
  const made = missing.map((name) => ({
    name,
    issuer: `https://${name}.example/`,
    audiences: ['http://orders'],
    keys: { file: 'jwks.json' },
  }));
  const open = { name: 'all', match: [{ paths: ['/**'] }], require: {} };
  return { pipelines: [open], ...config, issuers: [...listed.map(withLocalKeys), ...made] };
}

/** Keys of a file that is there, in place of a file of the reader's; a URL stays, and is not asked for. */
function withLocalKeys(issuer: Mapping): Mapping {
  const isFile = JSON.stringify(issuer['keys']).includes('ile"');
  return isFile ? { ...issuer, keys: { file: 'jwks.json' } } : issuer;
}

/** Lists of consumers that configurations name: a block that begins with the name of its file. */
const LISTS = Object.fromEntries(
  PAGES.flatMap((page) => blocksOf(page, 'yaml')).flatMap(({ text }) => {
    const name = /^# (consumers\.yaml)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[name, text]];
  }),
);

async function accepted(config: Mapping): Promise<void> {
  await using folder = await folderWith({
    'watchword.yaml': JSON.stringify(completed(config)).replaceAll(/"[^"]*ca\.crt"/g, '"ca.crt"'),
    ...LISTS,
    ...bodiesOf('refusals.md'),
    'jwks.json': jwksOf(key),
    'ca.crt': certificateOf(key),
  });
  await using pool = new IssuerPool(() => silentKeyEvents);
  await compile(await readConfig(folder.at('watchword.yaml')), pool);
}

describe('blocks of YAML in the documents', () => {
  for (const block of PAGES.flatMap((page) => blocksOf(page, 'yaml'))) {
    const documents = parseAllDocuments(block.text);
    const [first] = documents;
    const value = first?.toJS() as Mapping | undefined;
    const names = [...keysOf(value ?? {})];
    test(`${block.title}: ${names.slice(0, 4).join(', ')}`, async () => {
      assert.deepEqual(
        documents.flatMap(({ errors }) => errors),
        [],
      );
      // Traefik's own settings begin with `http` or `forwardAuth`, as ours may.
      const isTraefik =
        !names.includes('apiVersion') && /^ {2}(?:middlewares|routers):|^ {4}ca:/m.test(block.text);
      if (isPart(block) || isTraefik || value === undefined || names.length === 0) return;
      if (names.includes('apiVersion')) {
        for (const one of documents) assert.ok(one.has('kind') && one.has('metadata'));
      } else if (names.every((name) => VALUES.has(name))) {
        await template(
          JSON.parse(JSON.stringify(value).replaceAll('POD_NETWORK', '10.0.0.0/8')) as Mapping,
        );
      } else if (names.every((name) => SETTINGS.has(name))) {
        await accepted(value);
      }
    });
  }
});

describe('commands in the documents', () => {
  const commands = PAGES.flatMap((page) => blocksOf(page, 'console')).flatMap(({ title, text }) =>
    [...text.replaceAll('\\\n', ' ').matchAll(COMMAND)].map(([, command = '', rest = '']) => ({
      title,
      command,
      rest,
    })),
  );
  test('there are some of most kinds', () => {
    const kinds = new Set(commands.map(({ command }) => command));
    for (const one of ['serve', 'validate', 'explain', 'migrate', 'probe'])
      assert.ok(kinds.has(one), one);
  });
  const helps = new Map<string, string>();
  const helpOf = (command: string): string => {
    const known =
      helps.get(command) ??
      execFileSync(process.execPath, [PROGRAM, command, '--help'], { encoding: 'utf8' });
    helps.set(command, known);
    return known;
  };
  for (const { title, command, rest } of commands) {
    test(`${title}: watchword ${command} has the options that are shown`, () => {
      const unknown = [...rest.replaceAll(/ (?:\||&|>|;).*/g, '').matchAll(/ (--[a-z-]+)/g)]
        .map(([, option = '']) => option)
        .filter((option) => !helpOf(command).includes(option));
      assert.deepEqual(unknown, []);
    });
  }
});
