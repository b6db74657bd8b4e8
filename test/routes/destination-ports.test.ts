import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Unseen } from '../../src/kube/kinds.ts';
import { compileRoutes } from '../../src/routes/read/compile.ts';
import { objectsFrom } from '../../src/routes/read/rules.ts';
import { selectRouted } from '../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../policy/samples.ts';
import { gateway, RULES, route } from './samples.ts';

const NONE = new Unseen();
const gatewayClass = (controllerName = 'gateway.envoyproxy.io/gatewayclass-controller') => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'class' },
  spec: { controllerName },
});
const at = (sectionName: string) => ({
  parentRef: { name: 'gate', namespace: 'infra', sectionName },
});
const trafficPolicy = (spec: object, namespace = 'infra') => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'ClientTrafficPolicy',
  metadata: { name: 'policy', namespace },
  spec,
});

/** Two listeners, `http` at 80 and `https` at 443, each with the route of another tenant for the same host. */
type Listeners = readonly (readonly [name: string, port: number])[];
const LISTENERS: Listeners = [
  ['http', 80],
  ['https', 443],
];

function twoPorts(more: readonly unknown[], listeners: Listeners) {
  const made = gateway(listeners.map(([name, port]) => ({ name, port }))) as { spec: object };
  return [
    { ...made, spec: { ...made.spec, gatewayClassName: 'class' } },
    route('tenant', { ...at('http'), namespace: 'tenant' }),
    route('owner', { ...at('https'), namespace: 'owner' }),
    ...more,
  ];
}

function found(
  port: number,
  more: readonly unknown[],
  { unseen = NONE, listeners = LISTENERS } = {},
): string {
  const index = compileRoutes(objectsFrom(twoPorts(more, listeners)), RULES, undefined, unseen);
  const objects = index.find('api.example', '/', 'GET', port);
  return objects === 'too many' ? objects : objects.map(({ name }) => name).join(' ');
}

describe('ports of one Gateway', () => {
  const both = 'owner tenant';

  test('are told apart by the port at which Envoy Gateway took the connection', () => {
    const rows: readonly (readonly [number, string])[] = [
      [10_443, 'owner'],
      [443, 'owner'],
      [10_080, 'tenant'],
      [80, 'tenant'],
      // None of the Gateway's: it tells nothing.
      [0, both],
      [8_443, both],
    ];
    for (const [port, names] of rows) assert.equal(found(port, [gatewayClass()]), names, `${port}`);
  });

  test('a route with a wrong annotation on port 80 closes nothing on 443', () => {
    const wrong = route('tenant', {
      ...at('http'),
      namespace: 'tenant',
      annotations: { 'watchword.dev/pipelin': 'x' },
    });
    const objects = twoPorts([gatewayClass(), wrong], LISTENERS);
    const index = compileRoutes(objectsFrom(objects), RULES);
    const policy = samplePolicy({ fallback: samplePipeline('all') });
    const asked = (port: number) =>
      selectRouted(policy, { ...sampleRequest({ host: 'api.example' }), port }, index);
    assert.equal(asked(10_443).ok, true);
    const closed = asked(10_080);
    assert.equal(closed.ok ? null : closed.reason, 'route_policy_invalid');
  });

  test('are not where the mapping of ports is another implementation’s', () => {
    assert.equal(found(10_443, []), both);
    assert.equal(found(10_443, [gatewayClass('istio.io/gateway-controller')]), both);
  });

  test('are not where whoever speaks the PROXY protocol writes the port', () => {
    for (const spec of [{ enableProxyProtocol: true }, { proxyProtocol: { optional: true } }])
      assert.equal(found(10_443, [gatewayClass(), trafficPolicy(spec)]), both);
    const selectors = [{ kind: 'Gateway', namespaces: { from: 'All' } }];
    const far = trafficPolicy({ proxyProtocol: {}, targetSelectors: selectors }, 'platform');
    assert.equal(found(10_443, [gatewayClass(), far]), both);
    assert.equal(
      found(10_443, [gatewayClass(), trafficPolicy({ proxyProtocol: {} }, 'x')]),
      'owner',
    );
    assert.equal(found(10_443, [gatewayClass(), trafficPolicy({ tls: {} })]), 'owner');
  });

  test('are not where such policies cannot be seen', () => {
    const unseen = new Unseen([{ kind: 'ClientTrafficPolicy', namespace: 'infra' }]);
    assert.equal(found(10_443, [gatewayClass()], { unseen }), both);
  });

  test('that fall together are both asked', () => {
    const listeners = [
      ['http', 80],
      ['https', 10_080],
    ] as const;
    assert.equal(found(10_080, [gatewayClass()], { listeners }), 'owner tenant');
    assert.equal(found(80, [gatewayClass()], { listeners }), 'tenant');
  });
});
