import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Unseen } from '../../src/kube/kinds.ts';
import { compileRoutes } from '../../src/routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../../src/routes/read/rules.ts';
import { gateway, indexOf, type RouteSample, RULES, route } from './samples.ts';

const GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gate' };
const ROUTE = { ...GATEWAY, kind: 'HTTPRoute', name: 'api' };
const ASKS = { grpc: { backendRefs: [{ name: 'watchword', namespace: 'watchword', port: 9191 }] } };
const ENVOY_GATEWAY = 'gateway.envoyproxy.io/gatewayclass-controller';
const ANNOTATED = { annotations: { 'watchword.dev/pipeline': 'shop' } };

const gatewayClass = (controllerName: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'class' },
  spec: { controllerName },
});
const CLASS = gatewayClass(ENVOY_GATEWAY);

/** A Gateway of the class; `infra/gate` is the one of the settings. */
function gate(name = 'gate', labels: object = {}, listeners: Parameters<typeof gateway>[0] = [{}]) {
  const made = gateway(listeners) as { readonly spec: object };
  const metadata = { name, namespace: 'infra', uid: `uid-${name}`, labels };
  return { ...made, metadata, spec: { ...made.spec, gatewayClassName: 'class' } };
}

const policy = (
  name: string,
  spec: object,
  { namespace = 'infra', created = '2026-01-01T00:00:00Z', status = {} } = {},
) => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'SecurityPolicy',
  metadata: { name, namespace, creationTimestamp: created },
  spec,
  status,
});
const WIRED = policy('watchword', { targetRefs: [GATEWAY], extAuth: ASKS });
const OPEN = { cors: { allowOrigins: ['*'] } };
const ACCEPTED = { ancestors: [{ conditions: [{ type: 'Accepted', status: 'True' }] }] };

/** The one Gateway that counts: its state and why, or null where nothing is said of it. */
function stateOf(...objects: readonly unknown[]): string | null {
  const [found, ...more] = indexOf([CLASS, ...objects]).gateways;
  assert.equal(more.length, 0);
  return found === undefined ? null : `${found.state} ${found.why ?? ''}`.trim();
}

describe('a Gateway of Envoy Gateway is guarded', () => {
  const rows: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    ['by a policy that names it', [gate(), WIRED], /^guarded$/],
    ['not without a policy', [gate()], /^unguarded listener http: no SecurityPolicy .* chooses it/],
    [
      'not by a policy that names another one',
      [gate(), policy('typo', { targetRefs: [{ ...GATEWAY, name: 'gaet' }], extAuth: ASKS })],
      /^unguarded .*; SecurityPolicy typo names Gateway gaet, which does not exist/,
    ],
    [
      'not by a policy of another namespace',
      [gate(), policy('far', { targetRefs: [GATEWAY], extAuth: ASKS }, { namespace: 'apps' })],
      /^unguarded/,
    ],
    [
      'not by a policy without an authorizer',
      [gate(), policy('cors', { targetRefs: [GATEWAY], ...OPEN })],
      /^unguarded .*SecurityPolicy infra\/cors has no extAuth/,
    ],
    [
      'not where the authorizer may be left out',
      [gate(), policy('soft', { targetRef: GATEWAY, extAuth: { ...ASKS, failOpen: true } })],
      /^unguarded .*failOpen/,
    ],
    [
      'by a policy that chooses its labels',
      [
        gate('gate', { tier: 'public' }),
        policy('labels', {
          targetSelectors: [{ kind: 'Gateway', matchLabels: { tier: 'public' } }],
          extAuth: ASKS,
        }),
      ],
      /^guarded$/,
    ],
    [
      'not by one that chooses other labels',
      [
        gate('gate', { tier: 'internal' }),
        policy('labels', {
          targetSelectors: [
            {
              kind: 'Gateway',
              matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['internal'] }],
            },
          ],
          extAuth: ASKS,
        }),
      ],
      /^unguarded/,
    ],
    [
      'by the older one of two',
      [gate(), WIRED, policy('a', { targetRefs: [GATEWAY] }, { created: '2026-02-01T00:00:00Z' })],
      /^guarded$/,
    ],
    [
      'not by the younger one of two',
      [gate(), WIRED, policy('z', { targetRefs: [GATEWAY] }, { created: '2025-02-01T00:00:00Z' })],
      /^unguarded .*SecurityPolicy infra\/z/,
    ],
    [
      'not where a listener has a policy of its own without an authorizer',
      [gate(), WIRED, policy('own', { targetRefs: [{ ...GATEWAY, sectionName: 'http' }] })],
      /^unguarded listener http: SecurityPolicy infra\/own has no extAuth/,
    ],
    [
      'by policies of each of its listeners',
      [gate(), policy('own', { targetRefs: [{ ...GATEWAY, sectionName: 'http' }], extAuth: ASKS })],
      /^guarded$/,
    ],
  ];
  for (const [title, objects, expected] of rows)
    test(title, () => assert.match(String(stateOf(...objects)), expected));

  test('by labels in another namespace only where Envoy Gateway has accepted that', () => {
    const spec = {
      targetSelectors: [{ kind: 'Gateway', namespaces: { from: 'All' } }],
      extAuth: ASKS,
    };
    const far = (status: object) => policy('far', spec, { namespace: 'platform', status });
    assert.match(String(stateOf(gate(), far({}))), /^unguarded/);
    assert.equal(stateOf(gate(), far(ACCEPTED)), 'guarded');
  });

  test('nothing is said while its policies or its class are not seen', () => {
    for (const kind of ['SecurityPolicy', 'GatewayClass'] as const) {
      const objects = objectsFrom(kind === 'GatewayClass' ? [gate()] : [CLASS, gate()]);
      const seen = compileRoutes(objects, RULES).gateways;
      assert.equal(seen[0]?.state, 'unguarded', kind);
      const unseen = new Unseen([{ kind, namespace: null }]);
      const made = compileRoutes(objects, RULES, undefined, unseen);
      assert.deepEqual(made.gateways, [], kind);
    }
  });

  test('one that does not exist, or has no HTTP, is in neither state', () => {
    assert.equal(stateOf(WIRED), null);
    assert.equal(stateOf(gate('gate', {}, [{ protocol: 'TCP' }])), null);
  });
});

describe('a Gateway of another implementation', () => {
  const of = (controllerName: string, protocol: string) =>
    indexOf([gatewayClass(controllerName), gate('gate', {}, [{ protocol }]), WIRED]).gateways[0];

  test('is in neither state, whatever policies of Envoy Gateway there are', () => {
    assert.equal(of('istio.io/gateway-controller', 'HTTPS'), undefined);
    assert.equal(of('projectcontour.io/gateway-controller', 'HTTP'), undefined);
  });

  test('with HTTPS is unguarded where it is Contour’s, and its routes are bypassed', () => {
    const found = of('projectcontour.io/gateway-controller', 'HTTPS');
    assert.match(`${found?.state} ${found?.why}`, /^unguarded over HTTPS Contour does not ask/);
    const objects = [
      gatewayClass('projectcontour.io/gateway-controller'),
      gate('gate', {}, [{ protocol: 'HTTPS', port: 443 }]),
      route('api'),
    ];
    assert.match(String(bypassIn(objects)), /over HTTPS Contour does not ask/);
  });
});

function bypassIn(objects: readonly unknown[], rules = RULES): string | null {
  const ref = { kind: 'HTTPRoute', namespace: 'apps', name: 'api' };
  const found = indexOf(objects, rules).named(ref);
  assert.equal(found?.bypass === null || found?.used, true, 'what is bypassed is used');
  return found?.bypass ?? null;
}

describe('a route is bypassed', () => {
  const api = (sample: RouteSample = {}) => route('api', sample);
  const labelled = (labels: object) => {
    const made = api() as { readonly metadata: object };
    return { ...made, metadata: { ...made.metadata, labels } };
  };
  const own = (spec: object) => policy('own', spec, { namespace: 'apps' });

  test('at a Gateway that is not guarded, until it is', () => {
    assert.match(String(bypassIn([CLASS, gate(), api()])), /no SecurityPolicy/);
    assert.equal(bypassIn([CLASS, gate(), WIRED, api()]), null);
  });

  test('by a policy without an authorizer that chooses it by its labels', () => {
    const spec = {
      targetSelectors: [{ kind: 'HTTPRoute', matchLabels: { cors: 'yes' } }],
      ...OPEN,
    };
    const objects = [CLASS, gate(), WIRED, own(spec)];
    assert.match(String(bypassIn([...objects, labelled({ cors: 'yes' })])), /SecurityPolicy own/);
    assert.equal(bypassIn([...objects, labelled({ cors: 'no' })]), null);
  });

  test('by a policy of one of its rules', () => {
    const made = api() as { readonly spec: object };
    const rules = [{ name: 'one' }, { name: 'two' }];
    const ruled = { ...made, spec: { ...made.spec, rules } };
    const of = (sectionName: string) => own({ targetRefs: [{ ...ROUTE, sectionName }], ...OPEN });
    assert.match(String(bypassIn([CLASS, gate(), WIRED, ruled, of('two')])), /SecurityPolicy own/);
    assert.equal(bypassIn([CLASS, gate(), WIRED, ruled, of('three')]), null);
  });

  test('not by one that is merged into what asks, but by one that opens what it is merged into', () => {
    const merged = { targetRefs: [ROUTE], mergeType: 'StrategicMerge' };
    assert.equal(bypassIn([CLASS, gate(), WIRED, api(), own({ ...merged, ...OPEN })]), null);
    const opens = own({ ...merged, extAuth: { failOpen: true } });
    assert.match(String(bypassIn([CLASS, gate(), WIRED, api(), opens])), /failOpen/);
  });

  test('by a policy that asks another authorizer, where ours are named', () => {
    const ours = rulesOf({
      ingressClasses: [],
      ingressWithoutClass: false,
      gateways: ['infra/gate'],
      shareHosts: [],
      authorizers: ['watchword/watchword'],
    });
    const of = (backend: object) =>
      own({ targetRefs: [ROUTE], extAuth: { grpc: { backendRefs: [backend] } } });
    const objects = [CLASS, gate(), WIRED, api()];
    assert.match(
      String(bypassIn([...objects, of({ name: 'mine' })], ours)),
      /asks apps\/mine, which is not in routes\.authorizers/,
    );
    const same = of({ name: 'watchword', namespace: 'watchword' });
    assert.equal(bypassIn([...objects, same], ours), null);
  });

  test('at a second Gateway that is not wired, with its name', () => {
    const both = (second: object) => {
      const made = api() as { readonly spec: object };
      const refs = [{ name: 'gate', namespace: 'infra' }, second];
      const conditions = [{ type: 'Accepted', status: 'True', observedGeneration: 2 }];
      const parents = refs.map((parentRef) => ({ parentRef, conditions }));
      return { ...made, spec: { ...made.spec, parentRefs: refs }, status: { parents } };
    };
    const second = { name: 'second', namespace: 'infra' };
    const objects = [CLASS, gate(), WIRED, both(second)];
    assert.match(String(bypassIn([...objects, gate('second')])), /at Gateway infra\/second: no/);
    // It is not seen: nothing is known.
    assert.match(String(bypassIn(objects)), /Gateway infra\/second serves it as well/);
    const wired = policy('two', { targetRefs: [{ ...GATEWAY, name: 'second' }], extAuth: ASKS });
    assert.equal(bypassIn([...objects, gate('second'), wired]), null);
    // Service meshes are no Gateways.
    assert.equal(bypassIn([CLASS, gate(), WIRED, both({ kind: 'Service', name: 'api' })]), null);
  });

  test('where it is annotated and no Gateway that serves it is wired', () => {
    const parentRef = { name: 'second', namespace: 'infra' };
    const objects = [CLASS, gate(), WIRED, gate('second')];
    const only = String(bypassIn([...objects, api({ parentRef, ...ANNOTATED })]));
    assert.match(only, /at Gateway infra\/second: no SecurityPolicy/);
    assert.equal(bypassIn([...objects, api({ parentRef })]), null, 'nobody asked for protection');
  });
});
