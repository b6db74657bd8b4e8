import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates, indexOf, proxy } from '../samples.ts';

/** An HTTPProxy for each prefix, by its own name; a header condition lets it hide nothing. */
function indexFor(prefixes: readonly string[]) {
  const conditions = (prefix: string) => [{ prefix }, { header: { name: 'x', present: true } }];
  return indexOf(
    prefixes.map((prefix) =>
      proxy(prefix, {
        virtualhost: { fqdn: 'a.example' },
        routes: [{ conditions: conditions(prefix) }],
      }),
    ),
  );
}

test('every prefix of a path is found, the longest first, and nothing else', () => {
  const letters = ['a', 'b', '-', '/', 'A', 'ü'];
  const words = letters.flatMap((one) => letters.map((other) => `/${one}${other}`));
  const prefixes = [
    ...new Set([
      ...words.filter((_, index) => index % 3 === 0),
      ...letters.map((one) => `/${one}`),
      ...words.filter((_, index) => index % 5 === 0).map((word) => `${word}/abba`),
      '/',
    ]),
  ].filter((prefix) => !prefix.includes('//'));
  const index = indexFor(prefixes);
  const paths = [...prefixes, ...words, ...prefixes.map((one) => `${one}b`), '/zz', '/0'];
  for (const path of paths) {
    const covering = prefixes.filter((prefix) => path.startsWith(prefix));
    const expected = covering.sort((a, b) => b.length - a.length).join(' ');
    assert.equal(candidates(index, `GET a.example${path}`), expected, path);
  }
});
