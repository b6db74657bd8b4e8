import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { textOf } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { ISSUER, openRig, type Rig } from './decide.ts';
import { type HttpRoute, hostRank, pipelineOf, type Sent } from './gateway-model.ts';

/*
 * Random objects of ingress-nginx and Traefik, models of the two, and of a Gateway with the HTTPRoutes that are printed: what
 * an authorizer guarded is judged by the pipeline in its place, or by nothing, and nothing passes without a token.
 */

const TARGET: RouteTarget = {
  to: 'gateway-api',
  gateway: { namespace: 'infra', name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};

/** Who guards a request before: authorizers, and whether something else may refuse it. */
interface Guarded {
  readonly authorizers: readonly string[];
  readonly isRefusing: boolean;
}

interface Migrated {
  readonly routes: readonly HttpRoute[];
  readonly configuration: string | undefined;
}

function migrated(source: string, objects: readonly object[]): Migrated {
  const content = objects.map((one) => stringify(one)).join('---\n');
  const options = { issuer: ISSUER, audience: 'a' };
  const { files } = SOURCES[source]?.({ file: 'in.yaml', content }, options, TARGET) ?? {
    files: [],
  };
  const file = files.find(({ name }) => name === 'watchword.yaml');
  return {
    routes: (files.find(({ name }) => name === 'routes.yaml')?.documents ?? []) as HttpRoute[],
    configuration: file === undefined ? undefined : textOf(file, []),
  };
}

/** Fails where a request is judged by a pipeline that does not stand for who guarded it. `before` are those who may have. */
function assertGuarded(
  { routes }: Migrated,
  sent: Sent,
  before: readonly Guarded[],
  authorizerOf: (pipeline: string) => string | undefined,
): boolean {
  for (const isHostKept of [true, false]) {
    const pipeline = pipelineOf(routes, sent, isHostKept);
    if (pipeline === null || pipeline === 'refused') continue;
    const authorizer = authorizerOf(pipeline);
    // What nothing served may be served with a token: a Gateway has fewer servers of their own than nginx.
    const isRight =
      before.length === 0 ||
      before.some(
        ({ authorizers, isRefusing }) =>
          !isRefusing && authorizers.every((one) => one === authorizer),
      );
    const said = `${JSON.stringify(sent)} had ${JSON.stringify(before)} and has ${pipeline}`;
    assert.ok(isRight, `${said}\n${stringify(routes)}`);
  }
  return pipelineOf(routes, sent, true) !== null;
}

/** No pipeline of the configuration lets a request pass without a token. */
async function assertClosed(rig: Rig, { configuration, routes }: Migrated): Promise<void> {
  if (configuration === undefined) return;
  const passes = await rig.open(configuration);
  const pipelines = new Set(
    routes.map(({ metadata }) => metadata.annotations['watchword.dev/pipeline']),
  );
  for (const pipeline of [...pipelines].filter((one) => one !== undefined))
    assert.ok(
      !(await passes({ method: 'GET', host: 'a', path: '/', token: null, pipeline })),
      pipeline,
    );
}

const HOSTS = ['a.example.com', 'b.example.com', 'x.a.example.com', 'other.test'];
const requests = fc.array(
  fc.record({
    method: fc.constantFrom('GET', 'POST'),
    host: fc.constantFrom(...HOSTS),
    path: fc.constantFrom(
      ...['/', '/api', '/api/', '/apis', '/api/v1', '/api/v1/x', '/API/v1', '/admin', '/admin/x'],
      ...['/ops', '/ops/x', '/users/42', '/users', '/x', '/x/admin'],
    ),
  }),
  { minLength: 40, maxLength: 40 },
);

// ingress-nginx

interface Ingress {
  readonly host: string;
  readonly authorizer: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly paths: readonly { readonly path: string; readonly pathType: string }[];
}

const ingresses = fc
  .array(
    fc.record<Ingress>({
      host: fc.constantFrom('', 'a.example.com', 'b.example.com', '*.example.com'),
      authorizer: fc.constantFrom(null, 'http://one/', 'http://one/', 'http://two/'),
      annotations: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        {},
        {},
        { 'use-regex': 'true' },
        { 'rewrite-target': '/' },
        { 'whitelist-source-range': '10.0.0.0/8' },
        { 'auth-type': 'basic' },
        { 'configuration-snippet': 'deny all;' },
      ),
      paths: fc.array(
        fc.oneof(
          fc.record({
            path: fc.constantFrom('/', '/api', '/api/v1', '/admin', '/x', '/users'),
            pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
          }),
          fc.record({
            path: fc.constantFrom(
              ...[
                '/api(/|$)(.*)',
                '/(admin|ops)',
                '/(.*)',
                '/users/[0-9]+',
                '/a.*',
                '/api/|/admin',
              ],
            ),
            pathType: fc.constant('ImplementationSpecific'),
          }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  // Two locations of one text are one, of whichever Ingress is older.
  .filter((all) => {
    const places = all.flatMap(({ host, paths }) => paths.map(({ path }) => `${host} ${path}`));
    return new Set(places).size === places.length;
  });

const PREFIX = 'nginx.ingress.kubernetes.io/';

function ingressObject(ingress: Ingress, index: number): object {
  const { host, authorizer, annotations, paths } = ingress;
  const all = { ...annotations, ...(authorizer === null ? {} : { 'auth-url': authorizer }) };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `i${index}`,
      namespace: 'shop',
      annotations: Object.fromEntries(
        Object.entries(all).map(([key, value]) => [PREFIX + key, value]),
      ),
    },
    spec: {
      rules: [
        {
          ...(host === '' ? {} : { host }),
          http: { paths: paths.map((path) => ({ ...path, backend })) },
        },
      ],
    },
  };
}

/** The Ingress whose location nginx takes (controller's nginx.tmpl and sorting of locations), as who guards it. */
function guardedByNginx(all: readonly Ingress[], { host, path }: Sent): readonly Guarded[] {
  const servers = [...new Set(all.map((one) => one.host))]
    .flatMap((name) => {
      const rank = hostRank(name, host);
      return rank === null ? [] : [{ name, rank }];
    })
    .sort((a, b) => b.rank - a.rank);
  const own = all.filter((one) => one.host === servers[0]?.name);
  const isRegex = own.some(
    ({ annotations }) => 'use-regex' in annotations || 'rewrite-target' in annotations,
  );
  const locations = own
    .flatMap((ingress) => ingress.paths.map((one) => ({ ingress, ...one })))
    .sort((a, b) => b.path.length - a.path.length);
  const found = isRegex
    ? locations.find((one) => new RegExp(`^${one.path}`, 'i').test(path))
    : (locations.find((one) => one.pathType === 'Exact' && one.path === path) ??
      locations.find((one) => one.pathType !== 'Exact' && isUnder(path, one)));
  if (found === undefined) return [];
  const { authorizer, annotations } = found.ingress;
  const isRefusing = Object.keys(annotations).some((name) => /range|auth-type|snippet/.test(name));
  return [{ authorizers: authorizer === null ? [] : [authorizer], isRefusing }];
}

function isUnder(
  path: string,
  { path: own, pathType }: { path: string; pathType: string },
): boolean {
  if (pathType === 'ImplementationSpecific') return path.startsWith(own);
  return path === own || path.startsWith(own.endsWith('/') ? own : `${own}/`);
}

test('ingress-nginx: no request comes under the pipeline of another authorizer, or passes without a token', async () => {
  await using rig = await openRig();
  let served = 0;
  await fc.assert(
    fc.asyncProperty(ingresses, requests, async (all, asked) => {
      const result = migrated('ingress-nginx', all.map(ingressObject));
      const authorizerOf = (pipeline: string) =>
        all[Number(pipeline.slice(1))]?.authorizer ?? undefined;
      for (const sent of asked)
        if (assertGuarded(result, sent, guardedByNginx(all, sent), authorizerOf)) served += 1;
      await assertClosed(rig, result);
    }),
    { numRuns: 200 },
  );
  assert.ok(served > 200, `${served} served`);
});

// Traefik

interface Term {
  readonly text: string;
  readonly holds: (sent: Sent) => boolean;
}

const hosts = (...names: readonly string[]): Term => ({
  text: `Host(${names.map((name) => `\`${name}\``).join(', ')})`,
  holds: ({ host }) => names.includes(host),
});
const TERMS: readonly Term[] = [
  { text: 'PathPrefix(`/`)', holds: () => true },
  { text: 'PathPrefix(`/api`)', holds: ({ path }) => path.startsWith('/api') },
  { text: 'PathPrefix(`/api/v1`)', holds: ({ path }) => path.startsWith('/api/v1') },
  { text: 'PathPrefix(`/admin`)', holds: ({ path }) => path.startsWith('/admin') },
  { text: 'Path(`/api`)', holds: ({ path }) => path === '/api' },
  { text: '(Path(`/x`) || Path(`/users`))', holds: ({ path }) => ['/x', '/users'].includes(path) },
  { text: 'PathRegexp(`^/(admin|ops)/.*`)', holds: ({ path }) => /^\/(admin|ops)\/.*/.test(path) },
  { text: 'PathRegexp(`admin`)', holds: ({ path }) => path.includes('admin') },
  { text: '!PathPrefix(`/api`)', holds: ({ path }) => !path.startsWith('/api') },
  { text: 'Method(`GET`)', holds: ({ method }) => method === 'GET' },
  { text: 'Method(`POST`)', holds: ({ method }) => method === 'POST' },
];
const hostTerm = fc.constantFrom<Term>(
  hosts('a.example.com'),
  hosts('a.example.com', 'b.example.com'),
  hosts('b.example.com'),
  {
    text: 'HostRegexp(`^.+[.]example[.]com$`)',
    holds: ({ host }) => /^.+\.example\.com$/.test(host),
  },
);
const and = (terms: readonly Term[]): Term => ({
  text: terms.map(({ text }) => text).join(' && '),
  holds: (sent) => terms.every((term) => term.holds(sent)),
});
const rule = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(hostTerm, fc.constantFrom(...TERMS)).map(and) },
  { weight: 2, arbitrary: hostTerm },
  { weight: 2, arbitrary: fc.constantFrom(...TERMS) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(hostTerm, fc.subarray([...TERMS], { minLength: 2, maxLength: 2 }))
      .map(([host, terms]) => and([host, ...terms])),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(hostTerm, fc.constantFrom(...TERMS)).map(([host, term]) => ({
      text: `${host.text} || ${term.text}`,
      holds: (sent: Sent) => host.holds(sent) || term.holds(sent),
    })),
  },
);
const MIDDLEWARES = {
  one: { forwardAuth: { address: 'http://one/' } },
  two: { forwardAuth: { address: 'http://two/' } },
  limit: { rateLimit: { average: 1 } },
  addresses: { ipAllowList: { sourceRange: ['10.0.0.0/8'] } },
};
const traefikRoutes = fc.array(
  fc.record({
    rule,
    priority: fc.constantFrom(undefined, undefined, undefined, 1, 1000),
    middlewares: fc.constantFrom<readonly string[]>(
      ['one'],
      ['one'],
      ['two'],
      ['limit', 'one'],
      ['one', 'two'],
      ['addresses', 'one'],
      ['addresses'],
      ['gone'],
      [],
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

test('Traefik: no request comes under the pipeline of another authorizer, or passes without a token', async () => {
  await using rig = await openRig();
  let served = 0;
  await fc.assert(
    fc.asyncProperty(traefikRoutes, requests, async (all, asked) => {
      const objects = [
        ...Object.entries(MIDDLEWARES).map(([name, spec]) => ({
          apiVersion: 'traefik.io/v1alpha1',
          kind: 'Middleware',
          metadata: { name, namespace: 'shop' },
          spec,
        })),
        ...all.map((one, index) => ({
          apiVersion: 'traefik.io/v1alpha1',
          kind: 'IngressRoute',
          metadata: { name: `r${index}`, namespace: 'shop' },
          spec: {
            routes: [
              {
                match: one.rule.text,
                kind: 'Rule',
                ...(one.priority === undefined ? {} : { priority: one.priority }),
                middlewares: one.middlewares.map((name) => ({ name })),
                services: [{ name: 'web', port: 80 }],
              },
            ],
          },
        })),
      ];
      const result = migrated('traefik', objects);
      const authorizerOf = (pipeline: string) => `http://${pipeline}/`;
      for (const sent of asked) {
        const matching = all.filter((one) => one.rule.holds(sent));
        const priority = (one: (typeof all)[number]) => one.priority ?? one.rule.text.length;
        const highest = Math.max(...matching.map(priority));
        // Of two with one priority either may win.
        const winners = matching.filter((one) => priority(one) === highest);
        const before = winners.map(({ middlewares }) => ({
          authorizers: middlewares
            .filter((name) => ['one', 'two'].includes(name))
            .map((name) => `http://${name}/`),
          isRefusing: middlewares.some((name) => ['addresses', 'gone'].includes(name)),
        }));
        if (assertGuarded(result, sent, before, authorizerOf)) served += 1;
      }
      await assertClosed(rig, result);
    }),
    { numRuns: 200 },
  );
  assert.ok(served > 200, `${served} served`);
});
