import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasDuplicateNames, readJsonObject } from '../../src/token/json-object.ts';

/** A JSON value that remembers the names of its objects as they were written. */
interface Written {
  readonly text: string;
  /** Whether some object in it has a name twice. Known from how it was made, not read from the text. */
  readonly repeats: boolean;
}

const space = fc.constantFrom('', '', ' ', '\n', '\t\r ');

/** Few letters, so that names are repeated often; brackets and quotes, so that strings look like structure. */
const nameText = fc.string({ unit: fc.constantFrom(...'ab"\\{}[],:/\u00e9'), maxLength: 3 });

/** A string in JSON, some of its characters escaped although they need not be. */
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<{ value: string; text: string }> =>
  fc.tuple(text, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 })).map(([value, escapes]) => {
    const units = Array.from({ length: value.length }, (_, index) => value[index] ?? '');
    const shown = units.map((unit, index) =>
      escapes[index % 8]
        ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(unit).slice(1, -1),
    );
    return { value, text: `"${shown.join('')}"` };
  });

const { value } = fc.letrec<{ value: Written; list: Written; object: Written; scalar: Written }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('scalar'),
      tie('list'),
      tie('object'),
    ),
    scalar: fc.oneof(
      fc.constantFrom('null', 'true', '-1.5e3', '0').map((text) => ({ text, repeats: false })),
      written(nameText).map(({ text }) => ({ text, repeats: false })),
    ),
    list: fc.tuple(fc.array(tie('value'), { maxLength: 4 }), space).map(([members, gap]) => ({
      text: `[${members.map(({ text }) => `${gap}${text}`).join(',')}${gap}]`,
      repeats: members.some(({ repeats }) => repeats),
    })),
    object: fc
      .tuple(fc.array(fc.tuple(written(nameText), tie('value')), { maxLength: 4 }), space)
      .map(([members, gap]) => {
        const names = members.map(([name]) => name.value);
        const shown = members.map(([name, { text }]) => `${gap}${name.text}${gap}:${gap}${text}`);
        return {
          text: `{${shown.join(`${gap},`)}${gap}}`,
          repeats:
            new Set(names).size < names.length || members.some(([, member]) => member.repeats),
        };
      }),
  }),
);

test('a repeated name is found exactly where one was written', () => {
  let repeating = 0;
  fc.assert(
    fc.property(value, ({ text, repeats }) => {
      JSON.parse(text);
      assert.equal(hasDuplicateNames(text), repeats, text);
      repeating += repeats ? 1 : 0;
    }),
    { numRuns: 5_000 },
  );
  assert.ok(repeating > 200, `${repeating} texts repeated a name: too few to mean anything`);
});

test('an object is read exactly where no name is repeated, and as JSON.parse reads it', () => {
  fc.assert(
    fc.property(value, ({ text, repeats }) => {
      const read = readJsonObject(Buffer.from(text));
      const parsed: unknown = JSON.parse(text);
      if (repeats || !text.startsWith('{')) assert.equal(read, null);
      else assert.deepEqual(read, parsed);
    }),
    { numRuns: 2_000 },
  );
});
