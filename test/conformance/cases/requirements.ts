import type { Case, Expectation, TokenSpec } from '../case.ts';

type Claims = NonNullable<TokenSpec['claims']>;

/** A token with these claims, at the pipeline of that name. */
function at(
  pipeline: string,
  title: string,
  claims: Claims,
  expect: Omit<Expectation, 'pipeline'>,
  more: Partial<Case> = {},
): Case {
  return {
    title,
    path: pipeline === 'when-request' ? '/when-request/x?a=1' : `/${pipeline}/x`,
    token: { claims },
    ...more,
    expect: { ...expect, pipeline },
  };
}

const PASSES = { reason: 'verified' } as const;
const REFUSED = { reason: 'claim_refused', challenge: 'Bearer realm="watchword"' } as const;

const OPERATORS: readonly Case[] = [
  at('contains', 'a list that has all members passes', { groups: ['dev', 'x', 'ops'] }, PASSES),
  at('contains', 'words that have all members pass', { groups: 'ops dev' }, PASSES),
  at('contains', 'a list that lacks a member is refused', { groups: ['ops'] }, REFUSED),
  at(
    'contains',
    'a word that only contains the member is another one',
    { groups: 'ops devs' },
    REFUSED,
  ),
  at('contains', 'an object contains nothing', { groups: { ops: true, dev: true } }, REFUSED),
  at('contains', 'an absent list contains nothing', {}, REFUSED),
  at('contains-any', 'a list with one of the members passes', { groups: ['x', 'dev'] }, PASSES),
  at('contains-any', 'words with one of the members pass', { groups: 'x ops' }, PASSES),
  at('contains-any', 'a list with none of the members is refused', { groups: ['x'] }, REFUSED),
  at('contains-any', 'an empty list is refused', { groups: [] }, REFUSED),
  at('matches', 'a text that matches as a whole passes', { email: 'a@example.com' }, PASSES),
  at('matches', 'a text that matches in part is refused', { email: 'a@example.com.evil' }, REFUSED),
  at('matches', 'a line break ends no text', { email: 'a@example.com\nx' }, REFUSED),
  at(
    'matches',
    'one member of a list that matches is enough',
    { email: [7, 'b@example.com'] },
    PASSES,
  ),
  at('matches', 'a number matches nothing', { email: 7 }, REFUSED),
  at('not-in', 'a value that is not refused passes', { tier: 'gold' }, PASSES),
  at('not-in', 'a value that must not be is refused', { tier: 'free' }, REFUSED),
  at(
    'not-in',
    'a list with a value that must not be is refused',
    { tier: ['gold', 'free'] },
    REFUSED,
  ),
  at('not-in', 'an absent claim has no value that must not be', {}, PASSES),
  at('not-matches', 'a text that must not match is refused', { email: 'a@evil.example' }, REFUSED),
  at(
    'not-matches',
    'a text that does not match passes where it must not',
    { email: 'a@b.example' },
    PASSES,
  ),
  at('absent', 'a claim that must be absent is refused', { act: { sub: 'x' } }, REFUSED),
  at('absent', 'a claim that must be absent, and is, passes', {}, PASSES),
];

const CLIENT = { reason: 'client_refused', challenge: 'Bearer realm="watchword"' } as const;
const CLIENTS: readonly Case[] = [
  ...['azp', 'client_id', 'cid', 'appid'].map((name) =>
    at('clients', `an application that may come is told by ${name}`, { [name]: 'spa' }, PASSES),
  ),
  at('clients', 'an application that may not come is refused', { azp: 'other' }, CLIENT),
  at('clients', 'a token that names no application is refused', {}, CLIENT),
  at(
    'clients',
    'a token that names two applications, one refused, is refused',
    { azp: 'spa', client_id: 'other' },
    CLIENT,
  ),
  at(
    'clients',
    'a token that names two accepted applications passes',
    { azp: 'spa', client_id: 'worker' },
    PASSES,
  ),
  at('clients', 'an application that is a list is refused', { azp: ['spa'] }, CLIENT),
];

const STEP_UP = { reason: 'authentication_insufficient' } as const;
const now = () => Math.floor(Date.now() / 1000);
const AGE: readonly Case[] = [
  at('fresh', 'a token younger than maxAge passes', {}, PASSES, { token: { in: { iat: -500 } } }),
  at(
    'fresh',
    'a token older than maxAge is refused',
    {},
    { reason: 'token_expired', challenge: 'error="invalid_token"' },
    { token: { in: { iat: -700 } } },
  ),
  at('fresh', 'a token within the leeway of maxAge passes', {}, PASSES, {
    token: { in: { iat: -615 } },
  }),
  at(
    'fresh',
    'a token without iat has no age',
    { iat: undefined },
    { reason: 'claim_missing', challenge: 'error="invalid_token"' },
  ),
  at(
    'step-up',
    'a recent and strong sign-in passes',
    { auth_time: now() - 60, acr: 'phr' },
    PASSES,
  ),
  at(
    'step-up',
    'a sign-in too long ago asks for another',
    { auth_time: now() - 1000, acr: 'phr' },
    { ...STEP_UP, challenge: 'error="insufficient_user_authentication"' },
    { clause: 'RFC 9470 section 3' },
  ),
  at(
    'step-up',
    'a weak sign-in says which would do',
    { auth_time: now() - 60, acr: '0' },
    { ...STEP_UP, challenge: 'acr_values="phr phrh", max_age="900"' },
    { clause: 'RFC 9470 section 3' },
  ),
  at('step-up', 'a token without auth_time asks for a sign-in', { acr: 'phr' }, STEP_UP),
  at(
    'step-up',
    'an auth_time that is text is none',
    { auth_time: String(now()), acr: 'phr' },
    STEP_UP,
  ),
  at('step-up', 'a token without acr asks for a sign-in', { auth_time: now() - 60 }, STEP_UP),
  at('step-up', 'an acr that is a list is none', { auth_time: now() - 60, acr: ['phr'] }, STEP_UP),
];

const user = { tenant: 'acme', scope: 'Orders.Read' };
const daemon = { tenant: 'acme', scope: undefined, roles: ['Orders.Read.All'], azp: 'daemon' };
const ANY_OF: readonly Case[] = [
  at('any-of', 'one alternative is enough: a user', user, PASSES),
  at('any-of', 'one alternative is enough: a daemon', daemon, PASSES),
  at(
    'any-of',
    'what stands beside the alternatives holds for all',
    { ...user, tenant: 'other' },
    REFUSED,
  ),
  at(
    'any-of',
    'no alternative: the answer is that of the one that came furthest',
    { ...daemon, roles: ['x'] },
    REFUSED,
  ),
  at(
    'any-of',
    'an application of an alternative is refused with its reason',
    { ...daemon, azp: 'spa' },
    CLIENT,
  ),
  at(
    'any-of',
    'parts of two alternatives are none',
    { tenant: 'acme', scope: undefined, roles: ['Orders.Read.All'] },
    CLIENT,
  ),
  at('any-of-issuers', 'an alternative of one issuer passes', {}, PASSES),
  at(
    'any-of-issuers',
    'an alternative of another issuer has its own audience',
    { iss: 'https://pem.example/', aud: 'http://machines' },
    PASSES,
    {
      token: { key: 'pem', claims: { iss: 'https://pem.example/', aud: 'http://machines' } },
    },
  ),
  at(
    'any-of-issuers',
    'an audience of another alternative is refused',
    {},
    { reason: 'audience_wrong' },
    {
      token: { key: 'pem', claims: { iss: 'https://pem.example/' } },
    },
  ),
  at(
    'any-of-issuers',
    'the scope that lacks is that of the alternative',
    { scope: 'x' },
    { reason: 'scope_insufficient', challenge: 'scope="read:orders"' },
  ),
];

const PROFILE = {
  iss: 'https://profile.example/',
  aud: undefined,
  client_id: 'app-1',
  realm_access: { roles: ['reader'] },
};
const PROFILES: readonly Case[] = [
  at('profile', 'audience and scopes are read where the issuer writes them', PROFILE, PASSES),
  at(
    'profile',
    'aud is no audience where the issuer writes another claim',
    { ...PROFILE, client_id: 'other', aud: 'app-1' },
    { reason: 'audience_wrong' },
  ),
  at(
    'profile',
    'scope is no scope where the issuer writes another claim',
    { ...PROFILE, realm_access: undefined, scope: 'reader' },
    { reason: 'scope_insufficient' },
  ),
  at(
    'profile',
    'an audience of a wrong type is malformed wherever it is',
    { ...PROFILE, client_id: 7 },
    { reason: 'claim_malformed' },
  ),
  at(
    'profile',
    'a token that lives longer than maxLifetime is refused',
    PROFILE,
    { reason: 'token_unbounded' },
    { token: { claims: PROFILE, in: { exp: 7_300 } } },
  ),
  at(
    'profile',
    'a maxLifetime needs iat',
    { ...PROFILE, iat: undefined },
    { reason: 'claim_missing' },
  ),
];

const RULE = { reason: 'rule_missing', challenge: null } as const;
const scoped = (...scopes: string[]): Claims => ({ scope: ['read:orders', ...scopes].join(' ') });
const RULES: readonly Case[] = [
  at('rules', 'a rule adds its requirement', scoped('orders:read'), PASSES),
  at('rules', 'a rule that is not met is refused, with all scopes that are asked', scoped(), {
    reason: 'scope_insufficient',
    challenge: 'scope="read:orders orders:read"',
  }),
  at(
    'rules',
    'a rule does not stand in for the pipeline',
    { scope: 'orders:read' },
    { reason: 'scope_insufficient' },
  ),
  at('rules', 'the first rule that fits counts', scoped(), PASSES, { path: '/rules/public/1' }),
  at('rules', 'another method has another rule', scoped('orders:write'), PASSES, {
    method: 'POST',
    path: '/rules/1/lines',
  }),
  at(
    'rules',
    'another method asks for another scope',
    scoped('orders:read'),
    { reason: 'scope_insufficient', challenge: 'scope="read:orders orders:write"' },
    { method: 'POST', path: '/rules/1/lines' },
  ),
  at('rules', 'what no rule fits is refused', scoped('orders:write'), RULE, {
    method: 'POST',
    path: '/rules/1',
  }),
  at('rules', 'a method that no rule names is refused', scoped('orders:write'), RULE, {
    method: 'DELETE',
    path: '/rules/1/lines',
  }),
  at(
    'rules',
    'a gRPC method is a path',
    scoped(),
    { reason: 'claim_refused', grpcStatus: 7 },
    {
      method: 'POST',
      path: '/rules/grpc.Orders/Delete',
      headers: [['content-type', 'application/grpc']],
    },
  ),
  at('rules', 'a gRPC method whose rule is met passes', { ...scoped(), admin: true }, PASSES, {
    method: 'POST',
    path: '/rules/grpc.Orders/Delete',
  }),
  {
    title: 'a path whose readings fall under different rules is refused',
    path: '/rules/public/..%2f1',
    token: { claims: scoped() },
    expect: { reason: 'path_ambiguous' },
  },
  {
    title: 'a path whose readings fall under one rule passes',
    path: '/rules/public/a%20b',
    token: { claims: scoped() },
    expect: { reason: 'verified', pipeline: 'rules' },
  },
  {
    title: 'a method whose letter case chooses the rule is refused',
    path: '/rules/1/lines',
    method: 'Post',
    token: { claims: scoped('orders:write') },
    expect: { reason: 'method_refused' },
    notThroughEnvoy: 'its parser of HTTP/1.1 takes upper case only',
  },
  at(
    'rules-base',
    'what no rule fits is judged by the pipeline alone where it says so',
    {},
    PASSES,
  ),
  {
    title: 'a rule that asks for nothing leaves a missing token to the pipeline',
    path: '/rules-base/open',
    expect: { reason: 'anonymous', pipeline: 'rules-base' },
  },
  {
    title: 'a rule that asks for a scope needs a token, however optional',
    path: '/rules-base/x',
    method: 'DELETE',
    expect: { reason: 'token_missing', pipeline: 'rules-base' },
  },
];

const CONDITION = {
  reason: 'condition_refused',
  challenge: 'Bearer realm="watchword"',
} as const;
const UNTOLD = 'no gateway tells the address of the connection over HTTP';
const tenant = (value: string) => ({ headers: [['x-tenant', value]] }) as const;
const LISTED = 'gateways that ask over HTTP pass on the headers that their configuration lists';
const whenRequest = (
  title: string,
  claims: Claims,
  expect: Omit<Expectation, 'pipeline'>,
  more: Partial<Case> = {},
): Case =>
  at('when-request', title, claims, expect, {
    ...tenant('acme'),
    notThroughHttpGateways: LISTED,
    ...more,
  });
const CONDITIONS: readonly Case[] = [
  at('when', 'a condition that holds passes', { scp: 'x Orders.Read' }, PASSES),
  at('when', 'a condition whose other half holds passes', { roles: ['Orders.Read.All'] }, PASSES),
  at('when', 'a condition that does not hold is refused', { scp: 'x', roles: [] }, CONDITION),
  at('when', 'a condition that reads an absent claim is refused', {}, CONDITION),
  at('when', 'a condition over a claim of a wrong type is refused', { scp: 7 }, CONDITION),
  at('when-value', 'a condition that is a claim that is true passes', { admin: true }, PASSES),
  at('when-value', 'a condition that is a text is refused', { admin: 'true' }, CONDITION),
  at('when-value', 'a condition that is false is refused', { admin: false }, CONDITION),
  whenRequest(
    'a condition reads method, host, path, query and headers',
    { tenant: 'acme' },
    PASSES,
  ),
  at('when-source', 'a condition reads the address of the connection', {}, PASSES, {
    headers: [['x-forwarded-for', '192.0.2.1']],
    notOverHttp: UNTOLD,
  }),
  at(
    'when-other-source',
    'a condition refuses another address, whatever headers say',
    {},
    CONDITION,
    {
      headers: [['x-forwarded-for', '192.0.2.1']],
    },
  ),
  at(
    'when-certificate',
    'a condition that reads a certificate refuses where none was shown',
    {},
    CONDITION,
  ),
  whenRequest('a condition reads a header with its value', { tenant: 'other' }, CONDITION),
  whenRequest('a condition reads a header that is absent', { tenant: 'acme' }, CONDITION, {
    headers: [],
  }),
  whenRequest('a condition reads the method', { tenant: 'acme' }, CONDITION, { method: 'POST' }),
  whenRequest('a condition reads the query', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x?a=2',
  }),
  whenRequest('a condition reads no parameter that is there twice', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x?a=2&a=1',
  }),
  whenRequest('nor the first of two', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x?a=1&a=2',
  }),
  whenRequest('nor one that is there in another spelling', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x?%61=2&a=1',
  }),
  whenRequest('a condition reads the query decoded', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x?a=%32',
  }),
  whenRequest(
    'another spelling of a header that a condition reads is removed',
    { tenant: 'acme' },
    { ...PASSES, removes: ['x_tenant'] },
    {
      headers: [
        ['x-tenant', 'acme'],
        ['x_tenant', 'other'],
      ],
    },
  ),
  whenRequest('a condition reads the path', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/admin/x',
  }),
  whenRequest('a condition holds in every reading of the path', { tenant: 'acme' }, CONDITION, {
    path: '/when-request/x/..%2fadmin/x?a=1',
  }),
];

const UNKNOWN = {
  reason: 'consumer_unknown',
  challenge: 'Bearer realm="watchword"',
} as const;
const INACTIVE = {
  reason: 'consumer_inactive',
  challenge: 'Bearer realm="watchword"',
} as const;
const OF_CLIENT = [
  ['x-auth-tenant', 'forged'],
  ['x-auth-scope', 'forged'],
] as const;
const CONSUMERS: readonly Case[] = [
  at(
    'consumers',
    'a consumer passes with its attributes',
    { sub: 'alice' },
    {
      ...PASSES,
      sets: { 'x-auth-subject': 'alice', 'x-auth-tenant': 'gold', 'x-auth-scope': 'ops,dev' },
    },
  ),
  at(
    'consumers',
    'an attribute that a consumer lacks sets no header, and the one of the client is removed',
    { sub: 'dave' },
    { ...PASSES, sets: { 'x-auth-subject': 'dave' }, removes: ['x-auth-tenant', 'x-auth-scope'] },
    { headers: OF_CLIENT },
  ),
  at('consumers', 'a subject that is no consumer is refused', { sub: 'mallory' }, UNKNOWN),
  at('consumers', 'a subject of another letter case is another one', { sub: 'Alice' }, UNKNOWN),
  at(
    'consumers',
    'a subject with a name of JavaScript is unknown',
    { sub: 'constructor' },
    UNKNOWN,
  ),
  at('consumers', 'a consumer of other pipelines is unknown to this one', { sub: 'bob' }, UNKNOWN),
  at('consumers', 'an inactive consumer is refused', { sub: 'carol' }, INACTIVE),
  at(
    'consumers',
    'a token without a subject can be no consumer’s',
    { sub: undefined },
    { reason: 'claim_missing' },
  ),
  at('consumers-when', 'a condition reads the consumer', { sub: 'alice' }, PASSES),
  at(
    'consumers-when',
    'a condition that reads an attribute that the consumer lacks is refused',
    { sub: 'dave' },
    CONDITION,
  ),
  at(
    'consumers-shadow',
    'a shadow pass of a consumer carries its attributes',
    { sub: 'bob' },
    {
      reason: 'scope_insufficient',
      passes: true,
      sets: { 'x-auth-subject': 'bob', 'x-auth-tenant': 'silver' },
    },
  ),
  at(
    'consumers-shadow',
    'a shadow pass of an inactive consumer carries none of its attributes',
    { sub: 'carol' },
    { reason: 'scope_insufficient', passes: true, removes: ['x-auth-tenant', 'x-auth-scope'] },
    { headers: OF_CLIENT },
  ),
  at('consumers-any-of', 'an alternative may ask for a consumer', { sub: 'alice' }, PASSES),
  at(
    'consumers-any-of',
    'a subject that is no consumer may pass by another alternative',
    { sub: 'mallory', scope: 'staff' },
    PASSES,
  ),
  at(
    'consumers-any-of',
    'the alternative that asks for a consumer came further than one that lacks a scope',
    { sub: 'mallory' },
    UNKNOWN,
  ),
  at('consumers-rules', 'a rule that asks for no consumer passes', { sub: 'mallory' }, PASSES),
  at('consumers-rules', 'a rule may ask for a consumer', { sub: 'mallory' }, UNKNOWN, {
    method: 'POST',
  }),
];

const LACKS = { reason: 'scope_insufficient' } as const;
const scope = (text: string): Claims => ({ scope: text });
const SCOPES: readonly Case[] = [
  at(
    'hierarchic',
    'a scope stands for those below it where that is asked for',
    scope('x orders'),
    PASSES,
  ),
  at('hierarchic', 'a scope that only begins alike stands for nothing', scope('order'), LACKS),
  at('hierarchic', 'a scope does not stand for the one above it', scope('orders.read.own'), LACKS),
  at(
    'hierarchic',
    'a wildcard is a scope like others where scopes are hierarchic',
    scope('orders.*'),
    LACKS,
  ),
  at('wildcard', 'a wildcard at the end stands for all that is below', scope('orders.*'), PASSES),
  at('wildcard', 'a wildcard stands for one segment', scope('orders.*.own'), PASSES),
  at(
    'wildcard',
    'a wildcard stands for no more than a segment in the middle',
    scope('*.read'),
    LACKS,
  ),
  at('wildcard', 'a wildcard stands for what its separator says', scope('orders:*'), LACKS),
  at('wildcard', 'a wildcard within a segment is none', scope('orders.r*.own'), LACKS),
  {
    title: 'a wildcard is a scope like others by default',
    token: { claims: scope('*') },
    expect: LACKS,
  },
  {
    title: 'a scope stands for itself alone by default',
    token: { claims: scope('read') },
    expect: LACKS,
  },
];

const SIGNED =
  '{"iss": "https://issuer.example/", "aud": "http://orders", "exp": 4102444800, "sub": "m\u00e9"}';
const PAYLOAD = { 'x-auth-tenant': Buffer.from(SIGNED).toString('base64url') };
const HEADERS: readonly Case[] = [
  {
    title: 'the payload is forwarded as it was signed, where the token itself is stripped too',
    path: '/payload/x',
    token: { claimsText: SIGNED },
    headers: [['x-auth-tenant', 'forged']],
    notThroughHttpGateways: 'some gateways strip the token by their own configuration only',
    expect: {
      reason: 'verified',
      pipeline: 'payload',
      sets: PAYLOAD,
      removes: ['authorization'],
    },
  },
  {
    title: 'a shadow pass of a verified token carries its payload',
    path: '/payload-shadow/x',
    token: { claimsText: SIGNED },
    expect: {
      reason: 'scope_insufficient',
      pipeline: 'payload-shadow',
      passes: true,
      sets: PAYLOAD,
    },
  },
  {
    title: 'a value that is too long for a header is refused',
    token: { claims: { 'https://example.com/tenant': '\u00e9'.repeat(2_000) } },
    expect: { reason: 'claim_refused' },
  },
  {
    title: 'a value that is nearly too long for a header passes',
    token: { claims: { 'https://example.com/tenant': '\u00e9'.repeat(300) } },
    expect: {
      reason: 'verified',
      sets: { 'x-auth-tenant': `"${'\\u00e9'.repeat(300)}"` },
    },
  },
];

/** Claim operators, alternatives, applications, ages, sign-ins, profiles of issuers, and rules. */
export const REQUIREMENT_CASES: readonly Case[] = [
  ...OPERATORS,
  ...CLIENTS,
  ...AGE,
  ...ANY_OF,
  ...PROFILES,
  ...RULES,
  ...CONDITIONS,
  ...CONSUMERS,
  ...HEADERS,
  ...SCOPES,
];
