import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { textOf } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { ISSUER, openRig } from './decide.ts';
import {
  type Action,
  type Endpoint,
  fateOf,
  type Gateway,
  type Pipeline,
} from './express-model.ts';

/*
 * Random configurations of Express Gateway, a model of it, and the printed configuration in the real check: what passes
 * there passed here.
 */

const TARGET: RouteTarget = {
  to: 'same',
  gateway: { name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};

/** Parts that paths are made of, those of requests and those of patterns. */
const WORDS = ['users', 'admin', 'ops', 'orders', 'ordersX', 'USERS', 'Admin', '42', 'abc', 'v1'];
const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('users', 'admin', 'Orders', ':id', '42') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[':id?', ':id(\\d+)', ':id([a-z]+)', '(admin|ops)', ':name(users|admin)', 'v:ver'],
      ...['order(s)?', 'user?s', ':id*', ':id(.*)', ':id(\\d*)', '*', 'user*', ':a-:b', '(\\d+)'],
      ...['[0-9]+', 'a|b', '?', 'orders+'],
    ),
  },
);
const paths = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('/*', '*', '/', '/users/*', '/orders*', '/admin', '/admin/*'),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '/', '/*', '*'))
      .map(([segments, end]) => `/${segments.join('/')}${end}`),
  },
);
const isReadable = (source: string): boolean => {
  try {
    fateOf(
      { apiEndpoints: { a: { paths: source } }, pipelines: {} },
      { method: 'GET', host: 'a', path: '/', audience: null },
    );
    return true;
  } catch {
    return false;
  }
};
const host = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('*', 'a.example.com', 'A.Example.com', '*.example.com', 'api-*.example.com')
      .map((one) => ({ host: one })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('^a[.]', '.*', '^(a|b)[.]example[.]com$', 'x.*')
      .map((hostRegex) => ({ hostRegex })),
  },
);
const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .oneof(
        paths,
        fc.array(paths, { maxLength: 2 }).map((all) => all),
      )
      .map((one) => ({ paths: one })),
  },
  { weight: 1, arbitrary: paths.map((one) => ({ path: one })) },
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        '^/users',
        '^/admin/.*',
        'abc$',
        '^/users|/admin',
        '^\\/users\\/\\d+',
        '^/ops(/|$)',
        '^/admins?/',
        '.*',
      )
      .map((pathRegex) => ({ pathRegex })),
  },
);
const methods = fc.constantFrom<Pick<Endpoint, 'methods'>>(
  {},
  {},
  {},
  { methods: '*' },
  { methods: 'get, POST' },
  { methods: ['DELETE'] },
  { methods: ['HEAD', 'POST'] },
);
const endpoint: fc.Arbitrary<Endpoint> = fc
  .tuple(host, path, methods)
  .map(([...parts]) => Object.assign({}, ...parts) as Endpoint)
  .filter((one) => [one.paths ?? one.path ?? []].flat().every(isReadable));

const leaf = fc.constantFrom(
  { name: 'always' },
  { name: 'never' },
  { name: 'method', methods: ['GET', 'HEAD'] },
  { name: 'method', methods: 'POST' },
  { name: 'pathMatch', pattern: 'users' },
  { name: 'pathExact', path: '/admin' },
);
const condition: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  leaf,
  leaf.map((one) => ({ name: 'not', condition: one })),
  fc.tuple(leaf, leaf).map((conditions) => ({ name: 'allOf', conditions })),
  fc.tuple(leaf, leaf).map((conditions) => ({ name: 'oneOf', conditions })),
);
const JWT = { secretOrPublicKeyFile: './key/pub.pem', checkCredentialExistence: false };
const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ jwt: JWT }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Readonly<Record<string, object>>>(
      { jwt: { ...JWT, audience: 'b' } },
      { jwt: { ...JWT, passThrough: true } },
      { jwt: { secretOrPublicKeyFile: './key/pub.pem' } },
      { 'key-auth': {} },
      { 'key-auth': { passThrough: true } },
      { 'ip-filter': {} },
      { log: {} },
      { 'rate-limit': {} },
      { terminate: {} },
    ),
  },
  { weight: 5, arbitrary: fc.constant({ proxy: { serviceEndpoint: 'app' } }) },
);
const policy = fc
  .tuple(action, fc.option(condition, { nil: undefined, freq: 3 }))
  .map(([named, when]) => {
    const [[name, settings] = ['', {}]] = Object.entries(named);
    return {
      [name]: [{ action: settings, ...(when === undefined ? {} : { condition: when }) } as Action],
    };
  });
const proxy = { proxy: [{ action: { serviceEndpoint: 'app' } }] };
const pipeline = (names: readonly string[]): fc.Arbitrary<Pipeline> =>
  fc
    .tuple(fc.subarray([...names]), fc.array(policy, { maxLength: 3 }), fc.boolean())
    .map(([apiEndpoints, policies, isServed]) => ({
      apiEndpoints,
      policies: isServed ? [...policies, proxy] : policies,
    }));
const REST = { apiEndpoints: ['rest'], policies: [proxy] };
const gateway: fc.Arbitrary<Gateway> = fc
  .tuple(fc.array(endpoint, { minLength: 1, maxLength: 3 }), fc.boolean())
  .chain(([all, hasRest]) => {
    const own = Object.fromEntries(all.map((one, index) => [`e${index}`, one]));
    return fc.array(pipeline(Object.keys(own)), { minLength: 1, maxLength: 3 }).map((some) => ({
      apiEndpoints: hasRest ? { ...own, rest: { paths: '/*' } } : own,
      pipelines: {
        ...Object.fromEntries(some.map((one, index) => [`p${index}`, one])),
        ...(hasRest ? { rest: REST } : {}),
      },
    }));
  });

const requests = fc.array(
  fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'PUT'),
    host: fc.constantFrom(
      'a.example.com',
      'api-1.example.com',
      'x.b.example.com',
      'b.test',
      'b.example.com',
    ),
    path: fc
      .tuple(
        fc.array(fc.constantFrom(...WORDS, 'a', 'b', 'ab'), { maxLength: 3 }),
        fc.constantFrom('', '/'),
      )
      .map(([segments, end]) => (segments.length === 0 ? '/' : `/${segments.join('/')}${end}`)),
    audience: fc.constantFrom(null, null, 'a', 'b'),
  }),
  { minLength: 40, maxLength: 40 },
);

test('Express Gateway: nothing passes that did not pass before, without a token and with one', async () => {
  await using rig = await openRig();
  const tokens = { a: rig.token({ aud: 'a' }), b: rig.token({ aud: 'b' }) };
  const seen = { open: 0, guarded: 0, both: 0 };
  await fc.assert(
    fc.asyncProperty(gateway, requests, async (from, asked) => {
      const { files } = SOURCES['express-gateway']?.(
        { file: 'gateway.config.yml', content: stringify(from) },
        { issuer: ISSUER, audience: undefined },
        TARGET,
      ) ?? { files: [] };
      const [file] = files;
      assert.ok(file !== undefined);
      const text = textOf(file, []);
      const passes = await rig.open(text);
      for (const one of asked) {
        const { audience } = one;
        const token = audience === null ? null : tokens[audience as 'a'];
        const isPassed = await passes({ ...one, token });
        const fate = fateOf(from, one);
        if (fate === 'backend') seen[audience === null ? 'open' : 'guarded'] += 1;
        if (isPassed && fate === 'backend') seen.both += 1;
        // What nothing served may pass with a token: `/x/**` has `/x` too.
        const isRight = fate === 'backend' || (fate === 'absent' && token !== null);
        assert.ok(!isPassed || isRight, `${JSON.stringify(one)} was ${fate}\n${text}`);
      }
    }),
    { numRuns: 250 },
  );
  // The property would hold for a migration that refuses everything.
  assert.ok(seen.both > (seen.open + seen.guarded) / 5, JSON.stringify(seen));
});
