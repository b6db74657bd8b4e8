import type { Case } from '../case.ts';

const token = {};
const preflightFor = (method: string) =>
  [
    ['origin', 'https://app.example'],
    ['access-control-request-method', method],
  ] as const;

/** How the token comes: RFC 6750, RFC 9110. */
export const BEARER_CASES: readonly Case[] = [
  {
    title: 'no Authorization header gets a challenge without error',
    clause: 'RFC 6750 section 3.1',
    expect: { reason: 'token_missing', challenge: 'Bearer realm="watchword"' },
  },
  {
    title: 'the scheme may be in any case',
    clause: 'RFC 9110 section 11.1',
    headers: [['authorization', 'bEaReR <token>']],
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'several spaces after the scheme are one',
    clause: 'RFC 9110 section 11.4',
    headers: [['authorization', 'Bearer   <token>']],
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'another scheme is no token',
    clause: 'RFC 6750 section 3.1',
    headers: [['authorization', 'Basic dXNlcjpwYXNz']],
    expect: { reason: 'token_missing' },
  },
  {
    title: 'a scheme that only begins with Bearer is no token',
    headers: [['authorization', 'Bearerx <token>']],
    token,
    expect: { reason: 'token_missing' },
  },
  {
    title: 'Bearer without a token is malformed',
    headers: [['authorization', 'Bearer']],
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'two words after Bearer are malformed',
    headers: [['authorization', 'Bearer <token> <token>']],
    token,
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a tab in place of the space is malformed',
    headers: [['authorization', 'Bearer\t<token>']],
    token,
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'two Authorization headers are refused',
    clause: 'RFC 6750 section 2; CVE-2026-26308',
    headers: [
      ['authorization', 'Bearer <token>'],
      ['authorization', 'Bearer <token>'],
    ],
    token,
    expect: { reason: 'token_ambiguous', challenge: 'error="invalid_request"' },
  },
  {
    title: 'two tokens in one header are refused',
    clause: 'RFC 6750 section 2',
    headers: [['authorization', 'Bearer <token>, Bearer <token>']],
    token,
    expect: { reason: 'token_ambiguous' },
  },
  {
    title: 'a token behind another scheme is refused',
    clause: 'RFC 6750 section 2',
    headers: [['authorization', 'Basic dXNlcjpwYXNz, Bearer <token>']],
    token,
    expect: { reason: 'token_ambiguous' },
  },
  {
    title: 'a token in the query is not looked at',
    clause: 'RFC 6750 section 2.3',
    path: '/orders/1?access_token=x',
    expect: { reason: 'token_missing' },
  },
  {
    title: 'a gRPC caller without a token gets a plain message',
    headers: [
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ],
    method: 'POST',
    expect: { reason: 'token_missing', grpcStatus: 16 },
  },
  {
    title: 'a gRPC caller without a scope gets PERMISSION_DENIED',
    headers: [
      ['content-type', 'application/grpc+proto'],
      ['te', 'trailers'],
    ],
    method: 'POST',
    token: { claims: { scope: 'other' } },
    expect: { reason: 'scope_insufficient', grpcStatus: 7 },
  },
];

/** Which pipeline judges: hosts, paths, methods, context. */
export const SELECTION_CASES: readonly Case[] = [
  {
    title: 'the host is matched in any case and with its port',
    host: 'Orders.Example.COM:8080',
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'a wildcard host covers a subdomain',
    host: 'a.b.shop.example.com',
    path: '/x',
    token,
    expect: { reason: 'verified', pipeline: 'shop' },
  },
  {
    title: 'an exact host wins over a wildcard',
    host: 'special.shop.example.com',
    path: '/x',
    expect: { reason: 'anonymous', pipeline: 'special' },
  },
  ...(
    [
      ['special.shop.example.com:81', 'a port'],
      ['special.shop.example.com:0', 'port 0'],
      ['special.shop.example.com:65536', 'a port that is none'],
      ['SPECIAL.shop.Example.COM', 'capital letters'],
      ['Special.Shop.Example.Com:00081', 'capital letters and a port'],
    ] as const
  ).map(
    ([host, what]): Case => ({
      title: `a host with ${what} is judged, and goes, where the host goes`,
      host,
      path: '/x',
      expect: { reason: 'anonymous', pipeline: 'special' },
    }),
  ),
  ...(
    [
      ['special.shop.example.com.', 'a trailing dot'],
      ['special.shop.example.com.:81', 'a trailing dot before its port'],
      ['special.shop.example.com:', 'an empty port'],
      ['special.shop.example.com:81:82', 'two ports'],
      ['special.shop.example.com:81x', 'a port with a letter'],
      ['special.shop.example.com:+81', 'a port with a sign'],
      ['special.shop.example.com%2e', 'an encoded dot'],
      ['[special.shop.example.com]', 'brackets'],
      ['orders.example.com@special.shop.example.com', 'user information before it'],
      ['special.shop.example.com:81@orders.example.com', 'what may be user information'],
    ] as const
  ).map(
    ([host, what]): Case => ({
      title: `an open host with ${what} opens nothing`,
      host,
      path: '/x',
      expect: { reason: 'host_ambiguous' },
    }),
  ),
  {
    title: 'an open host does not open the hosts below it',
    host: 'x.special.shop.example.com:81',
    path: '/x',
    expect: { reason: 'token_missing', pipeline: 'shop' },
  },
  {
    title: 'a longer wildcard wins over a shorter one',
    host: 'a.deep.shop.example.com',
    path: '/x',
    expect: { reason: 'anonymous', pipeline: 'deep' },
  },
  {
    title: 'a host with a trailing dot is refused',
    host: 'orders.example.com.',
    token,
    expect: { reason: 'host_ambiguous', challenge: null },
  },
  {
    title: 'a host with user information is refused',
    host: 'orders.example.com@evil.example',
    token,
    expect: { reason: 'host_ambiguous' },
    notThroughEnvoy: 'Envoy answers 400 itself',
  },
  {
    title: 'two hosts in one are refused',
    host: 'orders.example.com,evil.example',
    token,
    expect: { reason: 'host_ambiguous' },
    notThroughEnvoy: 'Envoy answers 400 itself',
  },
  {
    title: 'a host with an empty label is refused',
    host: 'orders..example.com',
    token,
    expect: { reason: 'host_ambiguous' },
  },
  {
    title: 'no host is refused',
    host: '',
    token,
    expect: { reason: 'host_ambiguous' },
    notThroughEnvoy: 'Envoy demands a host',
  },
  {
    title: 'a host that nobody has is refused',
    host: 'other.example',
    token,
    expect: { reason: 'pipeline_missing', challenge: null },
  },
  {
    title: 'a known host falls back to no other host',
    host: 'orders.example.com',
    path: '/elsewhere',
    token,
    expect: { reason: 'pipeline_missing' },
  },

  {
    title: 'the rest of a path includes the path itself',
    path: '/orders',
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'a path that only begins alike is another one',
    path: '/ordersx',
    token,
    expect: { reason: 'pipeline_missing' },
  },
  {
    title: 'a literal segment wins over a star',
    path: '/orders/status',
    expect: { reason: 'anonymous', pipeline: 'status' },
  },
  {
    title: 'one star is one segment',
    path: '/orders/7/lines',
    token: { claims: { scope: 'read:lines' } },
    expect: { reason: 'verified', pipeline: 'lines' },
  },
  {
    title: 'the query is no part of the path',
    path: '/orders/1?x=/../status',
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'a method that the path does not cover is refused and goes to no broader path',
    path: '/orders/readonly',
    method: 'DELETE',
    token,
    expect: { reason: 'method_refused', challenge: null },
  },
  {
    title:
      'a preflight for a method in lower case is refused where its case would choose the pipeline',
    clause: 'RFC 9110 section 9.1',
    path: '/mixed/x',
    method: 'OPTIONS',
    headers: preflightFor('delete'),
    expect: { reason: 'method_refused', challenge: null },
  },
  {
    title: 'two pipelines may share a path by method',
    path: '/orders/readonly',
    method: 'GET',
    expect: { reason: 'anonymous', pipeline: 'readonly' },
  },
  {
    title: 'a path without a slash at its start is refused',
    path: 'orders/1',
    token,
    expect: { reason: 'request_malformed' },
    notThroughEnvoy: 'Envoy answers 400 itself',
  },
  {
    title: 'OPTIONS * is refused',
    path: '*',
    method: 'OPTIONS',
    token,
    expect: { reason: 'request_malformed' },
    notThroughEnvoy: 'Envoy answers 400 itself',
  },

  {
    title: 'a context extension names the pipeline whatever its match',
    context: { 'watchword.dev/pipeline': 'named' },
    token: { claims: { scope: 'named' } },
    expect: { reason: 'verified', pipeline: 'named' },
  },
  {
    title: 'a context extension that names nobody is refused',
    context: { 'watchword.dev/pipeline': 'nobody' },
    token,
    expect: { reason: 'pipeline_unknown', challenge: null },
  },
  {
    title: 'a context extension may not name a pipeline that is not selectable',
    context: { 'watchword.dev/pipeline': 'status' },
    token,
    expect: { reason: 'pipeline_forbidden', challenge: null },
  },
  {
    title: 'the default of the context counts where nothing matches',
    path: '/elsewhere',
    context: { 'watchword.dev/default-pipeline': 'named' },
    token: { claims: { scope: 'named' } },
    expect: { reason: 'verified', pipeline: 'named' },
  },
  {
    title: 'the default of the context loses against a match',
    context: { 'watchword.dev/default-pipeline': 'named' },
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'an unknown name under our prefix is refused',
    context: { 'watchword.dev/pipelines': 'named' },
    token,
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
  {
    title: 'names of others in the context are ignored',
    context: { 'other.example/pipeline': 'status', virtual_host: 'x' },
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'a client header cannot name a pipeline',
    headers: [
      ['watchword-pipeline', 'status'],
      ['x-watchword-pipeline', 'status'],
    ],
    expect: { reason: 'token_missing' },
  },
  {
    title: "the configuration's default judges what nothing selects",
    fixture: 'any-host',
    host: 'whatever.example',
    path: '/x',
    token,
    expect: { reason: 'verified' },
  },
];

/** Methods whose letter case would choose the pipeline: gateways route by it, and backends fold it. */
export const METHOD_CASES: readonly Case[] = (
  [
    ['a method of a pipeline in lower case', 'delete', '/mixed/x', []],
    ['a method of a pipeline in mixed case', 'Delete', '/mixed/x', []],
    ['a method in lower case that only one spelling covers', 'get', '/orders/readonly', []],
    ['a preflight in lower case', 'options', '/mixed/x', preflightFor('GET')],
    ['a preflight in lower case for a default', 'Options', '/shadow/x', preflightFor('GET')],
  ] as const
).map(
  ([what, method, path, headers]): Case => ({
    title: `${what} is refused`,
    clause: 'RFC 9110 section 9.1',
    method,
    path,
    headers,
    token,
    expect: { reason: 'method_refused', challenge: null },
    notThroughEnvoy:
      'Envoy answers 400 itself where it comes over HTTP/1.1; see envoy-http2.test.ts',
  }),
);

/** Paths that proxies and backends read differently (CVE-2026-33494, CVE-2026-42272, CVE-2026-73511 and their kind). */
export const HOSTILE_PATH_CASES: readonly Case[] = [
  ...[
    '/public/../orders/1',
    '/public/%2e%2e/orders/1',
    '/public/%2E%2e/orders/1',
    '/public/..%2forders/1',
    '/public/..%2Forders/1',
    '/public/..%5corders/1',
    '/public/..\\orders/1',
    '/public/%252e%252e/orders/1',
    '/public/..;/orders/1',
    '/public/..;x=y/orders/1',
    '/public/%2e%2e%3b/orders/1',
    '/public/..%00/orders/1',
    '/public/x%3f/../../orders/1',
    '/public/.%2e/orders',
    '/public/%c0%ae%2e/../../orders',
    '/%70ublic/../orders/1',
    '/public/%EF%BC%8E%EF%BC%8E/orders/1',
    '/public/%EF%BC%8E%EF%BC%8E%EF%BC%8Forders/1',
    '/public/%E2%80%A5/orders/1',
    '/public/%EF%BC%852e%EF%BC%852e/orders/1',
    '/public/..%EF%BC%8Forders/1',
    '/public/..%EF%BC%9B/orders/1',
  ].map(
    (path): Case => ({
      title: `${path} has several readings`,
      path,
      expect: { reason: 'path_ambiguous', challenge: null },
    }),
  ),
  ...[
    '/orders;a=b/1',
    '/%6frders/1',
    '//orders/1',
    '/orders%2f1',
    '/./orders/1',
    '/x/../orders/1',
    '/orders/stat%75s',
    '/orders/status;x=1',
    '/orders/./status',
  ].map(
    (path): Case => ({
      title: `${path} leads to a pipeline in some readings only`,
      path,
      token,
      expect: { reason: 'path_ambiguous' },
    }),
  ),
  ...[
    '/public/my%20file',
    '/public/caf%C3%A9',
    '/public/a;b=c',
    '/public//x',
    '/public/./x',
    '/public/a%25b',
  ].map(
    (path): Case => ({
      title: `${path} has several readings that agree`,
      path,
      expect: { reason: 'anonymous', pipeline: 'public' },
    }),
  ),
  // A URL parser with a base takes what follows two slashes for a host: WHATWG URL section 4.4, RFC 3986 section 4.2.
  ...[
    '//x/admin/users',
    '///x/admin/users',
    '/\\x/admin/users',
    '/\\\\x\\admin/users',
    '//x\\y/admin/users',
    '/%2fx/admin/users',
    '/%2F%2Fx/admin/users',
    '/%5cx/admin/users',
    '/%255cx/admin/users',
    '//x:80/admin/users',
    '//x@y/admin',
    '/y/..//x/admin',
  ].map(
    (path): Case => ({
      title: `${path} has a host in it for some readers`,
      clause: 'WHATWG URL section 4.4',
      host: 'special.shop.example.com',
      path,
      expect: { reason: 'path_ambiguous', challenge: null },
    }),
  ),
  ...['//assets/x.js', '//', '/\\assets\\x.js', '/%2fassets/x.js'].map(
    (path): Case => ({
      title: `${path} is judged by the pipeline of all its readings`,
      host: 'special.shop.example.com',
      path,
      expect: { reason: 'anonymous', pipeline: 'special' },
    }),
  ),
  ...[
    '/public/%u002e%u002e/x',
    '/public/%c0%ae%c0%ae/x',
    '/public/%e0%80%ae/x',
    '/public/caf%e9',
    '/public/%25c0%25ae/x',
  ].map(
    (path): Case => ({
      title: `${path} has bytes that only some readers take for characters`,
      path,
      expect: { reason: 'path_ambiguous' },
    }),
  ),
  {
    title: 'a path with more readings than are worth telling apart is refused',
    path: `/public/%${'25'.repeat(70)}41`,
    expect: { reason: 'path_ambiguous' },
  },
  {
    title: 'a long path with several readings is refused',
    path: `/public/${'a%20'.repeat(1200)}`,
    expect: { reason: 'path_ambiguous' },
  },
  {
    title: 'a name from the context makes the path irrelevant',
    path: '/public/..%2forders/1',
    context: { 'watchword.dev/pipeline': 'named' },
    token: { claims: { scope: 'named' } },
    expect: { reason: 'verified', pipeline: 'named' },
  },
];

const spoofed = [
  ['x-auth-subject', 'spoofed'],
  ['x-auth-scope', 'spoofed'],
  ['x-auth-tenant', 'spoofed'],
  ['x_auth_subject', 'spoofed'],
  ['x-auth_subject', 'spoofed'],
  ['x_auth-tenant', 'spoofed'],
] as const;
const twins = ['x_auth_subject', 'x-auth_subject', 'x_auth-tenant'];
const overrides = [
  ['x-original-url', '/admin'],
  ['x-rewrite-url', '/admin'],
  ['x-http-method', 'DELETE'],
  ['x-http-method-override', 'DELETE'],
  ['x-method-override', 'DELETE'],
  ['x_http_method_override', 'DELETE'],
] as const;

/** What the backend gets. */
export const HEADER_CASES: readonly Case[] = [
  {
    title: 'identity headers of a verified token replace what the client sent',
    headers: spoofed,
    token: { claims: { 'https://example.com/tenant': 'acme' } },
    expect: {
      reason: 'verified',
      sets: {
        'x-auth-subject': 'client-1',
        'x-auth-scope': 'read:orders write:orders',
        'x-auth-tenant': '"acme"',
      },
      removes: twins,
    },
  },
  {
    title: 'an identity header that this token does not set is removed',
    headers: spoofed,
    token,
    expect: {
      reason: 'verified',
      sets: { 'x-auth-subject': 'client-1' },
      removes: ['x-auth-tenant', ...twins],
    },
  },
  {
    title: 'an anonymous route removes identity headers',
    clause: 'CVE-2026-44087',
    path: '/public/x',
    headers: spoofed,
    expect: {
      reason: 'anonymous',
      pipeline: 'public',
      removes: ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant', ...twins],
    },
  },
  {
    title: 'an optional pipeline removes identity headers of an anonymous caller',
    path: '/optional/x',
    headers: spoofed,
    expect: {
      reason: 'anonymous',
      pipeline: 'optional',
      removes: ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant', ...twins],
    },
  },
  {
    title: 'a preflight removes identity headers',
    path: '/cors/x',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
      ...spoofed,
    ],
    expect: { reason: 'anonymous', pipeline: 'cors', removes: ['x-auth-subject', ...twins] },
  },
  {
    title: 'a shadow pass without a token removes identity headers',
    path: '/shadow/x',
    headers: spoofed,
    expect: {
      reason: 'token_missing',
      pipeline: 'shadow',
      passes: true,
      removes: ['x-auth-subject', 'x-auth-tenant', ...twins],
    },
  },
  {
    title: 'a shadow pass with an expired token carries no identity',
    path: '/shadow/x',
    headers: spoofed,
    token: { in: { exp: -100 } },
    expect: {
      reason: 'token_expired',
      pipeline: 'shadow',
      passes: true,
      removes: ['x-auth-subject', ...twins],
    },
  },
  {
    title: 'a shadow pass of a verified token carries its identity',
    path: '/shadow/x',
    headers: spoofed,
    token: { claims: { scope: 'nothing' } },
    expect: {
      reason: 'scope_insufficient',
      pipeline: 'shadow',
      passes: true,
      sets: { 'x-auth-subject': 'client-1' },
      removes: twins,
    },
  },
  {
    title: 'a shadow pass of a token for another audience carries its identity',
    path: '/shadow/x',
    headers: spoofed,
    token: { claims: { aud: 'http://other' } },
    expect: {
      reason: 'audience_wrong',
      pipeline: 'shadow',
      passes: true,
      sets: { 'x-auth-subject': 'client-1' },
      removes: twins,
    },
  },
  {
    title:
      'a shadow pass of a token of an issuer that the pipeline does not accept carries no identity',
    path: '/shadow/x',
    headers: spoofed,
    token: { key: 'pem', claims: { iss: 'https://pem.example/' } },
    expect: {
      reason: 'issuer_untrusted',
      pipeline: 'shadow',
      passes: true,
      removes: ['x-auth-subject', ...twins],
    },
  },
  {
    title: 'override headers are removed',
    clause: 'GHSA-6384-m2mw-rf54',
    headers: overrides,
    token,
    expect: { reason: 'verified', removes: overrides.map(([name]) => name) },
  },
  {
    title: 'override headers are kept where the pipeline says so',
    path: '/keep/x',
    headers: [['x-original-url', '/a']],
    token,
    expect: { reason: 'verified', pipeline: 'keep', keeps: ['x-original-url'] },
  },
  { title: 'the token is kept', token, expect: { reason: 'verified', keeps: ['authorization'] } },
  {
    title: 'the token is stripped where the pipeline says so',
    path: '/strip/x',
    token,
    expect: { reason: 'verified', pipeline: 'strip', removes: ['authorization'] },
  },
  {
    title: 'a claim with a line break is refused',
    clause: 'RFC 9110 section 5.5',
    token: { claims: { sub: 'a\r\nx-admin: 1' } },
    expect: { reason: 'claim_refused' },
  },
  {
    title: 'a claim with a NUL is refused',
    clause: 'RFC 9110 section 5.5',
    token: { claims: { sub: 'a\u0000b' } },
    expect: { reason: 'claim_refused' },
  },
  {
    title: 'a claim with half a character is refused',
    token: { claims: { sub: 'a\ud800' } },
    expect: { reason: 'claim_refused' },
  },
  {
    title: 'a claim in other letters than ASCII arrives',
    token: { claims: { sub: 'Zoë' } },
    expect: { reason: 'verified', sets: { 'x-auth-subject': 'Zoë' } },
  },
  {
    title: 'an object as JSON arrives in ASCII',
    token: { claims: { 'https://example.com/tenant': { name: 'Zoë', ids: [1] } } },
    expect: { reason: 'verified', sets: { 'x-auth-tenant': '{"name":"Zo\\u00eb","ids":[1]}' } },
  },
  {
    title: 'a list arrives with commas',
    path: '/lists/x',
    token: { claims: { groups: ['a', 'b'] } },
    expect: { reason: 'verified', pipeline: 'lists', sets: { 'x-auth-scope': 'a,b' } },
  },
  {
    title: 'a list with a comma in a member is refused',
    path: '/lists/x',
    token: { claims: { groups: ['a,b'] } },
    expect: { reason: 'claim_refused', pipeline: 'lists' },
  },
  {
    title: 'an object as text is refused',
    path: '/lists/x',
    token: { claims: { groups: { a: 1 } } },
    expect: { reason: 'claim_refused', pipeline: 'lists' },
  },
  {
    title: 'an empty claim sets no header',
    headers: spoofed,
    token: { claims: { sub: '' } },
    expect: { reason: 'verified', removes: ['x-auth-subject'] },
  },
  {
    title: 'a claim called constructor is no claim',
    path: '/odd/x',
    token,
    expect: { reason: 'claim_refused', pipeline: 'odd' },
  },
];
