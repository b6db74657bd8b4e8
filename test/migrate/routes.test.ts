import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
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

test('Ingresses with auth-url become annotated HTTPRoutes, each behind its policy', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'ingress.yaml');
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
    await writeFile(from, JSON.stringify({ kind: 'List', items: [INGRESS, service] }));
    const run = watchword('migrate', 'ingress-nginx', from, '--gateway', 'infra/eg');
    const objects = objectsOf(run);
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [
        'ReferenceGrant watchword-ext-auth',
        'SecurityPolicy web',
        'HTTPRoute web',
        'SecurityPolicy web-2',
        'HTTPRoute web-2',
      ],
    );
    const [, policy, route, , second] = objects;
    assert.deepEqual(route?.metadata.annotations, { 'watchword.dev/pipeline': 'web' });
    assert.deepEqual(route?.spec, {
      parentRefs: [{ namespace: 'infra', name: 'eg' }],
      hostnames: ['a.example'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/v' } }],
          backendRefs: [{ name: 'web', port: 80 }],
        },
      ],
    });
    assert.deepEqual(second?.spec['hostnames'], ['b.example']);
    assert.ok(policy !== undefined);
    const { extAuth } = policy.spec as { extAuth: Record<string, unknown> };
    assert.equal(extAuth['failOpen'], false);
    assert.deepEqual(extAuth['contextExtensions'], [
      { name: 'watchword.dev/pipeline', type: 'Value', value: 'web' },
    ]);
    for (const left of [
      'auth-signin',
      'proxy-body-size',
      'tls',
      'path /x(.*)',
      'backend web',
      'Service web',
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
    const [ingress, ...others] = objectsOf(
      watchword('migrate', 'ingress-nginx', from, '--to', 'same'),
    );
    assert.deepEqual(others, []);
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
    const routes = objectsOf(run).filter(({ kind }) => kind === 'HTTPRoute');
    assert.equal(routes.length, 1);
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
      'routes[2]: is left out',
      'routes[3]: is left out',
      'middleware limit',
      'trustForwardHeader',
    ])
      assert.ok(
        run.notes.some((note) => note.includes(left)),
        left,
      );
    const [middleware, ...others] = objectsOf(
      watchword('migrate', 'traefik', from, '--to', 'same'),
    );
    assert.deepEqual(others, []);
    assert.equal(middleware?.metadata.name, 'authorize');
    assert.deepEqual(middleware?.spec['forwardAuth'], {
      address: 'http://watchword-http.watchword.svc.cluster.local:9180/auth/traefik/authorize',
      authResponseHeaders: ['x-auth-subject'],
      trustForwardHeader: false,
    });
  }));

test('what is migrated is a configuration that validate takes', () =>
  inFolder(async (folder) => {
    for (const [source, object] of [
      ['ingress-nginx', INGRESS],
      ['traefik', TRAEFIK[0]],
    ] as const) {
      const from = join(folder, `${source}.json`);
      await writeFile(from, JSON.stringify(object));
      const out = join(folder, source);
      assert.equal(watchword('migrate', source, from, '--out', out).status, 0);
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
    for (const [status, ...args] of [
      [2],
      [2, 'nginx', from],
      [2, 'traefik'],
      [2, 'traefik', from, from],
      [2, 'traefik', join(folder, 'gone')],
      [2, 'traefik', from, '--to', 'x'],
      [1, 'traefik', from],
    ] as const) {
      const run = watchword('migrate', ...args);
      assert.equal(run.status, status, args.join(' '));
      assert.equal(run.notes.length, 1, run.notes.join('\n'));
      assert.equal(run.out, '');
    }
  }));
