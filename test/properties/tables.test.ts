import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HostTable } from '../../src/policy/host.ts';
import { PathTable } from '../../src/policy/path-table.ts';

/*
 * The tables against the sentence of the contract, tried pattern by pattern: host by exact over wildcard and longer over shorter,
 * path segment by segment by literal over `*` over `**`.
 */

const segment = fc.constantFrom('a', 'b', 'c');
const pathPattern = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { maxLength: 4 }), fc.boolean())
  .map(([segments, open]) => `/${[...segments, ...(open ? ['**'] : [])].join('/')}`);
const path = fc
  .array(fc.oneof(segment, fc.constantFrom('d', '')), { maxLength: 5 })
  .map((segments) => `/${segments.join('/')}`);

/** How a pattern covers a path, segment by segment, as a number each: smaller is better. Null where it does not. */
function coverage(pattern: string, wanted: string): readonly number[] | null {
  const parts = pattern.slice(1).split('/');
  const segments = wanted.slice(1).split('/');
  const open = parts.at(-1) === '**';
  const fixed = open ? parts.slice(0, -1) : parts;
  if (open ? segments.length < fixed.length : segments.length !== fixed.length) return null;
  const ranks: number[] = [];
  for (const [index, part] of fixed.entries()) {
    const actual = segments[index];
    if (part === '*' && actual !== '') ranks.push(1);
    else if (part !== '*' && part === actual) ranks.push(0);
    else return null;
  }
  // `/a` is better than `/a/**` for the path `/a`.
  return [...ranks, ...(open ? [2] : [])];
}

function best(patterns: readonly string[], wanted: string): string | null {
  const covering = patterns.flatMap((pattern) => {
    const ranks = coverage(pattern, wanted);
    return ranks === null ? [] : [{ pattern, ranks: ranks.join('') }];
  });
  covering.sort((a, b) => (a.ranks < b.ranks ? -1 : 1));
  return covering[0]?.pattern ?? null;
}

test('a path table finds what trying every pattern finds', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.uniqueArray(pathPattern, { maxLength: 8 }), path, (patterns, wanted) => {
      // Where nothing is fixed before it, `**` covers the root too, of which `/` is the exact pattern.
      const table = new PathTable(patterns.map((pattern) => [pattern, pattern] as const));
      const expected = best(patterns, wanted);
      assert.equal(table.find(wanted), expected);
      found += expected === null ? 0 : 1;
    }),
    { numRuns: 10_000 },
  );
  assert.ok(found > 500, `${found} paths were covered: too few to mean anything`);
});

const host = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));
const hostPattern = fc.oneof(
  host,
  host.map((one) => `*.${one}`),
  fc.constant('*'),
);

test('a host table finds what trying every pattern finds', () => {
  const expectedOf = (patterns: readonly string[], wanted: string): string | null => {
    if (patterns.includes(wanted)) return wanted;
    const wildcards = patterns.filter(
      (pattern) => pattern.startsWith('*.') && wanted.endsWith(pattern.slice(1)),
    );
    const [longest] = wildcards.sort((a, b) => b.length - a.length);
    return longest ?? (patterns.includes('*') ? '*' : null);
  };
  fc.assert(
    fc.property(fc.uniqueArray(hostPattern, { maxLength: 8 }), host, (patterns, wanted) => {
      const table = new HostTable(new Map(patterns.map((pattern) => [pattern, pattern])));
      assert.equal(table.find(wanted), expectedOf(patterns, wanted));
    }),
    { numRuns: 5_000 },
  );
});
