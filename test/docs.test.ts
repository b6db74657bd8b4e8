import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { silentKeyEvents } from '../src/cli/silent-key-events.ts';
import { configSchema } from '../src/config/json-schema.ts';
import { readConfig } from '../src/config/read.ts';
import { CONFIG } from '../src/config/shape.ts';
import { DECISION_FIELDS } from '../src/decision/decision-fields.ts';
import { REASON_NAMES, REASONS } from '../src/decision/reason.ts';
import { compile } from '../src/live/compile.ts';
import { IssuerPool } from '../src/live/issuer-pool.ts';
import { AT_START } from '../src/live/live-config.ts';
import { LABELS } from '../src/telemetry/labels.ts';
import { METRICS } from '../src/telemetry/metrics.ts';

/**
 * Documents that are made from the program's tables. `npm run docs` writes them; the test holds them true.
 */
const ROOT = new URL('../', import.meta.url);
const UPDATE = process.env['UPDATE_DOCS'] === '1';

/** A block of a document between `<!-- NAME:begin -->` and `<!-- NAME:end -->`. */
interface Block {
  readonly file: string;
  readonly name: string;
  readonly render: () => string;
}

const BLOCKS: readonly Block[] = [
  { file: 'README.md', name: 'reasons', render: reasonTable },
  { file: 'README.md', name: 'metrics', render: metricTable },
  { file: 'docs/operations/metrics.md', name: 'labels', render: labelTable },
  { file: 'docs/operations/decision-log.md', name: 'fields', render: fieldTable },
  { file: 'docs/configuration.md', name: 'settings', render: settingTable },
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function reasonTable(): string {
  const rows = REASON_NAMES.map((reason) => {
    const { outcome, http, challenge, says } = REASONS[reason];
    const header =
      challenge === 'none' ? '' : challenge === 'bare' ? 'challenge' : `\`${challenge}\``;
    return [`\`${reason}\``, outcome, String(http), header, says];
  });
  return table(['reason', 'outcome', 'HTTP', '`WWW-Authenticate`', 'meaning'], rows);
}

function metricTable(): string {
  const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(' '),
    help,
  ]);
  return table(['metric', 'type', 'labels', 'meaning'], rows);
}

function labelTable(): string {
  const rows = Object.entries(LABELS).map(([label, values]) => [`\`${label}\``, values]);
  return table(['label', 'values'], rows);
}

function fieldTable(): string {
  const rows = Object.entries(DECISION_FIELDS).map(([name, says]) => [`\`${name}\``, says]);
  return table(['field', 'meaning'], rows);
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly additionalProperties?: Schema | boolean;
  readonly not?: unknown;
}

function settingTable(): string {
  return table(['setting', 'value', 'default', 'meaning'], rowsOf(configSchema() as Schema, ''));
}

function rowsOf(schema: Schema, path: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const nested = [value, ...(value.anyOf ?? [])].flatMap((one) => [
      ...rowsOf(one, here),
      ...(one.items === undefined ? [] : rowsOf(one.items, `${here}[]`)),
    ]);
    const isNotYet = value.not !== undefined;
    const meaning = isNotYet ? 'Not supported yet.' : (value.description ?? '');
    const own =
      nested.length > 0 && meaning === ''
        ? []
        : [[`\`${here}\``, isNotYet ? '' : kindOf(value), shown(value.default), meaning]];
    return [...own, ...nested];
  });
}

function shown(value: unknown): string {
  return value === undefined || typeof value === 'object' ? '' : `\`${JSON.stringify(value)}\``;
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'values' : kindOf(schema.items)}`;
  return schema.type ?? 'value';
}

describe('the documents', () => {
  for (const { file, name, render } of BLOCKS) {
    test(`${file} has the ${name} as the program has them`, () => {
      const url = new URL(file, ROOT);
      const text = readFileSync(url, 'utf8');
      const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
      const from = text.indexOf(begin);
      const to = text.indexOf(end);
      assert.ok(from !== -1 && to > from, `${file} has no block ${name}`);
      const current = text.slice(from + begin.length, to).trim();
      const right = render();
      if (UPDATE && current !== right) {
        writeFileSync(url, `${text.slice(0, from + begin.length)}\n${right}\n${text.slice(to)}`);
        return;
      }
      assert.equal(current, right, 'run: npm run docs');
    });
  }

  test('the README names every package that the program is made of, with a reason', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
    const missing = Object.keys(dependencies).filter((name) => !readme.includes(`| \`${name}\` |`));
    assert.deepEqual(missing, []);
  });

  for (const file of ['README.md', 'docs/configuration.md']) {
    test(`${file} shows a configuration that is right`, async () => {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      const yaml = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
      const whole = yaml.filter(
        (block) => block.includes('issuers:') && block.includes('pipelines:'),
      );
      assert.notEqual(whole.length, 0);
      const folder = await mkdtemp(join(tmpdir(), 'watchword-docs-'));
      try {
        await mkdir(join(folder, 'key'));
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        await writeFile(
          join(folder, 'key/pubKey.pem'),
          publicKey.export({ type: 'spki', format: 'pem' }),
        );
        for (const block of whole) {
          // Values of the chart have the configuration in `config`.
          const { config, ...bare } = parse(block) as Record<string, unknown>;
          await writeFile(join(folder, 'watchword.json'), JSON.stringify(config ?? bare));
          await using pool = new IssuerPool(() => silentKeyEvents);
          const { policy } = await compile(await readConfig(join(folder, 'watchword.json')), pool);
          assert.ok(policy.pipelines.has('billings'));
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  for (const [file, sentence, sections] of [
    ['docs/configuration.md', /at `\/readyz`\. (.*?) take effect at the next start/s, AT_START],
    // The chart sets `listen` itself.
    ['helm/watchword/values.yaml', /, but for (.*?), which restart/s, AT_START.slice(1)],
  ] as const) {
    test(`${file} names every section that only a start reads, and no other`, () => {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      const words = sentence.exec(text)?.[1]?.match(/\w+/g) ?? [];
      const known = Object.keys(CONFIG.shape);
      assert.deepEqual(
        words.filter((word) => known.includes(word)),
        sections,
      );
    });
  }

  test('every command that the README runs exists', () => {
    const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
    const makefile = readFileSync(new URL('Makefile', ROOT), 'utf8');
    const targets = [...readme.matchAll(/^\$ make ([a-z0-9-]+)/gm)].map((match) => match[1] ?? '');
    assert.ok(targets.length >= 2);
    for (const target of targets) assert.match(makefile, new RegExp(`^${target}:`, 'm'));
  });
});
