import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Request } from '../../src/request/request.ts';
import { bearer, configOf, explained, type Parts, refusedStep, signer } from './explained.ts';

/*
 * A refusal shows what was found and what is accepted: in `explain`, and as `detail` in the log line.
 */

const now = (): number => Math.floor(Date.now() / 1000);

interface Cause {
  readonly title: string;
  readonly parts?: Parts;
  readonly request: () => Partial<Request>;
  /** The step that refuses, and what it shows. */
  readonly step: RegExp;
  /** What the log line has. */
  readonly detail: RegExp;
}

const CAUSES: readonly Cause[] = [
  {
    title: 'iat ahead of the clock: the claim, by how much, and the leeway',
    request: () => bearer({ iat: now() + 60 }),
    step: /^time: iat is (?:59|60) s ahead, leeway 30 s/,
    detail: /^iat is (?:59|60) s ahead/,
  },
  {
    title: 'nbf ahead of the clock is told from iat',
    request: () => bearer({ nbf: now() + 90 }),
    step: /^time: nbf is (?:89|90) s ahead, leeway 30 s/,
    detail: /^nbf is/,
  },
  {
    title: 'an expired token: since when, and the leeway',
    request: () => bearer({ exp: now() - 100 }),
    step: /^time: exp was 10[01] s ago, leeway 30 s$/,
    detail: /^exp was 10[01] s ago/,
  },
  {
    title: 'a claim of another type: both types',
    parts: { require: { claims: [{ path: ['email_verified'], in: [true] }] } },
    request: () => bearer({ email_verified: 'true' }),
    step: /^claim values: claim \["email_verified"\] is "true" \(a string\), accepted: true \(a boolean\)$/,
    detail: /"true" \(a string\), accepted: true/,
  },
  {
    title: 'a claim that is absent: no new token would help',
    parts: { require: { claims: [{ path: ['roles'], in: ['viewer'] }] } },
    request: () => bearer(),
    step: /^claim values: claim \["roles"\] is absent, accepted: "viewer" \(a string\)$/,
    detail: /is absent/,
  },
  {
    title: 'a subject that is no consumer',
    parts: { require: { consumer: true }, more: { consumers: { file: 'consumers.yaml' } } },
    request: () => bearer({ sub: 'mallory' }),
    step: /^consumer: sub is "mallory", and no consumer has this id$/,
    detail: /no consumer has this id/,
  },
  {
    title: 'an inactive consumer: its pipelines, and which attributes it has',
    parts: { require: { consumer: true }, more: { consumers: { file: 'consumers.yaml' } } },
    request: () => bearer({ sub: 'bob' }),
    step: /^consumer: sub is "bob", an inactive consumer of any pipeline; attributes plan$/,
    detail: /an inactive consumer/,
  },
  {
    title: 'an identity that is too long for a header: its length and the setting',
    parts: {
      pipeline: { forward: { headers: { 'x-jwt-payload': { payload: true } } } },
      more: { limits: { headerBytes: 64 } },
    },
    request: () => bearer(),
    step: /the payload of the token is too long for a header: x-jwt-payload would have \d{3} bytes, limits\.headerBytes is 64/,
    detail: /limits\.headerBytes is 64$/,
  },
  {
    title: 'a token that is too long: its length and the setting',
    request: () => bearer({ groups: Array(300).fill('3f0c5b6e-1111-4222-8333-944444444444') }),
    step: /^token: \d{5} bytes, limits\.tokenBytes is 8192$/,
    detail: /limits\.tokenBytes is 8192/,
  },
  {
    title: 'Authorization without a scheme',
    request: () => ({ authorization: bearer().authorization?.replace('Bearer ', '') ?? '' }),
    step: /^token: Authorization does not begin with the scheme: 'Bearer '/,
    detail: /scheme/,
  },
  {
    title: 'another scheme is named',
    request: () => ({ authorization: 'Digest realm="x"' }),
    step: /^token: the scheme is Digest, not Bearer$/,
    detail: /Digest/,
  },
  {
    title: 'a typ that is not accepted: which are',
    request: () => bearer({}, { typ: 'JOSE' }),
    step: /^type: typ "jose", accepted: jwt, at\+jwt, none$/,
    detail: /accepted: jwt/,
  },
  {
    title: 'an algorithm that is not accepted: which are',
    request: () => bearer({}, { alg: 'HS256' }),
    step: /^algorithm: alg "HS256", accepted: .*ES256/,
    detail: /accepted: .*ES256/,
  },
  {
    title: 'an issuer that is not configured: which are',
    request: () => bearer({ iss: 'https://other.example/' }),
    step: /^issuer: iss "https:\/\/other\.example\/" is not configured; configured: "https:\/\/issuer\.example\/"$/,
    detail: /not configured; configured: /,
  },
  {
    title: 'scopes: the one that lacks and those that were granted',
    parts: { require: { scopes: { all: ['admin'] } } },
    request: () => bearer(),
    step: /^scopes: scope admin is missing; granted: read:orders$/,
    detail: /granted: read:orders/,
  },
  {
    title: 'scopes with commas between',
    parts: { require: { scopes: { all: ['read:orders'] } } },
    request: () => bearer({ scope: 'read:orders,admin' }),
    step: /^scopes: .*granted: read:orders,admin; scopes in one text are separated by spaces/,
    detail: /separated by spaces/,
  },
  {
    title: 'an audience that differs by its last slash',
    request: () => bearer({ aud: 'http://orders/' }),
    step: /^audience: aud is .*; near: "http:\/\/orders" \(differs by the last slash\)$/,
    detail: /last slash/,
  },
  {
    title: 'an issuer that differs by http',
    request: () => bearer({ iss: 'http://issuer.example/' }),
    step: /^issuer: .*configured: "https:\/\/issuer\.example\/" \(differs by http in place of https/,
    detail: /differs by http/,
  },
  {
    title: 'times in milliseconds',
    request: () => bearer({ exp: 1_795_873_063_642 }),
    step: /^claims: exp is .* it seems to be in milliseconds/,
    detail: /milliseconds/,
  },
  {
    title: 'a path that no pipeline covers: the ones that are',
    parts: { pipeline: { match: [{ paths: ['/orders/**', '/bills'] }] } },
    request: () => ({ ...bearer(), path: '/order/1?a=b' }),
    step: /^pipeline: no match for path "\/order\/1" at host \S+ and no default; paths there: \/orders\/\*\*, \/bills$/,
    detail: /paths there/,
  },
  {
    title: 'a path in another letter case',
    parts: { pipeline: { match: [{ paths: ['/bills', '/orders/**'] }] } },
    request: () => ({ ...bearer(), path: '/Orders/1' }),
    step: /^pipeline: .*; \/orders\/\*\* is in another letter case$/,
    detail: /letter case/,
  },
  {
    title: 'a host that no pipeline covers: the ones that are',
    parts: { pipeline: { match: [{ hosts: ['api.example'], paths: ['/**'] }] } },
    request: () => ({ ...bearer(), host: 'www.example' }),
    step: /^pipeline: no match for host www\.example and no default; hosts there: api\.example$/,
    detail: /hosts there/,
  },
  {
    title: 'a header that cannot be set: why, and what would do',
    parts: { pipeline: { forward: { headers: { 'x-groups': 'groups' } } } },
    request: () => bearer({ groups: ['CN=Admins,OU=Groups'] }),
    step: /^claim values: claim \["groups"\] cannot be a header value: x-groups .*commas.*as: json/,
    detail: /as: json/,
  },
  {
    title: 'a token for Microsoft Graph',
    request: () => {
      const { authorization } = bearer({}, { nonce: 'abc' });
      return { authorization: `${authorization?.slice(0, -6)}AAAAAA` };
    },
    step: /^signature: .*nonce.*nobody but Graph can verify/,
    detail: /nonce/,
  },
  {
    title: 'a claim of a wrong type is a step of its own, after the signature',
    request: () => bearer({ sub: 7 }),
    step: /^claims: sub is 7 \(a number\), it must be a string$/,
    detail: /sub is 7/,
  },
];

describe('a refusal shows what was found and what is accepted', () => {
  for (const { title, parts = {}, request, step, detail } of CAUSES) {
    test(title, async () => {
      const explanation = await explained(configOf(parts), request());
      assert.match(refusedStep(explanation), step);
      assert.ok(explanation.decision.outcome === 'deny');
      assert.match(explanation.decision.detail, detail);
    });
  }
});

test('a token in a path that no pipeline covers is not repeated', async () => {
  const { authorization = '' } = bearer();
  const token = authorization?.slice('Bearer '.length) ?? '';
  const config = configOf({ pipeline: { match: [{ paths: ['/orders'] }] } });
  const { decision } = await explained(config, { path: `/reset/${token}` });
  assert.equal(decision.reason, 'pipeline_missing');
  assert.match(JSON.stringify(decision), /no match for path .*\/reset\/\(token\)/);
  assert.ok(!JSON.stringify(decision).includes(token.slice(0, 20)));
});

test('a leeway that saved a token is shown', async () => {
  const { decision, steps } = await explained(configOf({}), bearer({ exp: now() - 10 }));
  assert.equal(decision.reason, 'verified');
  const time = steps.find(({ step }) => step === 'time');
  assert.match(time?.detail ?? '', /^exp was 1[01] s ago, saved by the leeway 30 s$/);
});

test('an identity header that is not set is shown as not set, and a dotted name is explained', async () => {
  const forward = {
    headers: { 'x-roles': 'realm_access.roles', 'x-user': 'sub', 'x-mail': 'mail' },
  };
  const { unset } = await explained(
    configOf({ pipeline: { forward } }),
    bearer({ realm_access: { roles: ['a'] }, mail: '' }),
  );
  assert.deepEqual(
    unset.map(({ name }) => name),
    ['x-roles', 'x-mail'],
  );
  assert.match(unset[0]?.why ?? '', /one name; .*write claim: \[realm_access, roles\]$/);
  assert.match(unset[1]?.why ?? '', /is empty/);
});

test('a claim of a wrong type is 401 and has no word of opaque tokens', async () => {
  const { answer, decision } = await explained(configOf({}), bearer({ aud: { a: 1 } }));
  assert.equal(decision.reason, 'claim_malformed');
  assert.ok(!answer.passes && answer.http === 401);
  assert.doesNotMatch(JSON.stringify(answer), /opaque/);
});

test('steps that were not taken are not reached, in the order of the decision', async () => {
  const { steps } = await explained(configOf({}), bearer({ aud: 'other' }));
  const of = (result: string) =>
    steps.filter((one) => one.result === result).map(({ step }) => step);
  assert.deepEqual(of('refused'), ['audience']);
  assert.deepEqual(of('not reached'), ['required claims', 'scopes', 'claim values']);
  assert.equal(of('passed').at(-1), 'time');
});

describe('a token in a place that is not listed is named, with the setting', () => {
  const token = signer.token();
  const cases: readonly (readonly [string, Partial<Request>, RegExp])[] = [
    [
      'query',
      { path: `/ws?access_token=${token}` },
      /query access_token.*\{ query: access_token \}/,
    ],
    [
      'subprotocol',
      { headers: new Map([['sec-websocket-protocol', `bearer, ${token}`]]) },
      /sec-websocket-protocol behind bearer.*\{ websocketProtocol: bearer \}/,
    ],
    [
      'header',
      { headers: new Map([['cf-access-jwt-assertion', token]]) },
      /header cf-access-jwt-assertion.*\{ header: cf-access-jwt-assertion \}/,
    ],
    [
      'cookie',
      { headers: new Map([['cookie', `a=1; access_token=${token}`]]) },
      /cookie access_token.*\{ cookie: access_token \}/,
    ],
    [
      'another scheme',
      { headers: new Map([['x-authorization', `Token ${token}`]]) },
      /scheme Token.*\{ header: x-authorization, scheme: Token \}/,
    ],
    ['Authorization without a scheme', { authorization: token }, /header authorization/],
  ];
  for (const [title, request, says] of cases) {
    test(title, async () => {
      const explanation = await explained(configOf({}), request);
      assert.match(refusedStep(explanation), says);
      for (const part of token.split('.'))
        assert.ok(!JSON.stringify(explanation.steps).includes(part), 'no part of it is shown');
    });
  }

  test('a listed place passes, and nothing is said of it', async () => {
    const pipeline = { tokenFrom: [{ cookie: 'access_token' }] };
    const headers = new Map([['cookie', `access_token=${token}`]]);
    const { decision, steps } = await explained(configOf({ pipeline }), { headers });
    assert.equal(decision.reason, 'verified');
    assert.doesNotMatch(JSON.stringify(steps), /not in tokenFrom/);
  });
});
