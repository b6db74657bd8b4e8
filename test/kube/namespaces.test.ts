import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Live } from '../../src/base/live.ts';
import { ProblemsError } from '../../src/base/problem.ts';
import { kubeAccess } from '../../src/kube/access.ts';
import { KubeApi } from '../../src/kube/api.ts';
import { RouteWatch } from '../../src/live/route-watch.ts';
import { type RouteIndex, UNKNOWN_ROUTES } from '../../src/routes/match/route-index.ts';
import { rulesOf } from '../../src/routes/read/rules.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type ApiServer, startApiServer, until } from '../support/api-server.ts';
import { ingress } from '../support/kube-objects.ts';

describe('a watch of chosen namespaces', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack();
  const live = new Live<RouteIndex | null>(UNKNOWN_ROUTES);
  let server: ApiServer;
  let folder: Folder;
  let watch: RouteWatch;

  /** Rights in the namespace `apps` only, and to read classes. */
  const rights = (name: string, kind: 'Role' | 'ClusterRole', resources: readonly string[]) => {
    const rbac = 'rbac.authorization.k8s.io';
    const within = kind === 'Role' ? { namespace: 'apps' } : {};
    const path = `/apis/${rbac}/v1${kind === 'Role' ? '/namespaces/apps' : ''}`;
    const plural = kind.toLowerCase();
    const rule = { apiGroups: ['networking.k8s.io'], resources, verbs: ['list', 'watch'] };
    const apiVersion = `${rbac}/v1`;
    const metadata = { name, ...within };
    const subjects = [{ apiGroup: rbac, kind: 'User', name: 'watchword' }];
    const roleRef = { apiGroup: rbac, kind, name };
    const binding = { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef };
    return Promise.all([
      server.request('POST', `${path}/${plural}s`, { apiVersion, kind, metadata, rules: [rule] }),
      server.request('POST', `${path}/${plural}bindings`, binding),
    ]);
  };
  const add = (name: string, namespace: string) => {
    const object = ingress(name, `${name}.example`) as { metadata: object };
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
    return server.request('POST', path, { ...object, metadata: { name } });
  };

  before(async () => {
    server = stack.use(await startApiServer());
    folder = stack.use(await folderWith({ token: server.tokens.watchword }));
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } };
    await until(() => server.request('POST', '/api/v1/namespaces', namespace));
    await rights('routes', 'Role', ['ingresses']);
    await rights('classes', 'ClusterRole', ['ingressclasses']);
    await until(() => add('outside', 'default'));
    await add('inside', 'apps');
    const access = { server: server.url, caFile: server.caFile, tokenFile: folder.at('token') };
    watch = stack.use(
      new RouteWatch(
        stack.use(new KubeApi(access)),
        live,
        {
          namespaces: ['apps'],
          rules: rulesOf({
            ingressClasses: ['ours'],
            ingressWithoutClass: false,
            gateways: [],
            shareHosts: [],
          }),
        },
        { compiled: () => undefined, failed: () => undefined, recovered: () => undefined },
      ),
    );
    watch.start();
  });
  after(() => stack.disposeAsync());

  test('needs rights there only, and sees nothing else', async () => {
    await until(() => assert.ok(watch.synced), 10_000);
    await until(() =>
      assert.deepEqual(
        live.current?.objects.map(({ name }) => name),
        ['inside'],
      ),
    );
    assert.equal(watch.blindFor(Date.now()), 0);
  });

  test('says of objects elsewhere that it would not know them', async () => {
    await until(() => assert.ok(live.current?.complete === true), 10_000);
    const ref = { kind: 'Ingress', name: 'outside' };
    assert.equal(live.current?.sees({ ...ref, namespace: 'default' }), false);
    assert.equal(live.current?.sees({ ...ref, namespace: 'apps' }), true);
  });

  test('knows nothing while it may not see one of the kinds', async () => {
    const blind = new Live<RouteIndex | null>(UNKNOWN_ROUTES);
    const access = { server: server.url, caFile: server.caFile, tokenFile: folder.at('token') };
    await using api = new KubeApi(access);
    const rules = rulesOf({
      ingressClasses: [],
      ingressWithoutClass: true,
      gateways: [],
      shareHosts: [],
    });
    await using forbidden = new RouteWatch(
      api,
      blind,
      { namespaces: ['default'], rules },
      { compiled: () => undefined, failed: () => undefined, recovered: () => undefined },
    );
    forbidden.start();
    const of = (kind: string) => forbidden.status().find(({ resource }) => resource.kind === kind);
    await until(() => {
      assert.equal(of('Ingress')?.fault, 'is forbidden (RBAC)');
      // A class that is seen starts the making of an index.
      assert.equal(of('IngressClass')?.synced, true);
    }, 10_000);
    // Longer than it takes to make one: there is no sign of what does not happen.
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(blind.current?.complete, false);
  });

  test('follows changes there', async () => {
    await add('later', 'apps');
    await until(() => assert.ok(live.current?.objects.some(({ name }) => name === 'later')), 1_000);
  });
});

describe('how the API server is found', () => {
  test('by the settings', () => {
    const settings = { apiServer: 'https://api.example:6443/', caFile: '/ca', tokenFile: '/t' };
    assert.deepEqual(kubeAccess(settings, {}), {
      server: 'https://api.example:6443',
      caFile: '/ca',
      tokenFile: '/t',
    });
  });

  test('in a pod, by what the kubelet gives', () => {
    const account = '/var/run/secrets/kubernetes.io/serviceaccount';
    for (const [host, authority] of [
      ['10.96.0.1', '10.96.0.1'],
      ['fd00::1', '[fd00::1]'],
    ] as const) {
      const environment = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: '443' };
      assert.deepEqual(kubeAccess({}, environment), {
        server: `https://${authority}:443`,
        caFile: `${account}/ca.crt`,
        tokenFile: `${account}/token`,
      });
    }
  });

  test('elsewhere there is none, and that is said', () => {
    assert.throws(() => kubeAccess({}, {}), ProblemsError);
  });
});
