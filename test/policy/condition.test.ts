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
  assert.equal(isGet.refusal({}, sampleRequest({ method: 'GET' }), {}), null);
  assert.match(isGet.refusal({}, sampleRequest({ method: 'post' }), {}) ?? '', /is false/);
});

describe('a condition holds in every reading of the query', () => {
  const isOwn = compiled("request.query['tenant'] == claims.tenant");
  const isNamed = compiled('request.query.name == claims.name');
  const isNoDebug = compiled("!has(request.query.debug) || request.query.debug == 'no'");
  for (const [title, condition, path, holds] of [
    ['the one parameter', isOwn, '/?tenant=mine', true],
    ['decoded', isOwn, '/?tenant=m%69ne', true],
    ['not of two the last', isOwn, '/?tenant=x&tenant=mine', false],
    ['nor the first', isOwn, '/?tenant=mine&tenant=x', false],
    ['nor one beside another spelling', isOwn, '/?tenant=mine&TENANT=x', false],
    ['nor one beside an encoded name', isOwn, '/?tenant=mine&t%65nant=x', false],
    ['nor one that a semicolon parts', isOwn, '/?a=1;tenant=mine', false],
    ['a plus is a space to some only', isNamed, '/?name=a+b', false],
    ['an encoded space is one to all', isNamed, '/?name=a%20b', true],
    ['nor bytes that are no text', isOwn, '/?tenant=a%ff', false],
    ['one that is absent', isNoDebug, '/?a=1&a=2', true],
    ['one that is absent as it is spelled', isNoDebug, '/?d%65bug=yes', false],
    ['one that is encoded', isNoDebug, '/?debug=n%6F', true],
    ['one that is there in another way', isNoDebug, '/?debug[]=yes', false],
  ] as const) {
    test(`${title}: ${path}`, () =>
      assert.equal(
        condition.refusal({ tenant: 'mine', name: 'a b' }, sampleRequest({ path }), {}) === null,
        holds,
      ));
  }

  test('so parameters are read by name', () => {
    const made = compileCondition("!('debug' in request.query)");
    assert.ok('column' in made);
    assert.match(made.message, /by name only/);
  });
});

test('where backends ignore letter case, a condition holds for the path in lower case too', () => {
  const source = "!request.path.startsWith('/admin/')";
  const made = compileCondition(source, { ignoreCase: true });
  assert.ok(!('column' in made));
  const request = sampleRequest({ path: '/ADMIN/x' });
  assert.equal(compiled(source).refusal({}, request, {}), null);
  assert.equal(made.refusal({}, request, {}), 'is false');
});

test('names of JavaScript are no claims', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.match(
      compiled(`claims.${name} != 'x'`).refusal({}, sampleRequest(), {}) ?? '',
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
        const refusal = condition.refusal(claims, sampleRequest(), {});
        assert.ok(refusal === null || refusal.length < 400);
      }
    }),
  );
});

test('what is not known of the connection refuses', () => {
  const source = { address: '192.0.2.7', principal: 'spiffe://a.example/shop' };
  const known = compiled(
    "request.source.address.startsWith('192.0.2.') && request.source.principal.startsWith('spiffe://a.example/')",
  );
  assert.ok(known.readsSource);
  assert.equal(known.refusal({}, sampleRequest({ source }), {}), null);
  for (const untold of [sampleRequest(), sampleRequest({ source: { address: '192.0.2.7' } })])
    assert.match(known.refusal({}, untold, {}) ?? '', /cannot be told/);
  assert.ok(!compiled("request.method == 'GET'").readsSource);
});

describe('a walk through a list', () => {
  for (const [source, says] of [
    ["claims.l.all(x, claims.s.split(',').size() > 0)", /split of a claim/],
    ['claims.l.map(x, claims.big + [x]).size() > 0', /\+ of a claim/],
    ['claims.l.exists(x, (claims.s + x).contains("a"))', /\+ of a claim/],
    ['claims.l.all(x, claims.s.lowerAscii() == x)', /lowerAscii of a claim/],
    ["request.path.split('/').exists(x, x in claims.l)", /who asks chooses its length/],
    ['claims.l.map(x, x + x).all(y, y == y)', /within another walk/],
  ] as const) {
    test(`is refused where each step costs what a caller chooses: ${source}`, () => {
      const made = compileCondition(source);
      assert.ok('column' in made);
      assert.match(made.message, says);
    });
  }

  for (const source of [
    "claims.scp.split(' ').exists(x, x in claims.allowed)",
    "claims.l.all(x, x.startsWith('a') || 'role:' + x in claims.big)",
    'claims.l.exists(x, x.split(":")[0] == claims.s)',
    'consumer.roles.exists(x, x in claims.roles)',
  ]) {
    test(`is accepted: ${source}`, () => void compiled(source));
  }
});
