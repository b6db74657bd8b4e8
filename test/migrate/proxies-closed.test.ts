import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { Migration } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { type HttpProxy, pipelineBehindContour } from './contour-model.ts';
import { ISSUER } from './decide.ts';
import { assertGuarded, requests } from './guarded.ts';
import { guardedByNginx, ingresses, ingressObject } from './nginx-model.ts';

/* Ingresses become HTTPProxies of Contour: what an authorizer guarded is judged by the pipeline in its place, or by nothing. */

const TARGET: RouteTarget = {
  to: 'contour',
  gateway: { name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};

function migrated(source: string, objects: readonly object[]): Migration {
  const content = objects.map((one) => stringify(one)).join('---\n');
  const migrate = SOURCES[source];
  assert.ok(migrate !== undefined);
  return migrate({ file: 'in.yaml', content }, { issuer: ISSUER, audience: 'a' }, TARGET);
}

function proxiesIn({ files }: Migration): readonly HttpProxy[] {
  const file = files.find(({ name }) => name === 'httpproxies.yaml');
  return (file?.documents ?? []) as readonly HttpProxy[];
}

test('no request comes under the pipeline of another authorizer', () => {
  let served = 0;
  fc.assert(
    fc.property(ingresses, requests, (all, asked) => {
      const proxies = proxiesIn(migrated('ingress-nginx', all.map(ingressObject)));
      const authorizerOf = (pipeline: string) =>
        all[Number(pipeline.slice(1))]?.authorizer ?? undefined;
      for (const sent of asked) {
        const pipeline = pipelineBehindContour(proxies, sent);
        if (assertGuarded(pipeline, sent, guardedByNginx(all, sent), authorizerOf)) served += 1;
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(served > 500, `${served} served`);
});

test('no condition of a host is there twice, and every host has one root', () => {
  fc.assert(
    fc.property(ingresses, (all) => {
      const proxies = proxiesIn(migrated('ingress-nginx', all.map(ingressObject)));
      const names = proxies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      assert.equal(new Set(names).size, names.length, 'names');
      const roots = proxies.filter(({ spec }) => spec.virtualhost !== undefined);
      const hosts = roots.map(({ spec }) => spec.virtualhost?.fqdn);
      assert.equal(new Set(hosts).size, hosts.length, 'hosts');
      for (const root of roots) {
        const included = (root.spec.includes ?? []).map(({ name }) => name);
        const tree = proxies.filter((one) => one === root || included.includes(one.metadata.name));
        const conditions = tree.flatMap(({ spec }) =>
          (spec.routes ?? []).map((route) => JSON.stringify(route.conditions)),
        );
        assert.ok(conditions.length > 0, 'routes');
        assert.equal(new Set(conditions).size, conditions.length, conditions.join());
      }
    }),
  );
});

const backend = { service: { name: 'web', port: { number: 80 } } };

/** An Ingress that Contour serves. */
const ingress = (name: string, annotations: object, spec: object, path = '/') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop', annotations },
  spec: {
    rules: [{ host: 'a.example.com', http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
    ...spec,
  },
});
const TLS = { tls: [{ hosts: ['a.example.com'], secretName: 'a-tls' }] };
const ORDERS = { 'watchword.dev/pipeline': 'orders', 'watchword.dev/scopes': 'read' };

describe('an Ingress with TLS that Contour serves', () => {
  test('becomes an HTTPProxy with its certificate and its annotations, which asks by itself', () => {
    const result = migrated('contour', [ingress('web', { ...ORDERS, other: 'x' }, TLS)]);
    assert.deepEqual(result.notes, []);
    assert.deepEqual(proxiesIn(result), [
      {
        apiVersion: 'projectcontour.io/v1',
        kind: 'HTTPProxy',
        metadata: { name: 'web', namespace: 'shop', annotations: ORDERS },
        spec: {
          virtualhost: {
            fqdn: 'a.example.com',
            tls: { secretName: 'a-tls' },
            authorization: {
              extensionRef: { namespace: 'watchword', name: 'watchword' },
              responseTimeout: '1s',
            },
          },
          routes: [{ conditions: [{ prefix: '/' }], services: [{ name: 'web', port: 80 }] }],
        },
      },
    ]);
  });

  test('is one of several HTTPProxies where others have its host, each with its own annotations', () => {
    const result = migrated('contour', [
      ingress('plain', {}, {}, '/open'),
      ingress('web', ORDERS, TLS),
    ]);
    assert.deepEqual(
      proxiesIn(result).map(({ metadata: { name, annotations }, spec }) => [
        name,
        annotations,
        spec.virtualhost?.tls?.secretName,
        spec.includes?.map((one) => one.name),
      ]),
      [
        ['web-2', undefined, 'a-tls', ['plain', 'web']],
        ['plain', undefined, undefined, undefined],
        ['web', ORDERS, undefined, undefined],
      ],
    );
  });

  test('a host without TLS is said to ask by the configuration of Contour only', () => {
    const { notes } = migrated('contour', [ingress('web', ORDERS, {})]);
    assert.deepEqual(
      notes.map(({ where, isLoss }) => [where, isLoss]),
      [['HTTPProxy a.example.com', undefined]],
    );
    assert.match(notes[0]?.says ?? '', /globalExtAuth .* without that it is open/);
  });

  test('without a Secret is served by nobody until it has one, and it is said', () => {
    const result = migrated('contour', [ingress('web', ORDERS, { tls: [{}] })]);
    assert.equal(proxiesIn(result)[0]?.spec.virtualhost?.tls?.secretName, 'web-tls');
    assert.deepEqual(
      result.notes.map(({ says, isLoss }) => [says.slice(0, 15), isLoss]),
      [['names no Secret', true]],
    );
  });

  test('has a certificate of a wildcard for one name before it only', () => {
    for (const [host, secret] of [
      ['a.example.com', 'wide'],
      ['example.com', undefined],
      ['a.b.example.com', undefined],
    ] as const) {
      const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
      const tls = [{ hosts: ['*.example.com'], secretName: 'wide' }];
      const [root] = proxiesIn(migrated('contour', [ingress('web', ORDERS, { rules, tls })]));
      assert.equal(root?.spec.virtualhost?.tls?.secretName, secret, host);
    }
  });

  test('of two with one path that are guarded in two ways neither gets its requests', () => {
    const result = migrated('contour', [ingress('web', ORDERS, TLS), ingress('open', {}, {})]);
    const routes = proxiesIn(result).flatMap(({ spec }) => spec.routes ?? []);
    assert.deepEqual(routes, [
      { conditions: [{ prefix: '/' }], directResponsePolicy: { statusCode: 403 } },
    ]);
    assert.ok(result.notes.some(({ says }) => says.startsWith('/ is refused: Ingress shop/open')));
  });
});

test('a prefix is one of whole segments, and an exact path comes before it', () => {
  const paths = [
    { path: '/api', pathType: 'Prefix', backend },
    {
      path: '/api',
      pathType: 'Exact',
      backend: { service: { name: 'one', port: { number: 80 } } },
    },
  ];
  const rules = [{ host: 'a.example.com', http: { paths } }];
  const [proxy] = proxiesIn(migrated('contour', [ingress('web', {}, { rules })]));
  assert.deepEqual(
    proxy?.spec.routes?.map(({ conditions, services }) => [conditions[0], services]),
    [
      [{ exact: '/api' }, [{ name: 'one', port: 80 }]],
      [{ prefix: '/api/' }, [{ name: 'web', port: 80 }]],
    ],
  );
});

test('what docs/gateways/contour.md says is what comes out', () => {
  const page = readFileSync(new URL('../../docs/gateways/contour.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## An Ingress with TLS\n');
  const [before, after] = [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, yaml = '']) => parse(yaml) as object,
  );
  assert.ok(before !== undefined && after !== undefined);
  const result = migrated('contour', [before]);
  assert.deepEqual(proxiesIn(result), [after]);
  assert.deepEqual(result.notes, []);
});
