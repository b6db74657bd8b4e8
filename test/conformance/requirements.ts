/** Pipelines about what tokens must satisfy beyond scopes, and the rules within a pipeline. Every world has them. */

const host = 'orders.example.com';
const at = (path: string) => [{ hosts: [host], paths: [path] }];
const beside = { issuers: ['main'], audiences: ['http://orders'] };

/** One pipeline at `/<name>/**`. */
function requiring(name: string, require: object, more: object = {}): object {
  return { name, match: at(`/${name}/**`), require: { ...beside, ...require }, ...more };
}

const claim = (path: string, operators: object) => ({ claims: [{ path: [path], ...operators }] });

export const REQUIREMENT_PIPELINES: readonly object[] = [
  requiring('contains', claim('groups', { contains: ['ops', 'dev'] })),
  requiring('contains-any', claim('groups', { containsAny: ['ops', 'dev'] })),
  requiring('matches', claim('email', { matches: '.*@example[.]com' })),
  requiring('not-in', claim('tier', { in: ['free'], not: true })),
  requiring('not-matches', claim('email', { matches: '.*@evil[.]example', not: true })),
  requiring('absent', claim('act', { not: true })),
  requiring('clients', { clients: ['spa', 'worker'] }),
  requiring('fresh', { maxAge: '10m' }),
  requiring('step-up', { authentication: { maxAge: '15m', acr: ['phr', 'phrh'] } }),
  requiring('any-of', {
    claims: [{ path: ['tenant'], in: ['acme'] }],
    anyOf: [
      { scopes: { any: ['Orders.Read', 'Orders.ReadWrite'] } },
      { claims: [{ path: ['roles'], contains: ['Orders.Read.All'] }], clients: ['daemon'] },
    ],
  }),
  {
    name: 'any-of-issuers',
    match: at('/any-of-issuers/**'),
    require: {
      anyOf: [
        { issuers: ['main'], audiences: ['http://orders'], scopes: { all: ['read:orders'] } },
        { issuers: ['pem'], audiences: ['http://machines'] },
      ],
    },
  },
  {
    name: 'profile',
    match: at('/profile/**'),
    require: { issuers: ['profile'], audiences: ['app-1'], scopes: { all: ['reader'] } },
  },
  requiring(
    'rules',
    { scopes: { all: ['read:orders'] } },
    {
      rules: [
        { methods: ['GET', 'HEAD'], paths: ['/rules/public/**'], require: {} },
        { methods: ['GET', 'HEAD'], require: { scopes: { all: ['orders:read'] } } },
        {
          methods: ['POST'],
          paths: ['/rules/*/lines'],
          require: { scopes: { all: ['orders:write'] } },
        },
        {
          methods: ['POST'],
          paths: ['/rules/grpc.Orders/Delete'],
          require: { claims: [{ path: ['admin'], in: [true] }] },
        },
      ],
    },
  ),
  requiring(
    'rules-base',
    { optional: true },
    {
      rules: [
        { methods: ['GET'], paths: ['/rules-base/open'], require: {} },
        { methods: ['DELETE'], require: { scopes: { all: ['orders:delete'] } } },
      ],
      otherRequests: 'allow-with-base',
    },
  ),
];

/** Pipelines whose scopes stand for others. */
export const SCOPE_PIPELINES: readonly object[] = [
  requiring('hierarchic', { scopes: { all: ['orders.read'], strategy: 'hierarchic' } }),
  requiring('wildcard', {
    scopes: { any: ['orders.read.own', 'other'], strategy: 'wildcard' },
  }),
];

/** Pipelines that tell the backend more than claims. */
export const HEADER_PIPELINES: readonly object[] = [
  requiring(
    'payload',
    {},
    { forward: { headers: { 'x-auth-tenant': { payload: true } }, token: 'strip' } },
  ),
  requiring(
    'payload-shadow',
    { scopes: { all: ['none'] } },
    { forward: { headers: { 'x-auth-tenant': { payload: true } } }, mode: 'shadow' },
  ),
];

/** Pipelines with conditions. */
export const CONDITION_PIPELINES: readonly object[] = [
  requiring('when', {
    when: "'Orders.Read' in claims.scp.split(' ') || 'Orders.Read.All' in claims.roles",
  }),
  requiring('when-request', {
    when: "request.method == 'GET' && request.host == 'orders.example.com' && request.headers['x-tenant'] == claims.tenant && request.query['a'] != '2' && !request.path.startsWith('/when-request/admin/')",
  }),
  requiring('when-value', { when: 'claims.admin' }),
  requiring('when-source', { when: "request.source.address == '127.0.0.1'" }),
  requiring('when-other-source', { when: "request.source.address == '192.0.2.1'" }),
  requiring('when-certificate', { when: "request.source.principal != ''" }),
];

/** Whom the pipelines below know. */
export const CONSUMERS: readonly object[] = [
  { id: 'alice', attributes: { plan: 'gold', seats: 7, roles: ['ops', 'dev'] } },
  { id: 'bob', pipelines: ['consumers-shadow'], attributes: { plan: 'silver' } },
  { id: 'carol', active: false, attributes: { plan: 'gold' } },
  { id: 'dave', pipelines: ['consumers', 'consumers-when'] },
];

const OF_CONSUMER = {
  forward: {
    headers: {
      'x-auth-subject': { consumer: 'id' },
      'x-auth-tenant': { consumer: 'plan' },
      'x-auth-scope': { consumer: 'roles' },
    },
  },
};

/** Pipelines that ask for consumers. */
export const CONSUMER_PIPELINES: readonly object[] = [
  requiring('consumers', { consumer: true }, OF_CONSUMER),
  requiring('consumers-when', {
    consumer: true,
    when: "consumer.plan == 'gold' && consumer.id == claims.sub && 'ops' in consumer.roles",
  }),
  requiring(
    'consumers-shadow',
    { consumer: true, scopes: { all: ['none'] } },
    { ...OF_CONSUMER, mode: 'shadow' },
  ),
  requiring('consumers-any-of', {
    anyOf: [{ consumer: true }, { scopes: { all: ['staff'] } }],
  }),
  requiring(
    'consumers-rules',
    {},
    { rules: [{ methods: ['GET'], require: {} }, { require: { consumer: true } }] },
  ),
];

const PLACES = [
  { header: 'authorization', scheme: 'Bearer' },
  { header: 'X-Goog-IAP-JWT-Assertion' },
  { header: 'x-authorization', scheme: 'Token' },
  { cookie: 'access_token' },
  { query: 'access_token' },
  { websocketProtocol: 'bearer' },
];

/** Pipelines that look for tokens in other places. */
export const PLACE_PIPELINES: readonly object[] = [
  requiring('places', {}, { tokenFrom: PLACES }),
  requiring('places-cookie', {}, { tokenFrom: [{ cookie: 'access_token' }] }),
  requiring('places-strip', {}, { tokenFrom: PLACES, forward: { token: 'strip' } }),
  // A browser names the host of the gateway, which has none in the tests.
  {
    name: 'chat',
    match: [{ hosts: ['127.0.0.1'], paths: ['/chat/**'] }],
    require: beside,
    tokenFrom: [{ websocketProtocol: 'bearer' }],
    forward: { token: 'strip' },
  },
  requiring(
    'places-shadow',
    {},
    { tokenFrom: PLACES, forward: { token: 'strip' }, mode: 'shadow' },
  ),
];

/** A pipeline that is a protected resource (RFC 9728). */
export const RESOURCE_PIPELINES: readonly object[] = [
  {
    name: 'mcp',
    match: at('/mcp/**'),
    require: { ...beside, scopes: { all: ['tools:call'] } },
    resource: {
      identifier: `https://${host}/mcp`,
      documentation: 'https://docs.example.com/mcp',
    },
  },
];

/** Bodies of refusals. */
export const REFUSAL_FILES = {
  'refusal.json': '{ "error": "{{reason}}", "message": "{{ text }}", "request": "{{request_id}}" }',
  'refusal.html': '<title>{{text}}</title><p id="{{request_id}}">{{reason}}</p>',
};

const body = { json: 'refusal.json', html: 'refusal.html' };
const signIn = { url: 'https://login.example.com/start?app=shop', returnTo: 'rd' };
const inHeaderOrQuery = [{ header: 'authorization', scheme: 'Bearer' }, { query: 'access_token' }];

/** Pipelines whose refusals look as people want them. */
export const REFUSAL_PIPELINES: readonly object[] = [
  requiring(
    'pages',
    { scopes: { all: ['read:orders'] } },
    { tokenFrom: inHeaderOrQuery, refusal: { signIn, body } },
  ),
  requiring('pages-json', {}, { refusal: { body: { json: 'refusal.json' } } }),
  {
    name: 'pages-named',
    selectableBy: { context: true },
    require: beside,
    refusal: { signIn: { ...signIn, returnHosts: ['*.example.com'] } },
  },
];

/** An issuer that writes audience and scopes elsewhere, and whose tokens must be short. */
export const PROFILE_ISSUER = {
  name: 'profile',
  issuer: 'https://profile.example/',
  audienceClaim: ['client_id'],
  scopeClaims: [['realm_access', 'roles']],
  maxLifetime: '2h',
  keys: { file: 'jwks.json' },
};
