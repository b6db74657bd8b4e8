import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Folder, folderWith } from '../server/folder.ts';
import type { HttpCheck } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import { samplesOf } from '../server/series.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { type ApiServer, startApiServer, until } from '../support/api-server.ts';
import { ask as askHttp } from '../support/http-client.ts';
import {
  BINDING,
  BINDINGS,
  DEFINITIONS,
  definitionOf,
  INGRESSES,
  ingress,
  ROLE,
} from '../support/kube-objects.ts';

const HOST = 'shop.example';
const NEEDS = { audiences: ['http://orders'], scopes: { all: ['read:orders'] } };
const PIPELINES = [
  { name: 'shop', selectableBy: { namespaces: ['default'] }, require: NEEDS },
  { name: 'open', selectableBy: { namespaces: ['default'] }, require: 'none' },
  { name: 'others', selectableBy: { namespaces: ['platform'] }, require: NEEDS },
  { name: 'platform', match: [{ hosts: ['*'], paths: ['/platform/**'] }], require: NEEDS },
];

interface KubeEvent {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

describe('a Watchword that watches routes', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack();
  const signer = makeSigner();
  let server: ApiServer;
  let watchword: Running;
  let folder: Folder;
  const configuration = (pipelines: readonly object[]): object =>
    settings({
      listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' },
      identityHeaders: ['x-mail'],
      pipelines,
      metrics: { routes: true },
      routes: {
        watch: true,
        ingressClasses: ['ours'],
        maxStale: '3s',
        gateways: ['default/gate'],
        apiServer: server.url,
        caFile: server.caFile,
        tokenFile: 'token',
      },
    });

  before(async () => {
    server = stack.use(await startApiServer());
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    await server.request('POST', roles, ROLE);
    await server.request('POST', BINDINGS, BINDING);
    await until(() => server.request('GET', '/api/v1/namespaces/default'));
    folder = stack.use(
      await folderWith({
        token: server.tokens.watchword,
        'jwks.json': { keys: [signer.jwk] },
        'watchword.json': configuration(PIPELINES),
      }),
    );
    watchword = stack.use(await run(folder.at('watchword.json')));
  });
  after(() => stack.disposeAsync());

  /** Waits until a question is answered with a reason, a second at most. */
  const becomes = (reason: string, httpCheck: HttpCheck = {}): Promise<void> =>
    until(async () => {
      const asked = { host: HOST, path: '/cart', ...httpCheck };
      assert.equal(await watchword.reason(asked), reason);
    }, 1_000);
  const annotate = (name: string, annotations: Record<string, string | null>) =>
    server.request('PATCH', `${INGRESSES}/${name}`, { metadata: { annotations } });
  const token = () => signer.token();

  test('answers an error until the routes are known, and is ready then', async () => {
    // The first answer comes before or after the first list; never is it a guess.
    const early = await watchword.reason({ host: HOST, path: '/platform/x' });
    assert.ok(['routes_unavailable', 'token_missing'].includes(early), early);
    await until(async () => assert.equal((await watchword.get('/readyz')).status, 200), 10_000);
    await becomes('pipeline_missing');
    await becomes('token_missing', { path: '/platform/x' });
  });

  test('an annotated Ingress is protected within a second, and follows its annotations', async () => {
    await server.request(
      'POST',
      INGRESSES,
      ingress('cart', HOST, { 'watchword.dev/pipeline': 'shop' }),
    );
    await becomes('token_missing');
    await becomes('verified', { token: token() });
    await annotate('cart', { 'watchword.dev/scopes': 'write:orders' });
    await becomes('scope_insufficient', { token: token() });
    await becomes('verified', { token: signer.token({ scope: 'read:orders write:orders' }) });
    await annotate('cart', { 'watchword.dev/scopes': null, 'watchword.dev/pipeline': 'open' });
    await becomes('anonymous');
  });

  test('an annotated Ingress selects over HTTP as over gRPC', async () => {
    const ask = (segment: string, ...headers: (readonly [string, string])[]) =>
      askHttp({
        port: watchword.httpPort ?? 0,
        method: 'GET',
        host: HOST,
        path: `/auth/envoy/${segment}/cart`,
        headers,
      });
    const reasonOver = async (...asked: Parameters<typeof ask>) =>
      (await ask(...asked)).headers['watchword-reason'];
    assert.equal(await reasonOver('-'), 'anonymous');
    assert.equal(await reasonOver('platform'), 'pipeline_forbidden');
    await annotate('cart', { 'watchword.dev/pipeline': 'shop' });
    await becomes('token_missing');
    assert.equal(await reasonOver('-'), 'token_missing');
    assert.equal(await reasonOver('-', ['authorization', `Bearer ${token()}`]), 'verified');
    await annotate('cart', { 'watchword.dev/pipeline': 'open' });
    await becomes('anonymous');
  });

  test('a route forwards a claim that the configuration never reads', async () => {
    await annotate('cart', {
      'watchword.dev/pipeline': 'shop',
      'watchword.dev/forward-headers': 'x-mail=mail',
    });
    const mail = signer.token({ mail: 'a@b.example' });
    await becomes('verified', { token: mail });
    await until(async () => {
      const { ok_response: ok } = await watchword.check({ host: HOST, path: '/cart', token: mail });
      assert.deepEqual(
        ok?.headers?.map(({ header }) => [header.key, String(header.value)]),
        [['x-mail', 'a@b.example']],
      );
    }, 1_000);
    await annotate('cart', { 'watchword.dev/forward-headers': null });
  });

  test('a wrong annotation is a refusal, an Event and a metric, and harms nothing else', async () => {
    await annotate('cart', { 'watchword.dev/scope': 'x' });
    await becomes('route_policy_invalid', { token: token() });
    await becomes('token_missing', { path: '/platform/x', host: 'other.example' });
    const events = async (): Promise<readonly KubeEvent[]> => {
      const list = await server.request('GET', '/api/v1/namespaces/default/events');
      return (list as { items: KubeEvent[] }).items;
    };
    const event = await until(async () => {
      const found = (await events()).find(({ involvedObject }) => involvedObject.name === 'cart');
      assert.ok(found !== undefined, 'no Event');
      return found;
    }, 5_000);
    assert.equal(event.reason, 'RoutePolicyInvalid');
    assert.match(event.message, /watchword\.dev\/scope is unknown/);
    const routes = samplesOf(await watchword.metrics(), 'watchword_routes');
    assert.deepEqual(routes, { '{kind="Ingress",state="invalid"}': 1 });
    // Seen again, it is not said again.
    await annotate('cart', { other: 'x' });
    await annotate('cart', { other: null });
    await becomes('route_policy_invalid');
    assert.equal((await events()).length, 1);
    await annotate('cart', { 'watchword.dev/scope': null });
    await becomes('token_missing');
  });

  test("a namespace's pipeline may not be named from another", async () => {
    await annotate('cart', { 'watchword.dev/pipeline': 'others' });
    await becomes('pipeline_forbidden', { token: token() });
    await annotate('cart', { 'watchword.dev/pipeline': 'shop' });
    await becomes('token_missing');
  });

  test('an Ingress of a class that nobody serves takes over nothing', async () => {
    const bogus = ingress('hijack', HOST, { 'watchword.dev/pipeline': 'open' }, 'bogus');
    await server.request('POST', INGRESSES, bogus);
    const probe = ingress('probe', 'probe.example', { 'watchword.dev/pipeline': 'open' });
    await server.request('POST', INGRESSES, probe);
    // Once a later object is seen, the earlier one is as well.
    await becomes('anonymous', { host: 'probe.example' });
    await becomes('token_missing');
  });

  test('HTTPProxies and Gateway API routes count once the cluster has the kinds', async () => {
    for (const kind of ['HTTPProxy', 'Gateway', 'HTTPRoute'] as const)
      await server.request('POST', DEFINITIONS, definitionOf(kind).body);
    const proxies = '/apis/projectcontour.io/v1/namespaces/default/httpproxies';
    const gateways = '/apis/gateway.networking.k8s.io/v1/namespaces/default';
    const named = { 'watchword.dev/pipeline': 'shop' };
    await until(() =>
      server.request('POST', proxies, {
        apiVersion: 'projectcontour.io/v1',
        kind: 'HTTPProxy',
        metadata: { name: 'proxy', annotations: named },
        spec: {
          virtualhost: { fqdn: 'proxy.example' },
          routes: [{ authPolicy: { disabled: true } }],
        },
        status: { currentStatus: 'valid' },
      }),
    );
    const parentRef = { name: 'gate' };
    const accepted = { type: 'Accepted', status: 'True', observedGeneration: 1 };
    await until(() =>
      server.request('POST', `${gateways}/gateways`, {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'gate' },
        spec: { listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: '*.example' }] },
      }),
    );
    await until(() =>
      server.request('POST', `${gateways}/httproutes`, {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'route', annotations: named },
        spec: { parentRefs: [parentRef], hostnames: ['route.example', 'route.test'] },
        status: { parents: [{ parentRef, conditions: [accepted] }] },
      }),
    );
    const late = async (host: string, reason: string) =>
      until(async () => assert.equal(await watchword.reason({ host, path: '/x' }), reason), 15_000);
    await late('proxy.example', 'token_missing');
    await late('route.example', 'token_missing');
    await late('route.test', 'pipeline_missing');
    const routes = samplesOf(await watchword.metrics(), 'watchword_routes');
    assert.equal(routes['{kind="HTTPProxy",state="bypassed"}'], 1);
    assert.equal(routes['{kind="HTTPRoute",state="used"}'], 1);
  });

  test('a Gateway at which nothing asks is told, until a SecurityPolicy chooses it, and again when that is deleted', async () => {
    for (const kind of ['GatewayClass', 'SecurityPolicy'] as const)
      await server.request('POST', DEFINITIONS, definitionOf(kind).body);
    const api = '/apis/gateway.networking.k8s.io/v1';
    await until(() =>
      server.request('POST', `${api}/gatewayclasses`, {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'GatewayClass',
        metadata: { name: 'envoy' },
        spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
      }),
    );
    await server.request('PATCH', `${api}/namespaces/default/gateways/gate`, {
      spec: { gatewayClassName: 'envoy' },
    });
    const states = async () => ({
      ...samplesOf(await watchword.metrics(), 'watchword_gateways'),
      ...Object.fromEntries(
        Object.entries(samplesOf(await watchword.metrics(), 'watchword_routes')).filter(
          ([labels]) => labels.includes('HTTPRoute'),
        ),
      ),
    });
    const become = (state: 'guarded' | 'unguarded', seconds: number) =>
      until(async () => {
        const open = state === 'unguarded';
        assert.deepEqual(await states(), {
          '{state="guarded"}': open ? 0 : 1,
          '{state="unguarded"}': open ? 1 : 0,
          [`{kind="HTTPRoute",state="${open ? 'bypassed' : 'used'}"}`]: 1,
        });
      }, seconds * 1_000);
    await become('unguarded', 15);
    const policies = '/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/securitypolicies';
    const group = 'gateway.networking.k8s.io';
    await until(() =>
      server.request('POST', policies, {
        apiVersion: 'gateway.envoyproxy.io/v1alpha1',
        kind: 'SecurityPolicy',
        metadata: { name: 'watchword' },
        spec: { targetRefs: [{ group, kind: 'Gateway', name: 'gate' }], extAuth: { grpc: {} } },
      }),
    );
    await become('guarded', 15);
    await server.request('DELETE', `${policies}/watchword`);
    await become('unguarded', 5);
    const list = await server.request('GET', '/api/v1/namespaces/default/events');
    const about = (list as { items: readonly KubeEvent[] }).items
      .filter(({ reason }) => reason === 'AuthorizationBypassed')
      .map(({ involvedObject: { kind, name }, message }) => `${kind}/${name} ${message}`);
    for (const name of ['Gateway/gate', 'HTTPRoute/route'])
      assert.ok(
        about.some((one) => one.startsWith(name) && one.includes('no SecurityPolicy')),
        about.join('; '),
      );
  });

  test('an Ingress with TLS is bypassed while its class is Contour’s, or nobody says whose', async () => {
    const plain = ingress('tls', 'tls.example', { 'watchword.dev/pipeline': 'shop' });
    const { spec, ...rest } = plain as { readonly spec: object };
    const tls = [{ hosts: ['tls.example'], secretName: 'tls' }];
    await server.request('POST', INGRESSES, { ...rest, spec: { ...spec, tls } });
    const classes = '/apis/networking.k8s.io/v1/ingressclasses';
    const become = (bypassed: boolean) =>
      until(async () => {
        const states = samplesOf(await watchword.metrics(), 'watchword_routes');
        assert.equal(states['{kind="Ingress",state="bypassed"}'], bypassed ? 1 : undefined);
      }, 5_000);
    const isOf = (controller: string) =>
      server.request('POST', classes, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        metadata: { name: 'ours' },
        spec: { controller },
      });
    await become(true);
    await isOf('traefik.io/ingress-controller');
    await become(false);
    await server.request('DELETE', `${classes}/ours`);
    await isOf('projectcontour.io/ingress-controller');
    await become(true);
    await until(async () => {
      const list = await server.request('GET', '/api/v1/namespaces/default/events');
      const said = (list as { items: readonly KubeEvent[] }).items.filter(
        ({ reason, involvedObject }) =>
          reason === 'AuthorizationBypassed' && involvedObject.name === 'tls',
      );
      assert.ok(
        said.some(({ message }) => /write an HTTPProxy with virtualhost\.tls/.test(message)),
      );
    }, 5_000);
    await server.request('DELETE', `${INGRESSES}/tls`);
  });

  test('decisions are counted by route', async () => {
    const counts = samplesOf(await watchword.metrics(), 'watchword_route_decisions_total');
    const cart = '{kind="Ingress",route_namespace="default",route="cart"';
    assert.ok((counts[`${cart},outcome="allow",reason="verified",mode="enforce"}`] ?? 0) > 0);
    assert.ok((counts[`${cart},outcome="deny",reason="token_missing",mode="enforce"}`] ?? 0) > 0);
  });

  test('a deleted route leaves its requests to the platform', async () => {
    await server.request('DELETE', `${INGRESSES}/probe`);
    await becomes('pipeline_missing', { host: 'probe.example' });
  });

  test('a reload that makes right annotations wrong is told, and one that mends them', async () => {
    const invalid = async () =>
      samplesOf(await watchword.metrics(), 'watchword_routes')[
        '{kind="Ingress",state="invalid"}'
      ] ?? 0;
    const before = await invalid();
    await folder.write('watchword.json', configuration(PIPELINES.slice(-1)));
    // Sooner than kinds that are not there are looked for again, and everything compiled with them.
    await until(async () => assert.ok((await invalid()) > before), 3_000);
    await folder.write('watchword.json', configuration(PIPELINES));
    await until(async () => assert.equal(await invalid(), before), 10_000);
  });

  test('without the API server it goes on with what it knows, and says since when', async () => {
    const seen = samplesOf(
      await watchword.metrics(),
      'watchword_routes_last_sync_timestamp_seconds',
    );
    assert.ok(Date.now() / 1000 - (seen[''] ?? 0) < 60);
    await server.stop();
    await until(async () => {
      const { status, body } = await watchword.get('/readyz');
      assert.equal(status, 200);
      assert.match(body, /Ingress: ECONNREFUSED/);
    }, 10_000);
    await becomes('token_missing');
    await becomes('verified', { token: token() });
    // Beyond `maxStale` other replicas may know better.
    await until(async () => {
      const { status, body } = await watchword.get('/readyz');
      assert.equal(status, 503);
      assert.match(body, /not seen for [34] s/);
    }, 10_000);
    await becomes('token_missing');
  });
});
