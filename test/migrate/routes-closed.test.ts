import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { textOf } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { ISSUER, openRig, type Rig } from './decide.ts';
import { type HttpRoute, pipelineOf, type Sent } from './gateway-model.ts';
import { assertGuarded, type Guarded, requests } from './guarded.ts';
import { guardedByNginx, ingresses, ingressObject } from './nginx-model.ts';

/*
 * Random objects of ingress-nginx and Traefik, models of the two, and of a Gateway with the HTTPRoutes that are printed: what
 * an authorizer guarded is judged by the pipeline in its place, or by nothing, and nothing passes without a token.
 */

const TARGET: RouteTarget = {
  to: 'gateway-api',
  gateway: { namespace: 'infra', name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};

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

/** Asserts it both where a Gateway keeps to the most specific host and where it does not. Tells whether something serves the request. */
function assertRouted(
  { routes }: Migrated,
  sent: Sent,
  before: readonly Guarded[],
  authorizerOf: (pipeline: string) => string | undefined,
): boolean {
  assertGuarded(pipelineOf(routes, sent, false), sent, before, authorizerOf);
  return assertGuarded(pipelineOf(routes, sent, true), sent, before, authorizerOf);
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

test('ingress-nginx: no request comes under the pipeline of another authorizer, or passes without a token', async () => {
  await using rig = await openRig();
  let served = 0;
  await fc.assert(
    fc.asyncProperty(ingresses, requests, async (all, asked) => {
      const result = migrated('ingress-nginx', all.map(ingressObject));
      const authorizerOf = (pipeline: string) =>
        all[Number(pipeline.slice(1))]?.authorizer ?? undefined;
      for (const sent of asked)
        if (assertRouted(result, sent, guardedByNginx(all, sent), authorizerOf)) served += 1;
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
        if (assertRouted(result, sent, before, authorizerOf)) served += 1;
      }
      await assertClosed(rig, result);
    }),
    { numRuns: 200 },
  );
  assert.ok(served > 200, `${served} served`);
});
