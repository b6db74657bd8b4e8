import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Condition, compileCondition } from '../../src/policy/condition.ts';
import { sampleRequest } from './samples.ts';

function compiled(source: string): Condition {
  const made = compileCondition(source);
  assert.ok(!('column' in made), JSON.stringify(made));
  return made;
}

describe('what an expression reads is known when it is compiled', () => {
  for (const [source, claims, headers] of [
    ["claims.a == 'x'", ['a'], []],
    ["claims['https://x.example/t'] == 'x'", ['https://x.example/t'], []],
    ['has(claims.a.b) && claims.c.exists(r, r == claims.d)', ['a', 'c', 'd'], []],
    ["request.headers['x-a'] == claims.a", ['a'], ['x-a']],
    ["request.headers.origin == 'https://a.example'", [], ['origin']],
  ] as const) {
    test(source, () => {
      const made = compiled(source);
      assert.deepEqual([made.claims, made.headers], [claims, headers]);
    });
  }
});

test('a condition holds only in both readings of a method', () => {
  const isGet = compiled("request.method != 'POST'");
  assert.equal(isGet.refusal({}, sampleRequest({ method: 'GET' })), null);
  assert.match(isGet.refusal({}, sampleRequest({ method: 'post' })) ?? '', /is false/);
});

test('names of JavaScript are no claims', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.match(
      compiled(`claims.${name} != 'x'`).refusal({}, sampleRequest()) ?? '',
      /cannot be told/,
    );
});

test('whatever the claims are, a condition says yes or why not', () => {
  const conditions = [
    "claims.a == 1 || claims.b in ['x']",
    'claims.a.exists(x, x == claims.b)',
    "claims.a.split(' ').size() > 2",
    'claims.a',
    'claims.a > claims.b',
  ].map(compiled);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue()), (claims) => {
      for (const condition of conditions) {
        const refusal = condition.refusal(claims, sampleRequest());
        assert.ok(refusal === null || refusal.length < 400);
      }
    }),
  );
});
