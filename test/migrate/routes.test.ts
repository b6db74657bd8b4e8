import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { inFolder, type Run, watchword } from './watchword.ts';

/** The objects of a run that printed them, without the configuration. */
function objectsOf({ out }: Run) {
  const all = parseAllDocuments(out) as { toJS(): unknown }[];
  return all
    .map(
      (one) =>
        one.toJS() as {
          kind?: string;
          metadata: { name: string; annotations?: Record<string, string> };
          spec: Record<string, unknown>;
        },
    )
    .filter(({ kind }) => kind !== undefined);
}

const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'web',
    namespace: 'orders',
    uid: '1',
    annotations: {
      'nginx.ingress.kubernetes.io/auth-url': 'http://oauth2-proxy.auth/oauth2/auth',
      'nginx.ingress.kubernetes.io/auth-signin': 'https://login.example',
      'nginx.ingress.kubernetes.io/auth-response-headers':
        'X-Auth-Request-User, X-Tenant, Authorization',
      'nginx.ingress.kubernetes.io/proxy-body-size': '1m',
    },
  },
  spec: {
    tls: [{ hosts: ['a.example'] }],
    rules: ['a.example', 'b.example'].map((host, index) => ({
      host,
      http: {
        paths: [
          {
            path: '/v',
            pathType: index === 0 ? 'Prefix' : 'Exact',
            backend: { service: { name: 'web', port: { number: 80 } } },
          },
          {
            path: '/x(.*)',
            pathType: 'ImplementationSpecific',
            backend: { service: { name: 'web', port: { number: 80 } } },
          },
          {
            path: '/named',
            pathType: 'Exact',
            backend: { service: { name: 'web', port: { name: 'http' } } },
          },
        ],
      },
    })),
  },
};

test('Ingresses with auth-url become annotated HTTPRoutes of a Gateway that asks', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'ingress.yaml');
    await writeFile(from, JSON.stringify({ kind: 'List', items: [INGRESS] }));
    const run = watchword('migrate', 'ingress-nginx', from, '--gateway', 'infra/eg');
    const objects = objectsOf(run);
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ['HTTPRoute web', 'HTTPRoute web-2'],
    );
    const [route, second] = objects;
    assert.deepEqual(route?.metadata.annotations, { 'watchword.dev/pipeline': 'web' });
    assert.deepEqual(route?.spec, {
      parentRefs: [{ namespace: 'infra', name: 'eg' }],
      hostnames: ['a.example'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/v' } }],
          backendRefs: [{ name: 'web', port: 80 }],
        },
        { matches: [{ path: { type: 'Exact', value: '/named' } }] },
      ],
    });
    assert.deepEqual(second?.spec['hostnames'], ['b.example']);
    const texts = run.out.split('\n---\n');
    const values = parse(texts.find((text) => text.startsWith('# values.yaml')) ?? '');
    assert.deepEqual(values, {
      config: { routes: { watch: true, gateways: ['infra/eg'] } },
      wiring: { envoyGateway: { enabled: true, gateways: [{ name: 'eg', namespace: 'infra' }] } },
    });
    for (const left of [
      'auth-signin',
      'proxy-body-size',
      'tls',
      'path /x(.*)',
      'path /named: is refused, without a backend: a route needs the number of port http',
      'x-tenant',
      '--issuer',
      '--audience',
    ])
      assert.ok(
        run.notes.some((note) => note.includes(left)),
        left,
      );
  }));

test('with --to same the Ingress stays and its check goes to Watchword, the pipeline named', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'ingress.yaml');
    await writeFile(from, JSON.stringify(INGRESS));
    const [ingress, before, ...others] = objectsOf(
      watchword('migrate', 'ingress-nginx', from, '--to', 'same'),
    );
    assert.deepEqual(others, []);
    const { uid: _, ...metadata } = INGRESS.metadata;
    assert.deepEqual(before, { ...INGRESS, metadata }, 'to take the step back');
    assert.deepEqual(ingress?.spec, INGRESS.spec);
    assert.deepEqual(ingress?.metadata, {
      name: 'web',
      namespace: 'orders',
      annotations: {
        'nginx.ingress.kubernetes.io/auth-signin': 'https://login.example',
        'nginx.ingress.kubernetes.io/proxy-body-size': '1m',
        'nginx.ingress.kubernetes.io/auth-url':
          'http://watchword-http.watchword.svc.cluster.local:9180/auth/ingress-nginx/web',
        'nginx.ingress.kubernetes.io/auth-response-headers': 'X-Auth-Request-User,X-Tenant',
      },
    });
  }));

const TRAEFIK = [
  {
    kind: 'Middleware',
    metadata: { name: 'authorize', namespace: 'demo' },
    spec: {
      forwardAuth: {
        address: 'http://auth/verify',
        authResponseHeaders: ['x-auth-subject'],
        trustForwardHeader: true,
      },
    },
  },
  {
    kind: 'IngressRoute',
    metadata: { name: 'echo', namespace: 'demo' },
    spec: {
      routes: [
        'Host(`a.example`, `b.example`) && (PathPrefix(`/x`) || PathPrefix(`/y`)) && Method(`GET`)',
        'Host(`a.example`) || PathPrefix(`/x`)',
        'Host(`a.example`) && !Path(`/x`)',
        'HostRegexp(`.*`)',
      ].map((match) => ({
        match,
        middlewares: [{ name: 'authorize' }, { name: 'limit' }],
        services: [{ name: 'echo', port: 80 }],
      })),
    },
  },
];

test('IngressRoutes with forwardAuth become HTTPRoutes where the rule can be said', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'traefik.yaml');
    await writeFile(from, TRAEFIK.map((one) => JSON.stringify(one)).join('\n---\n'));
    const run = watchword('migrate', 'traefik', from);
    assert.equal(run.status, 2);
    const routes = objectsOf(run).filter(({ kind }) => kind === 'HTTPRoute');
    assert.deepEqual(
      routes.map(({ spec }) => spec['hostnames']),
      [['a.example', 'b.example'], ['a.example']],
      'the third holds its place, the others are nowhere',
    );
    // A Middleware that is not in the file may have refused.
    assert.equal(routes[0]?.metadata.annotations?.['watchword.dev/pipeline'], 'refused');
    assert.deepEqual(routes[0]?.spec, {
      parentRefs: [{ name: 'gateway' }],
      hostnames: ['a.example', 'b.example'],
      rules: [
        {
          matches: ['/x', '/y'].map((value) => ({
            path: { type: 'PathPrefix', value },
            method: 'GET',
          })),
          backendRefs: [{ name: 'echo', port: 80 }],
        },
      ],
    });
    for (const left of [
      'routes[1]: is left out',
      'routes[2]: is refused, without a backend',
      'routes[3]: is left out',
      'middleware limit: is not in the file',
      'trustForwardHeader',
    ])
      assert.ok(
        run.notes.some((note) => note.includes(left)),
        left,
      );
    const [middleware, before, ...others] = objectsOf(
      watchword('migrate', 'traefik', from, '--to', 'same'),
    );
    assert.deepEqual(others, []);
    assert.deepEqual(before, TRAEFIK[0]);
    assert.equal(middleware?.metadata.name, 'authorize');
    assert.deepEqual(middleware?.spec['forwardAuth'], {
      address: 'http://watchword-http.watchword.svc.cluster.local:9180/auth/traefik/authorize',
      authResponseHeaders: ['x-auth-subject'],
      trustForwardHeader: false,
    });
  }));

test('what is migrated is a configuration that validate takes', () =>
  inFolder(async (folder) => {
    for (const [source, object, incomplete] of [
      ['ingress-nginx', INGRESS, 2],
      ['traefik', TRAEFIK[0], 0],
    ] as const) {
      const from = join(folder, `${source}.json`);
      await writeFile(from, JSON.stringify(object));
      const out = join(folder, source);
      assert.equal(watchword('migrate', source, from, '--out', out).status, incomplete);
      const validated = watchword('validate', '--config', join(out, 'watchword.yaml'));
      assert.equal(validated.status, 0, validated.notes.join('\n'));
      assert.match(await readFile(join(out, 'watchword.yaml'), 'utf8'), /^# - issuers\[0\]/m);
      const again = watchword('migrate', source, from, '--out', out);
      assert.deepEqual([again.status, again.notes.length], [2, 1], 'nothing is overwritten');
    }
  }));

test('bad input is one line and exit 1 or 2', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'x.yaml');
    await writeFile(from, 'a: [1\n');
    const nothing = join(folder, 'nothing.yaml');
    await writeFile(nothing, 'kind: Service\n');
    for (const [status, ...args] of [
      [2],
      [2, 'nginx', from],
      [2, 'traefik'],
      [2, 'traefik', from, from],
      [2, 'traefik', join(folder, 'gone')],
      [2, 'traefik', from, '--to', 'x'],
      [2, 'traefik', from, '--to', 'contour'],
      [2, 'contour', from, '--to', 'same'],
      [1, 'traefik', from],
      [1, 'traefik', nothing],
      [2, 'traefik', from, '--service', 'x'],
    ] as const) {
      const run = watchword('migrate', ...args);
      assert.equal(run.status, status, args.join(' '));
      assert.equal(run.notes.length, 1, run.notes.join('\n'));
      assert.equal(run.out, '');
    }
  }));
