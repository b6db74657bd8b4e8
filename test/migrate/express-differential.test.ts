import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { textOf } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import { ISSUER, openRig, type Rig } from './decide.ts';
import { startExpressGateway } from './real-express-gateway.ts';

/*
 * The real Express Gateway and the real check on the migrated configuration, asked the same. Each difference is intended,
 * and has its reason here.
 */

const SECRET = 'a-secret-of-more-than-32-bytes-for-HS256';
const JWT = { secretOrPublicKeyFile: './key/pub.pem', checkCredentialExistence: false };
const PROXY = { proxy: [{ action: { serviceEndpoint: 'app' } }] };
const jwt = (more: object = {}, condition?: object) => ({
  jwt: [{ action: { ...JWT, ...more }, ...(condition === undefined ? {} : { condition }) }],
});

interface Site {
  readonly endpoints: readonly object[];
  /** Policies of the pipeline of each endpoint; null where no pipeline has it. */
  readonly policies: readonly (readonly object[] | null)[];
  readonly paths: readonly string[];
}

const OPEN = [PROXY];
const GUARDED = [jwt(), PROXY];
const BELOW = ['/', '/orders', '/orders/', '/orders/1', '/ordersX', '/ORDERS/1'];

/** One host each. */
const SITES: Readonly<Record<string, Site>> = {
  'begins.test': { endpoints: [{ paths: '/orders*' }], policies: [GUARDED], paths: BELOW },
  'below.test': { endpoints: [{ paths: '/orders/*' }], policies: [GUARDED], paths: BELOW },
  'open.test': { endpoints: [{ path: '/orders/*' }], policies: [OPEN], paths: BELOW },
  'exact.test': {
    endpoints: [{ paths: '/ip' }, {}],
    policies: [GUARDED, OPEN],
    paths: ['/ip', '/ip/', '/IP', '/ip/x', '/'],
  },
  'case.test': {
    endpoints: [{ paths: '/Admin/*' }, { paths: '/*' }],
    policies: [GUARDED, OPEN],
    paths: ['/Admin/x', '/admin/x', '/ADMIN/x', '/admin', '/x'],
  },
  'digits.test': {
    endpoints: [{ paths: '/users/:id(\\d+)' }, { paths: '/*' }],
    policies: [GUARDED, OPEN],
    paths: ['/users/42', '/users/abc', '/users/42/x', '/users'],
  },
  'either.test': {
    endpoints: [{ paths: '/(admin|ops)/*' }, { paths: '/*' }],
    policies: [GUARDED, OPEN],
    paths: ['/admin/x', '/ops/x', '/other/x', '/Ops/x'],
  },
  'keyed.test': {
    endpoints: [{ paths: '/admin/*' }, { paths: '/*' }],
    policies: [[{ 'key-auth': [] }, PROXY], OPEN],
    paths: ['/admin/x', '/x'],
  },
  'regex.test': {
    endpoints: [{ pathRegex: '^/internal/.+' }, { paths: '/*' }],
    policies: [GUARDED, OPEN],
    paths: ['/internal/x', '/INTERNAL/x', '/internal', '/x'],
  },
  'nobody.test': {
    endpoints: [{ paths: '/gone/*' }, { paths: '/*' }],
    policies: [null, OPEN],
    paths: ['/gone/x', '/x'],
  },
  'methods.test': {
    endpoints: [{ paths: '/m', methods: 'GET' }, { paths: '/m' }],
    policies: [OPEN, GUARDED],
    paths: ['/m'],
  },
  'condition.test': {
    endpoints: [{}],
    policies: [[jwt({}, { name: 'method', methods: ['POST'] }), PROXY]],
    paths: ['/'],
  },
  'sometimes.test': {
    endpoints: [{}],
    policies: [[jwt({}, { name: 'pathMatch', pattern: '^/a' }), PROXY]],
    paths: ['/a', '/b'],
  },
  'through.test': {
    endpoints: [{}],
    policies: [[jwt({ passThrough: true }), PROXY]],
    paths: ['/'],
  },
  'audience.test': { endpoints: [{}], policies: [[jwt({ audience: 'b' }), PROXY]], paths: ['/'] },
  'issuer.test': { endpoints: [{}], policies: [[jwt({ issuer: ISSUER }), PROXY]], paths: ['/'] },
  'consumer.test': {
    endpoints: [{}],
    policies: [[jwt({ checkCredentialExistence: true }), PROXY]],
    paths: ['/'],
  },
  'query.test': {
    endpoints: [{}],
    policies: [[jwt({ jwtExtractor: 'query', jwtExtractorField: 'token' }), PROXY]],
    paths: ['/', '/?a=b'],
  },
  'header.test': {
    endpoints: [{}],
    policies: [[jwt({ jwtExtractor: 'header', jwtExtractorField: 'x-token' }), PROXY]],
    paths: ['/'],
  },
  'spelled.test': {
    endpoints: [{}],
    policies: [[jwt({ jwtExtractor: 'header', jwtExtractorField: 'X-Token' }), PROXY]],
    paths: ['/'],
  },
  'scheme.test': {
    endpoints: [{}],
    policies: [[jwt({ jwtExtractor: 'authScheme', jwtExtractorField: 'JWT' }), PROXY]],
    paths: ['/'],
  },
  'anyone.test': {
    endpoints: [{}],
    policies: [
      [jwt({ jwtExtractor: 'header', jwtExtractorField: 'x-token', passThrough: true }), PROXY],
    ],
    paths: ['/'],
  },
  'places.test': {
    endpoints: [{}],
    policies: [[jwt(), jwt({ jwtExtractor: 'header', jwtExtractorField: 'x-token' }), PROXY]],
    paths: ['/'],
  },
  'twice.test': {
    endpoints: [{}],
    policies: [[jwt(), jwt({ audience: 'b' }), PROXY]],
    paths: ['/'],
  },
  'secret.test': {
    endpoints: [{}],
    policies: [
      [
        {
          jwt: [
            {
              action: {
                secretOrPublicKey: SECRET,
                algorithms: ['HS256'],
                issuer: 'https://hs.example/',
                checkCredentialExistence: false,
              },
            },
          ],
        },
        PROXY,
      ],
    ],
    paths: ['/'],
  },
  'answered.test': {
    endpoints: [{ paths: '/a' }, {}],
    policies: [[{ terminate: [{ action: { statusCode: 403, message: 'no' } }] }], OPEN],
    paths: ['/a', '/b'],
  },
  'next.test': {
    endpoints: [{ paths: '/a' }, {}],
    policies: [[jwt()], OPEN],
    paths: ['/a', '/b'],
  },
  '*.wild.test': { endpoints: [{}], policies: [GUARDED], paths: ['/'] },
};

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  '*.wild.test': ['a.wild.test', 'a.b.wild.test', 'wild.test', 'A.WILD.test'],
};

function configOf(sites: Readonly<Record<string, Site>>): object {
  const endpoints = Object.entries(sites).flatMap(([host, site]) =>
    site.endpoints.map((one, index) => ({
      name: `${host}-${index}`,
      one: { host, ...one },
      policies: site.policies[index],
    })),
  );
  return {
    policies: ['jwt', 'proxy', 'key-auth', 'terminate'],
    apiEndpoints: Object.fromEntries(endpoints.map(({ name, one }) => [name, one])),
    pipelines: Object.fromEntries(
      endpoints.flatMap(({ name, policies }) =>
        policies === null || policies === undefined
          ? []
          : [[name, { apiEndpoints: [name], policies }]],
      ),
    ),
  };
}

function tokensOf(rig: Rig): Readonly<Record<string, string | null>> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'https://hs.example/', sub: 'user', exp: 4_000_000_000 };
  const input = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return {
    none: null,
    good: rig.token(),
    'for b': rig.token({ aud: 'b' }),
    expired: rig.token({ exp: 1_000_000_000 }),
    'of another issuer': rig.token({ iss: 'https://other.example/' }),
    'without exp': rig.token({ exp: undefined }),
    broken: `${rig.token().slice(0, -8)}AAAAAAAA`,
    secret: `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`,
  };
}

/** What is different, where, and why. */
interface Difference {
  readonly why: string;
  readonly is: (asked: {
    readonly host: string;
    readonly path: string;
    readonly token: string;
    readonly method: string;
    readonly place: Place;
  }) => boolean;
}

/** How a request brings its token. */
const BRING = {
  bearer: (token: string) => ({ query: '', headers: { authorization: `Bearer ${token}` } }),
  scheme: (token: string) => ({ query: '', headers: { authorization: `jwt ${token}` } }),
  header: (token: string) => ({ query: '', headers: { 'x-token': token } }),
  query: (token: string) => ({ query: `token=${token}`, headers: {} }),
} satisfies Record<string, (token: string) => Brought>;
type Place = keyof typeof BRING;
const PLACES = Object.keys(BRING) as readonly Place[];
const BEARER_ONLY: readonly Place[] = ['bearer'];

interface Brought {
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sites at which a token is brought in every place; at the others, as Bearer alone. */
const EVERY_PLACE = /^(?:query|header|spelled|scheme|anyone|places|through)\.test$/;

/** Express Gateway let it pass, and Watchword refuses. */
const STRICTER: readonly Difference[] = [
  {
    why: 'a token without exp never ends: Watchword refuses it (token_unbounded)',
    is: ({ token }) => token === 'without exp',
  },
  {
    why: 'the issuer is mandatory: --issuer names it where the policy does not',
    is: ({ token }) => token === 'of another issuer',
  },
  {
    why: '/orders* has /ordersX too, which no pattern of match says',
    is: ({ host, path }) => host === 'begins.test' && path === '/ordersX',
  },
  {
    why: '/users/:id(\\d+) has no pattern: a placeholder refuses every id',
    is: ({ host, path }) => host === 'digits.test' && /^\/users\/\w+$/.test(path),
  },
  {
    why: 'pathRegex has no pattern: a placeholder refuses what begins alike, in any letter case',
    is: ({ host, path }) => host === 'regex.test' && path.startsWith('/internal'),
  },
  {
    why: 'the same, and a regular expression has a letter case',
    is: ({ host, path }) => host === 'regex.test' && path.startsWith('/INTERNAL'),
  },
  {
    why: 'a condition on the path is no pattern: the token is required always',
    is: ({ host, path }) => host === 'sometimes.test' && path === '/b',
  },
  {
    why: 'passThrough lets a bad token pass; optional lets a missing one pass only',
    is: ({ host, token, place }) =>
      (host === 'through.test' && token !== 'none' && place === 'bearer') ||
      (host === 'anyone.test' && token !== 'none' && place === 'header'),
  },
];

/** Express Gateway had no endpoint for it, and Watchword lets it pass with a token. */
const WIDER: readonly Difference[] = [
  {
    why: '/orders/** of match has /orders too; a token is needed',
    is: ({ host, path, token }) => host === 'below.test' && path === '/orders' && token !== 'none',
  },
  {
    why: '*.wild.test of match has hosts of several labels; a token is needed',
    is: ({ host, token }) => host === 'a.b.wild.test' && token !== 'none',
  },
];

test('the real Express Gateway and the migrated configuration differ only where it is intended', async () => {
  await using rig = await openRig();
  const config = configOf(SITES);
  await writeFile(join(rig.folder, 'secret'), SECRET);
  const [file] =
    SOURCES['express-gateway']?.(
      { file: 'gateway.config.yml', content: stringify(config) },
      { issuer: ISSUER, audience: undefined },
      { to: 'same', gateway: { name: 'g' }, service: { namespace: 'w', name: 'w' } },
    ).files ?? [];
  assert.ok(file !== undefined);
  const passes = await rig.open(textOf(file, []));
  await using gateway = await startExpressGateway(rig.folder, config);
  const used = new Set<Difference>();
  let alike = 0;
  const tokens = Object.entries(tokensOf(rig));
  for (const [site, { paths }] of Object.entries(SITES))
    for (const host of HOSTS[site] ?? [site])
      for (const path of paths)
        for (const [token, value] of tokens)
          for (const place of EVERY_PLACE.test(site) && value !== null ? PLACES : BEARER_ONLY)
            for (const method of ['GET', 'POST']) {
              const asked = { host, path, token, method, place };
              const sent = sentWith(asked, value);
              const before = await gateway.passes(sent);
              const after = await passes({ ...sent, token: null });
              if (before === after) {
                alike += 1;
                continue;
              }
              const found = (before ? STRICTER : WIDER).find((one) => one.is(asked));
              assert.ok(found !== undefined, `${JSON.stringify(asked)}: ${before} is ${after} now`);
              used.add(found);
            }
  for (const one of [...STRICTER, ...WIDER]) assert.ok(used.has(one), `never seen: ${one.why}`);
  assert.ok(alike > 500, `${alike} alike`);
});

/** The request that both are asked about, with its token at its place. */
function sentWith(
  asked: {
    readonly host: string;
    readonly path: string;
    readonly method: string;
    readonly place: Place;
  },
  token: string | null,
) {
  const { host, path, method, place } = asked;
  if (token === null) return { host, path, method, headers: {} };
  const { query, headers } = BRING[place](token);
  const target = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  return { host, path: target, method, headers };
}
