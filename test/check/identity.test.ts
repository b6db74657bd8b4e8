import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { identityOf, shadowIdentity } from '../../src/check/identity.ts';
import type { Principal } from '../../src/decision/principal.ts';
import type { DenyReason } from '../../src/decision/reason.ts';
import type { Consumer } from '../../src/policy/consumer.ts';
import type { ClaimHeader, ForwardRule } from '../../src/policy/pipeline.ts';
import { samplePipeline } from '../policy/samples.ts';

const NOBODY: Principal = {
  issuer: 'sample',
  subject: null,
  audiences: [],
  scopes: new Set(),
  expiresAt: 0,
  notBefore: 0,
  issuedAt: null,
  claims: {},
};

/** The value of a header made of one claim; null where there is no header. */
function headerOf(claim: unknown, as: ClaimHeader['as']): string | null {
  const rules: readonly ClaimHeader[] = [{ from: 'claim', name: 'x-claim', path: ['c'], as }];
  const claims = claim === undefined ? {} : { c: claim };
  const identity = identityOf(rules, { ...NOBODY, claims }, null, '', 8_192);
  if (!identity.ok) return identity.detail;
  assert.ok(identity.headers.length <= 1);
  assert.ok(identity.headers.every(({ name }) => name === 'x-claim'));
  return identity.headers[0]?.value ?? null;
}

const faultOf = (found: string): string =>
  `claim ["c"] cannot be a header value: x-claim would be set from ${found}; as: json writes it in ASCII`;
const UNFIT = faultOf('a text with a control character, a space at an end, or half a character');
const OBJECT = faultOf('an object');
const MEMBER = faultOf('a list with a member that no header carries');
const COMMA = faultOf('a list whose members have commas, which would read as more members');

describe('a claim as text', () => {
  for (const [claim, value] of [
    ['a', 'a'],
    ['a b', 'a b'],
    ['a\tb', 'a\tb'],
    ['a,b', 'a,b'],
    ['\u{1f600}', '\u{1f600}'],
    [7, '7'],
    [0, '0'],
    [-1.5, '-1.5'],
    [true, 'true'],
    [false, 'false'],
    ['', null],
    [null, null],
    [undefined, null],
    [[], null],
    [[''], null],
    [['a'], 'a'],
    [['a', 1, false], 'a,1,false'],
    [['a', null], MEMBER],
    [['a', ['b']], MEMBER],
    [['a', {}], MEMBER],
    [['a,b'], COMMA],
    [{}, OBJECT],
    [' a', UNFIT],
    ['a ', UNFIT],
    ['a\t', UNFIT],
    [' ', UNFIT],
    ['a\nb', UNFIT],
    ['a\rb', UNFIT],
    ['\u0000', UNFIT],
    ['a\u001bb', UNFIT],
    ['a\u007f', UNFIT],
    ['a\u0085b', UNFIT],
    ['a\ud800', UNFIT],
    ['\udc00a', UNFIT],
    [['a', 'b\n'], MEMBER],
  ] as const) {
    test(`${JSON.stringify(claim) ?? 'no claim'} is ${value ?? 'no header'}`, () =>
      assert.equal(headerOf(claim, 'text'), value));
  }
});

describe('a claim as JSON', () => {
  for (const [claim, value] of [
    ['a', '"a"'],
    ['', '""'],
    [7, '7'],
    [false, 'false'],
    [null, null],
    [undefined, null],
    [[], '[]'],
    [['a,b'], '["a,b"]'],
    [{ a: [1, null] }, '{"a":[1,null]}'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['\u0000', '"\\u0000"'],
    ['\u007f', '"\\u007f"'],
    ['Zo\u00eb', '"Zo\\u00eb"'],
    ['\u{1f600}', '"\\ud83d\\ude00"'],
    ['\ud800', '"\\ud800"'],
    ['\u2028', '"\\u2028"'],
  ] as const) {
    test(`${JSON.stringify(claim) ?? 'no claim'} is ${value ?? 'no header'}`, () => {
      const header = headerOf(claim, 'json');
      assert.equal(header, value);
      if (header !== null) assert.deepEqual(JSON.parse(header), claim, 'it is read back');
    });
  }
});

test('headers come in the order of the rules, and the first fault is enough', () => {
  const principal = { ...NOBODY, claims: { a: '1', b: '2', bad: '\n' } };
  const rule = (name: string, claim: string): ClaimHeader => ({
    from: 'claim',
    name,
    path: [claim],
    as: 'text',
  });
  assert.deepEqual(identityOf([rule('x-b', 'b'), rule('x-a', 'a')], principal, null, '', 8_192), {
    ok: true,
    headers: [
      { name: 'x-b', value: '2' },
      { name: 'x-a', value: '1' },
    ],
  });
  assert.equal(
    identityOf([rule('x-a', 'a'), rule('x-bad', 'bad')], principal, null, '', 8_192).ok,
    false,
  );
});

describe('headers of a consumer', () => {
  const consumer: Consumer = {
    active: true,
    pipelines: 'any',
    attributes: { plan: 'gold', seats: 7, trial: false, roles: ['a', 'b'] },
  };
  const alice = { ...NOBODY, subject: 'alice' };
  const header = (attribute: string, one: Consumer | null = consumer) => {
    const identity = identityOf(
      [{ from: 'consumer', name: 'x-c', attribute }],
      alice,
      one,
      '',
      8_192,
    );
    assert.ok(identity.ok);
    return identity.headers[0]?.value ?? null;
  };

  for (const [attribute, value] of [
    ['id', 'alice'],
    ['plan', 'gold'],
    ['seats', '7'],
    ['trial', 'false'],
    ['roles', 'a,b'],
    ['constructor', null],
    ['other', null],
  ] as const) {
    test(`${attribute} is ${value}`, () => assert.equal(header(attribute), value));
  }

  test('are not set where there is no consumer', () => assert.equal(header('plan', null), null));
});

describe('the identity of a request that passes in shadow mode', () => {
  const forward: readonly ForwardRule[] = [
    { from: 'claim', name: 'x-user', path: ['c'], as: 'text' },
    { from: 'consumer', name: 'x-plan', attribute: 'plan' },
  ];
  const consumer: Consumer = { active: true, pipelines: 'any', attributes: { plan: 'gold' } };
  const holder = { ...NOBODY, claims: { c: 'me' } };
  const inShadow = (
    changed: { consumer?: Consumer; claims?: object; mode?: 'enforce'; reason?: DenyReason } = {},
  ) => {
    const { mode = 'shadow', reason = 'scope_insufficient' } = changed;
    const principal = { ...holder, claims: { ...holder.claims, ...changed.claims } };
    const who = changed.consumer ?? consumer;
    const pipeline = samplePipeline('p', { mode, forward });
    const headers = shadowIdentity(pipeline, principal, who, '', 8_192, reason);
    return headers.map(({ value }) => value).join(' ');
  };

  test('is that of the token and of its consumer', () => assert.equal(inShadow(), 'me gold'));
  test('is nobody’s where the pipeline does not accept its issuer', () =>
    assert.equal(inShadow({ reason: 'issuer_untrusted' }), ''));
  test('is nobody’s where a header cannot carry it', () =>
    assert.equal(inShadow({ claims: { c: 'a\nb' } }), ''));
  test('has nothing of a consumer that is inactive, or is not one of this pipeline', () => {
    assert.equal(inShadow({ consumer: { ...consumer, active: false } }), 'me');
    assert.equal(inShadow({ consumer: { ...consumer, pipelines: new Set(['q']) } }), 'me');
  });
  test('is not made where nothing is shadowed', () =>
    assert.equal(inShadow({ mode: 'enforce' }), ''));
});

describe('the payload of a token', () => {
  const rule: ForwardRule = { from: 'payload', name: 'x-jwt-payload' };
  const PAYLOAD = Buffer.from('{"sub":"me"}').toString('base64url');

  test('is what lies between the dots', () =>
    assert.deepEqual(identityOf([rule], NOBODY, null, `e30.${PAYLOAD}.c2ln`, 8_192), {
      ok: true,
      headers: [{ name: 'x-jwt-payload', value: PAYLOAD }],
    }));
});

describe('a value is limited in bytes', () => {
  const rule: ForwardRule = { from: 'claim', name: 'x-claim', path: ['c'], as: 'text' };
  const fits = (c: string, limit: number) =>
    identityOf([rule], { ...NOBODY, claims: { c } }, null, '', limit);

  test('as they are sent', () => {
    assert.ok(fits('abc', 3).ok);
    assert.ok(fits('\u00e9', 2).ok);
    assert.deepEqual(fits('\u00e9b', 2), {
      ok: false,
      detail:
        'claim ["c"] is too long for a header: x-claim would have 3 bytes, limits.headerBytes is 2',
    });
  });
});
