import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { REASONS } from '../../src/decision/reason.ts';
import { explainRequest } from '../../src/explain/explain.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { sampleRequest } from '../policy/samples.ts';
import { folderWith } from '../server/folder.ts';
import { makeKey, raw, signatureBy } from '../support/keys.ts';
import { documentOf } from './key-documents.ts';

/*
 * docs/issuers: each page shows a configuration, a token as that issuer writes it, and what is answered to this token and to
 * others that differ in some claims. All of it is run, with keys in the form in which that issuer publishes them.
 */

const FOLDER = new URL('../../docs/issuers/', import.meta.url);
const HALF_AN_HOUR = 1800;
/** What an example of issuers alone is read with. */
const OPEN = { name: 'open', match: [{ paths: ['/**'] }], require: {} };
const key = makeKey('RS256', 'page-1');

interface IssuerEntry {
  readonly name: string;
  readonly keys: object;
}
interface PipelineEntry {
  readonly match?: readonly {
    readonly hosts?: readonly string[];
    readonly paths?: readonly string[];
  }[];
  readonly require: object;
}
interface Settings {
  readonly issuers: readonly IssuerEntry[];
  readonly pipelines?: readonly PipelineEntry[];
}
interface Token {
  readonly header: { readonly kid: string };
  readonly claims: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly name: string;
  /** The configuration that the answers are about comes first. */
  readonly settings: readonly Settings[];
  readonly token: Token;
  /** What is laid over the claims of the token, as the members of a JSON object; null takes one out. */
  readonly answers: readonly { readonly change: string; readonly answer: string }[];
}

function pageOf(name: string): Page {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  const blocks = (language: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
      ([, block = '']) => block,
    );
  const table = /^## Answers\n(.*?)^## /ms.exec(text)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| (.*?) \| (\d{3} `\w+`) \|$/gm)];
  return {
    name,
    settings: blocks('yaml').map((block) => parse(block) as Settings),
    token: JSON.parse(blocks('json')[0] ?? '') as Token,
    answers: rows.map(([, change = '', answer = '']) => ({
      change: /^`([^`]*)`/.exec(change)?.[1] ?? '',
      answer,
    })),
  };
}

const PAGES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map(pageOf);

/** What is answered to a request for the first pipeline with this token: `200 verified`, as the pages write it. */
async function answered({ issuers, pipelines }: Settings, token: string): Promise<string> {
  const fileOf = ({ name }: IssuerEntry): string => `keys-of-${name}.json`;
  await using folder = await folderWith({
    'watchword.yaml': {
      issuers: issuers.map((one) => ({ ...one, keys: { file: fileOf(one) } })),
      pipelines,
    },
    ...Object.fromEntries(issuers.map((one) => [fileOf(one), documentOf(one.name, key)])),
  });
  await using pool = new IssuerPool(() => silentKeyEvents);
  const { policy, warnings } = await compile(await readConfig(folder.at('watchword.yaml')), pool);
  // Keycloak publishes a key for encryption too, which is said and is no fault.
  const faults = warnings.filter(({ message }) => !message.includes("use is 'enc'"));
  assert.deepEqual(faults, []);
  const { hosts: [host = ''] = [], paths: [pattern = ''] = [] } = pipelines?.[0]?.match?.[0] ?? {};
  const request = sampleRequest({
    host,
    path: pattern.replace('**', '1'),
    authorization: `Bearer ${token}`,
  });
  const context = {
    policy,
    tokenBytes: 8192,
    headerBytes: 8192,
    now: Date.now() / 1000,
    routes: null,
  };
  const { decision } = await explainRequest(context, request);
  const { http, outcome } = REASONS[decision.reason];
  assert.equal(outcome, decision.outcome);
  return `${http} \`${decision.reason}\``;
}

/** The token of a page with what a row changes; null takes a claim out. It is valid for half an hour. */
function tokenOf({ header, claims }: Token, change: string): string {
  const now = Math.floor(Date.now() / 1000);
  const changed = { ...claims, ...(JSON.parse(`{${change}}`) as object) };
  const kept = Object.entries(changed).filter(([, value]) => value !== null);
  return raw(
    JSON.stringify({ ...header, kid: key.kid }),
    JSON.stringify({ iat: now - 60, exp: now + HALF_AN_HOUR, ...Object.fromEntries(kept) }),
    signatureBy(key),
  );
}

for (const { name, settings, token, answers } of PAGES) {
  describe(`docs/issuers/${name} is answered as it says`, () => {
    const [first, ...others] = settings;
    assert.ok(first?.pipelines !== undefined, 'the first configuration is a whole one');

    test('it says what passes, and what is refused as 401 and as 403', () => {
      const codes = new Set(answers.map(({ answer }) => answer.slice(0, 3)));
      assert.deepEqual([...codes].toSorted(), ['200', '401', '403']);
    });

    for (const { change, answer } of answers) {
      test(`${change || 'the token of the page'}: ${answer}`, async () => {
        assert.equal(await answered(first, tokenOf(token, change)), answer);
      });
    }

    for (const other of others) {
      test(`the issuer ${other.issuers[0]?.name} of a later example is right`, async () => {
        const both = [...first.issuers, ...other.issuers].filter(
          (one, index, all) => all.findLastIndex(({ name: n }) => n === one.name) === index,
        );
        const pipelines = first.pipelines?.map((one) => ({
          ...one,
          require: { ...one.require, issuers: both.map(({ name: n }) => n) },
        }));
        const config = { ...first, issuers: both, ...(pipelines && { pipelines }) };
        assert.equal(await answered(config, tokenOf(token, '')), '200 `verified`');
      });
    }

    test('its addresses of keys are as they must be written', async () => {
      for (const one of settings) {
        await using folder = await folderWith({
          'watchword.yaml': { ...one, pipelines: one.pipelines ?? [OPEN] },
        });
        await readConfig(folder.at('watchword.yaml'));
      }
    });
  });
}

test('each page is in the table of the README', () => {
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const missing = PAGES.filter(({ name }) => !readme.includes(`(${name})`));
  assert.deepEqual(missing, []);
});
