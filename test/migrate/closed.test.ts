import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrateIngressNginx } from '../../src/migrate/ingress-nginx.ts';
import { manifestsOf } from '../../src/migrate/manifests.ts';
import type { Mapping } from '../../src/migrate/mapping.ts';
import type { Migration } from '../../src/migrate/migration.ts';
import { migrateTraefik } from '../../src/migrate/traefik.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { CORPUS } from './corpus.ts';

const TARGET: RouteTarget = {
  to: 'gateway-api',
  gateway: { namespace: 'infra', name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};
const OPTIONS = { issuer: 'https://t.example/', audience: 'http://orders' };

interface Route {
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches?: readonly { readonly path?: { readonly value: string } }[];
      readonly filters?: readonly object[];
      readonly backendRefs?: readonly object[];
    }[];
  };
}

function specimen(title: string): readonly object[] {
  const found = CORPUS.find((one) => one.title.startsWith(title));
  assert.ok(found !== undefined, title);
  return found.documents('shop');
}

function documentsIn({ files }: Migration, name: string): readonly object[] {
  return files.find((file) => file.name === name)?.documents ?? [];
}

function ingressRoutes(documents: readonly object[]): readonly Route[] {
  const manifests = manifestsOf(documents as readonly Mapping[]);
  return documentsIn(migrateIngressNginx(manifests, OPTIONS, TARGET), 'routes.yaml') as Route[];
}

function traefikRoutes(documents: readonly object[]): readonly Route[] {
  const manifests = manifestsOf(documents as readonly Mapping[]);
  return documentsIn(migrateTraefik(manifests, OPTIONS, TARGET), 'routes.yaml') as Route[];
}

test('a path that is a regular expression keeps its place without a backend, after the rules that have one', () => {
  const [route, ...others] = ingressRoutes(specimen('regular expressions'));
  assert.deepEqual(others, []);
  assert.deepEqual(
    route?.spec.rules.map(({ matches, backendRefs }) => [
      matches?.[0]?.path?.value,
      backendRefs === undefined ? 'refused' : 'served',
    ]),
    [
      ['/plain', 'served'],
      ['/exact', 'served'],
      ['/api', 'refused'],
    ],
  );
});

test('routes have a name each, and ports by their names', () => {
  const routes = ingressRoutes(specimen('several hosts'));
  assert.deepEqual(
    routes.map(({ metadata, spec }) => [metadata.name, spec.hostnames, spec.rules[0]?.backendRefs]),
    [
      ['web', undefined, [{ name: 'web', port: 8181 }]],
      ['web-3', ['a.example.com'], [{ name: 'web', port: 8181 }]],
      ['web-4', ['*.example.com'], [{ name: 'web', port: 8181 }]],
      ['web-2', ['b.example.com'], undefined],
    ],
  );
});

test('a route has no more rules than an HTTPRoute may have, and none is lost', () => {
  const routes = ingressRoutes(specimen('more paths'));
  assert.deepEqual(
    routes.map(({ spec }) => spec.rules.length),
    [16, 4],
  );
});

test('a canary is no route of its own: it would take all requests, or none', () => {
  const routes = ingressRoutes(specimen('a canary'));
  assert.deepEqual(
    routes.map(({ metadata }) => metadata.name),
    ['web'],
  );
});

test('a chain is followed to its authorizer; what a route cannot say is refused at its place', () => {
  const routes = traefikRoutes(specimen('chains'));
  assert.deepEqual(
    routes.map(({ metadata, spec }) => [
      metadata.name,
      spec.hostnames?.[0],
      spec.rules[0]?.matches?.[0]?.path?.value,
      metadata.annotations['watchword.dev/pipeline'],
      spec.rules[0]?.backendRefs === undefined ? 'refused' : 'served',
    ]),
    [
      ['web', 'chain.example.com', undefined, 'authorize', 'served'],
      ['web-2', 'two.example.com', undefined, 'refused', 'served'],
      ['web-3', 'mirror.example.com', undefined, 'authorize', 'refused'],
      ['web-5', 'a.example.com', '/items', 'authorize', 'refused'],
      ['web-6', 'a.example.com', '/', 'authorize', 'refused'],
      ['web-7', 'port.example.com', undefined, 'authorize', 'refused'],
      ['web-8', 'open.example.com', undefined, 'refused', 'served'],
    ],
  );
});

test('Traefik: hosts in lower case, weights, a service elsewhere', () => {
  const [first, second] = traefikRoutes(specimen('priorities'));
  assert.deepEqual(first?.spec.hostnames, ['shop.example.com']);
  assert.deepEqual(second?.spec.rules[0]?.matches?.length, 4);
  assert.deepEqual(second?.spec.rules[0]?.backendRefs, [
    { name: 'web', port: 8181, weight: 9 },
    { name: 'next', namespace: 'elsewhere', port: 80, weight: 1 },
  ]);
});

test('no identity header of a client arrives, also where no claim is known for it', () => {
  const annotations = {
    'nginx.ingress.kubernetes.io/auth-url': 'http://auth/',
    'nginx.ingress.kubernetes.io/auth-response-headers':
      'X-Auth-Request-User,X-Tenant,X-Forwarded-User,Authorization',
  };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const object = {
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  };
  const migration = migrateIngressNginx(manifestsOf([object]), OPTIONS, TARGET);
  const [config] = documentsIn(migration, 'watchword.yaml');
  assert.deepEqual((config as Mapping)['identityHeaders'], ['x-auth-request-user', 'x-tenant']);
  const [route] = documentsIn(migration, 'routes.yaml') as Route[];
  assert.deepEqual(route?.spec.rules[0]?.filters, [
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { remove: ['x-forwarded-user'] },
    },
  ]);
});

test('nothing that asks an authorizer: nothing is written, and that is said', () => {
  const { files, notes } = migrateTraefik([], OPTIONS, TARGET);
  assert.deepEqual(files, []);
  assert.match(notes.at(-1)?.says ?? '', /no object of the file asks an authorizer/);
});
