import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { REASON_NAMES, REASONS } from '../../src/decision/reason.ts';
import { type Mutation, placeOf } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/*
 * The table is complete: every line of the decision path that can refuse is in the text of some row, or is named here with the
 * reason why it is not. A new check without a row turns this red.
 */

const FILES = [
  'policy/select.ts',
  'policy/host.ts',
  'policy/path.ts',
  'check/extract.ts',
  'check/find-token.ts',
  'token/jws.ts',
  'token/base64url.ts',
  'token/json-object.ts',
  'check/verify.ts',
  'check/verifier.ts',
  'check/token-cache.ts',
  'token/claims.ts',
  'policy/request-rule.ts',
  'policy/query-facts.ts',
  'check/authorize.ts',
  'policy/consumer.ts',
  'check/consumer.ts',
  'token/claim-at.ts',
  'check/identity.ts',
  'check/check.ts',
  'check/require-all.ts',
  'routes/select.ts',
  'routes/policy/tighten.ts',
  'policy/header-removals.ts',
  'answer/answer.ts',
  'answer/sign-in.ts',
] as const;
type File = (typeof FILES)[number];

const REFUSALS = REASON_NAMES.filter((reason) => REASONS[reason].outcome !== 'allow');

/** What a line that refuses has in it: a refusal that is made, or its reason. */
const REFUSES = new RegExp(
  `\\b(?:refused|refuse|fault|hostAmbiguous)\\(|\\bok: false\\b|'(?:${REFUSALS.join('|')})'`,
);
/** What a reader says of something that it does not take. */
const NOTHING = /\breturn null;|(?<!\?)[?:] null;/;
const READERS: readonly File[] = [
  'policy/host.ts',
  'policy/path.ts',
  'token/base64url.ts',
  'token/json-object.ts',
];

interface Exception {
  readonly file: File;
  readonly line: string;
  readonly why: string;
}

const MAKES = 'makes the refusal that others decide on';

const SCANS = 'says that there are no names here, or a number that needs no second look';

/** Lines that only look as if they refused. */
const EXCEPTIONS: readonly Exception[] = [
  { file: 'policy/select.ts', line: 'return { ok: false, reason, detail };', why: MAKES },
  { file: 'token/jws.ts', line: 'return { ok: false, reason, detail };', why: MAKES },
  {
    file: 'check/verify.ts',
    line: 'return { ok: false, reason, issuer: issuer?.name ?? null, detail };',
    why: MAKES,
  },
  {
    file: 'token/json-object.ts',
    line: 'this.#names = isObject ? new Set() : null;',
    why: SCANS,
  },
  {
    file: 'token/json-object.ts',
    line: 'const names = isName ? this.#names : null;',
    why: SCANS,
  },
  {
    file: 'token/json-object.ts',
    line: 'const source = hasExponent || end - at > SURVIVING ? this.#text.slice(at, end) : null;',
    why: SCANS,
  },
];

/** A line of types, which does nothing. */
const DECLARES = /^(?:export )?(?:function|type|import)\b|^readonly |^\|/;

/** Source lines without their comments, by number from 1. */
function linesOf(source: string): ReadonlyMap<number, string> {
  const bare = source.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  return new Map(bare.split('\n').map((line, index) => [index + 1, line.trim()]));
}

function refusingLines(file: File, source: string): readonly (readonly [number, string])[] {
  const isReader = READERS.includes(file);
  return [...linesOf(source)].filter(
    ([, line]) => (REFUSES.test(line) || (isReader && NOTHING.test(line))) && !DECLARES.test(line),
  );
}

function read(file: File): string {
  return readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
}

/** The lines that a row's text reaches over. */
function linesIn(mutation: Mutation, source: string): readonly number[] {
  const place = placeOf(mutation, source);
  assert.ok(typeof place !== 'string', `'${mutation.find}' ${String(place)}`);
  const lineAt = (offset: number) => source.slice(0, offset).split('\n').length;
  const first = lineAt(place.start);
  return Array.from({ length: lineAt(place.end) - first + 1 }, (_, index) => first + index);
}

describe('every line that can refuse has a row', () => {
  for (const file of FILES) {
    test(file, () => {
      const source = read(file);
      const rows = MUTATIONS.filter((one) => one.file === file);
      const covered = new Set(rows.flatMap((one) => linesIn(one, source)));
      const excepted = EXCEPTIONS.filter((one) => one.file === file).map(({ line }) => line);
      const open = refusingLines(file, source).filter(
        ([number, line]) => !covered.has(number) && !excepted.includes(line),
      );
      assert.deepEqual(
        open.map(([number, line]) => `${file}:${number} ${line}`),
        [],
      );
    });
  }
});

test('every exception is a line that is still there', () => {
  for (const { file, line, why } of EXCEPTIONS) {
    const source = read(file);
    const lines = refusingLines(file, source).map(([, one]) => one);
    assert.ok(lines.includes(line), `${file}: '${line}' (${why})`);
  }
});

test('lines that refuse were found at all', () => {
  const found = FILES.map((file) => refusingLines(file, read(file)).length);
  const all = found.reduce((sum, count) => sum + count, 0);
  assert.ok(all >= 60, `${all} lines`);
});
