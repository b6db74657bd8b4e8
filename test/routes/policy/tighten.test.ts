import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pipeline } from '../../../src/policy/pipeline.ts';
import { readAnnotations } from '../../../src/routes/policy/annotations.ts';
import { openTo, tighten } from '../../../src/routes/policy/tighten.ts';
import { samplePipeline, sampleRequirement } from '../../policy/samples.ts';

const HEADERS = ['x-user', 'x-mail'];
const PIPELINE = samplePipeline('orders', {
  require: sampleRequirement({
    audiencesByIssuer: new Map<string, ReadonlySet<string> | 'any'>([
      ['auth0', new Set(['orders', 'shop'])],
      ['okta', new Set(['orders'])],
      ['open', 'any'],
    ]),
    scopes: { all: ['read'], any: [['a', 'b']], strategy: 'exact' },
  }),
  forward: [{ from: 'claim', name: 'x-user', path: ['sub'], as: 'text' }],
});

function under(annotations: Readonly<Record<string, string>>, pipeline: Pipeline = PIPELINE) {
  const { tightening, faults } = readAnnotations(
    Object.entries(annotations).map(([name, value]) => [`watchword.dev/${name}`, value] as const),
  );
  assert.deepEqual(faults, []);
  assert.ok(tightening !== null);
  return tighten(pipeline, tightening, HEADERS);
}

function tightened(annotations: Readonly<Record<string, string>>, pipeline?: Pipeline): Pipeline {
  const result = under(annotations, pipeline);
  assert.ok(result.ok, result.ok ? '' : result.fault);
  return result.pipeline;
}

function faultOf(annotations: Readonly<Record<string, string>>, pipeline?: Pipeline): string {
  const result = under(annotations, pipeline);
  assert.ok(!result.ok, 'it should be refused');
  return result.fault;
}

const accepted = (pipeline: Pipeline) =>
  Object.fromEntries(
    [...(pipeline.require?.audiencesByIssuer ?? [])].map(([issuer, audiences]) => [
      issuer,
      audiences === 'any' ? audiences : [...audiences],
    ]),
  );

describe('a route tightens its pipeline', () => {
  test('issuers keeps a subset', () => {
    const pipeline = tightened({ issuers: 'okta nobody' });
    assert.deepEqual(accepted(pipeline), { okta: ['orders'] });
  });

  test('audiences keeps a subset of each issuer, and drops an issuer that has none of them', () => {
    const pipeline = tightened({ audiences: 'shop mine' });
    assert.deepEqual(accepted(pipeline), { auth0: ['shop'], open: ['shop', 'mine'] });
  });

  test('scopes adds, scopes-any adds one more group', () => {
    const { require } = tightened({ scopes: 'write read', 'scopes-any': 'c d' });
    assert.deepEqual(require?.scopes, {
      strategy: 'exact',
      all: ['read', 'write'],
      any: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    });
  });

  test('what asks something of a token asks for one, however optional', () => {
    const optional = { ...PIPELINE, require: sampleRequirement({ optional: true }) };
    for (const terms of [
      { issuers: 'sample' },
      { audiences: 'x' },
      { scopes: 'write' },
      { 'scopes-any': 'c d' },
    ])
      assert.equal(tightened(terms, optional).require?.optional, false);
    for (const terms of [{ mode: 'enforce' }, { 'forward-headers': 'x-mail=email' }])
      assert.equal(tightened(terms, optional).require?.optional, true);
  });

  test('mode goes from shadow to enforce', () => {
    const shadow = { ...PIPELINE, mode: 'shadow' as const };
    assert.equal(tightened({ mode: 'enforce' }, shadow).mode, 'enforce');
    assert.equal(tightened({ mode: 'shadow' }, shadow).mode, 'shadow');
    assert.equal(tightened({ mode: 'enforce' }).mode, 'enforce');
  });

  test('forward-headers sets unused identity headers and keeps their claims', () => {
    const { forward, extraClaims } = tightened({ 'forward-headers': 'x-mail=email' });
    assert.deepEqual(
      forward.map(({ name }) => name),
      ['x-user', 'x-mail'],
    );
    assert.deepEqual(extraClaims, ['email']);
  });

  test('what it does not mention stays, and the pipeline itself does not change', () => {
    const pipeline = tightened({ scopes: 'write' });
    assert.deepEqual({ ...pipeline, require: null }, { ...PIPELINE, require: null });
    assert.deepEqual(PIPELINE.require?.scopes.all, ['read']);
  });

  test('it is made once', () => {
    const { tightening } = readAnnotations([['watchword.dev/scopes', 'x']]);
    assert.ok(tightening !== null);
    assert.equal(tighten(PIPELINE, tightening, HEADERS), tighten(PIPELINE, tightening, HEADERS));
  });

  test('a public path asks for no token and forwards nothing', () => {
    const open = openTo(PIPELINE);
    assert.equal(open.require, null);
    assert.deepEqual(open.forward, []);
    assert.deepEqual(open.removes, PIPELINE.removes);
    assert.equal(openTo(PIPELINE), open);
  });
});

describe('a route never loosens', () => {
  const NONE = samplePipeline('open', { require: null });
  const rows: readonly (readonly [Record<string, string>, RegExp, Pipeline?])[] = [
    [{ issuers: 'nobody' }, /leave nothing/],
    [{ issuers: 'okta', audiences: 'shop' }, /leave nothing/],
    [{ mode: 'shadow' }, /enforce to shadow/],
    [{ 'public-paths': '/x' }, /routeMay/],
    [{ 'forward-headers': 'x-user=name' }, /set by pipeline/],
    [{ 'forward-headers': 'x-admin=name' }, /not in identityHeaders/],
    [{ scopes: 'a' }, /verifies none/, NONE],
    [{ issuers: 'okta' }, /verifies none/, NONE],
    [{ 'forward-headers': 'x-mail=email' }, /verifies none/, NONE],
  ];
  for (const [annotations, expected, pipeline] of rows) {
    test(`${JSON.stringify(annotations)} at ${pipeline?.name ?? 'orders'} is refused`, () => {
      assert.match(faultOf(annotations, pipeline), expected);
    });
  }
});
