import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { CHART, type KubeObject, notesOf, only, render, template } from './render.ts';

const INSTALLATIONS = ['demo', 'own-envoy', 'routes', 'everything', 'http-gateways'];

describe('common labels and annotations', () => {
  for (const name of INSTALLATIONS) {
    test(`${name}: every object of the chart carries them`, async () => {
      const sets = ['--set', 'commonLabels.a=b', '--set', 'commonAnnotations.c=d'];
      const text = await template(name, sets);
      const ofChart = text
        .split(/^---\n/m)
        .filter((document) => document.includes('helm.sh/chart:'))
        .map((document) => [document, parse(document) as KubeObject] as const);
      assert.ok(ofChart.length > 2);
      for (const [document, { kind, metadata }] of ofChart) {
        assert.equal(metadata.labels?.['a'], 'b', `${kind} ${metadata.name}`);
        // The annotations of the wiring are its own: among them what keeps it when the release goes.
        if (/^# Source: \S+\/wiring\//.test(document)) continue;
        assert.equal(metadata.annotations?.['c'], 'd', `${kind} ${metadata.name}`);
      }
    });
  }

  test('pods carry them, and what is selected does not change', async () => {
    const values = { commonLabels: { a: 'b' }, commonAnnotations: { c: 'd' } };
    const { spec } = only(await render(values), 'Deployment', 'watchword') as unknown as {
      spec: {
        selector: { matchLabels: object };
        template: { metadata: { labels: Record<string, string>; annotations: object } };
      };
    };
    assert.equal(spec.template.metadata.labels['a'], 'b');
    assert.deepEqual(Object.entries(spec.template.metadata.annotations).at(-1), ['c', 'd']);
    assert.deepEqual(Object.keys(spec.selector.matchLabels), [
      'app.kubernetes.io/name',
      'app.kubernetes.io/instance',
    ]);
  });

  test('never take the place of a label that selects', async () => {
    const values = { commonLabels: { 'app.kubernetes.io/name': 'mine' } };
    await assert.rejects(render(values), /commonLabels.*app\.kubernetes\.io\/name/);
  });
});

describe('IP families', () => {
  const values = {
    demo: { enabled: true },
    forwardAuth: { enabled: true },
    config: { http: { trustedPeers: ['fd00::/8'] } },
    service: { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] },
  };
  for (const envoy of [false, true]) {
    test(`every Service has them, ${envoy ? 'with our own Envoy' : 'behind another gateway'}`, async () => {
      const objects = await render({ ...values, gateway: { envoy: { enabled: envoy } } });
      const services = objects.filter(({ kind }) => kind === 'Service');
      assert.ok(services.length >= 4);
      for (const { metadata, spec } of services) {
        const { ipFamilyPolicy, ipFamilies } = spec as Record<string, unknown>;
        assert.equal(ipFamilyPolicy, 'PreferDualStack', metadata.name);
        assert.deepEqual(ipFamilies, ['IPv6', 'IPv4'], metadata.name);
      }
    });
  }

  test('Watchword listens on every address of both families, whatever stands there', async () => {
    const config = only(
      await render({
        forwardAuth: { enabled: true },
        config: { http: { trustedPeers: ['fd00::/8'] } },
      }),
      'ConfigMap',
      'watchword',
    ) as unknown as { data: Record<string, string> };
    const { listen } = JSON.parse(config.data['watchword.json'] ?? '') as { listen: object };
    assert.deepEqual(listen, {
      grpc: '[::]:9191',
      admin: '[::]:9190',
      http: '[::]:9180',
      // Nobody but kubectl port-forward.
      console: '127.0.0.1:9189',
    });
  });

  const addressOf = async (service: object): Promise<readonly string[]> => {
    const objects = await render({
      demo: { enabled: true },
      gateway: { envoy: { enabled: true } },
      service,
    });
    const { data } = only(objects, 'ConfigMap', 'watchword-gateway') as unknown as {
      data: Record<string, string>;
    };
    return [
      ...(data['envoy.yaml'] ?? '').matchAll(/address: "?([0-9.:]+)"?, port_value: (?:8080|9902)/g),
    ].map(([, address]) => address ?? '');
  };

  test('our own Envoy listens on both where a Service may have IPv6, else on IPv4', async () => {
    assert.deepEqual(await addressOf({}), ['0.0.0.0', '0.0.0.0']);
    assert.deepEqual(await addressOf({ ipFamilies: ['IPv6'] }), ['::', '::']);
    assert.deepEqual(await addressOf({ ipFamilyPolicy: 'PreferDualStack' }), ['::', '::']);
  });
});

test('what the owner adds is in the pod: containers, DNS, and how the autoscaler behaves', async () => {
  const objects = await render({
    initContainers: [{ name: 'before', image: 'x' }],
    extraContainers: [{ name: 'beside', image: 'x' }],
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.0.0.10'] },
    autoscaling: { enabled: true, behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } },
  });
  const deployment = only(objects, 'Deployment', 'watchword') as unknown as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  const pod = deployment.spec.template.spec;
  const names = (list: unknown): readonly string[] =>
    (list as readonly { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names(pod['initContainers']), ['before']);
  assert.deepEqual(names(pod['containers']), ['watchword', 'beside']);
  assert.equal(pod['dnsPolicy'], 'None');
  assert.deepEqual(pod['dnsConfig'], { nameservers: ['10.0.0.10'] });
  const scaler = only(objects, 'HorizontalPodAutoscaler', 'watchword') as unknown as {
    spec: { behavior: unknown };
  };
  assert.deepEqual(scaler.spec.behavior, { scaleDown: { stabilizationWindowSeconds: 600 } });
});

test('extra objects are templates, as YAML or as text', async () => {
  const objects = await render({
    extraObjects: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-a' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Namespace }}-b" }\n',
    ],
  });
  only(objects, 'ConfigMap', 'watchword-a');
  only(objects, 'ConfigMap', 'gate-b');
});

describe('NOTES give the complete next command', () => {
  const BASE = {
    config: {
      issuers: [
        {
          name: 'auth0',
          issuer: 'https://tenant.example.com/',
          audiences: ['http://orders'],
          keys: { jwks: 'https://tenant.example.com/jwks.json' },
        },
      ],
      pipelines: [
        {
          name: 'billings',
          match: [{ hosts: ['orders.example.com'], paths: ['/orders/**'] }],
          require: {},
        },
      ],
      http: { trustedPeers: ['10.0.0.0/8'] },
    },
  };
  const REFERENCE = [{ name: 'public', namespace: 'gateways' }];
  const WIRED: Readonly<Record<string, readonly [object, string]>> = {
    envoy: [{}, 'ENVOY:PORT'],
    envoyGateway: [{ gateways: REFERENCE }, '"$(kubectl --namespace gateways get gateway public '],
    sidecar: [{}, 'ENVOY:PORT'],
    contour: [{}, 'envoy.projectcontour:80'],
    istio: [{}, 'istio-ingressgateway.istio-system:80'],
    gatewayApi: [{ routeNamespaces: ['team-a'] }, '"$(kubectl --namespace GATEWAY_NAMESPACE '],
    emissary: [{}, 'emissary-ingress.emissary:80'],
    kgateway: [{ gateways: REFERENCE }, '"$(kubectl --namespace gateways get gateway public '],
    cilium: [{ services: [{ ...REFERENCE[0], port: 8080 }] }, 'public.gateways:8080'],
    traefik: [{}, 'traefik.traefik:80'],
    ingressNginx: [{}, 'ingress-nginx-controller.ingress-nginx:80'],
    nginx: [{}, 'NGINX:PORT'],
    haproxy: [{}, 'HAPROXY:PORT'],
    caddy: [{}, 'CADDY:PORT'],
    envoyHttp: [{}, 'ENVOY:PORT'],
    apisix: [{}, 'apisix-gateway.apisix:80'],
    kong: [{}, 'kong-gateway-proxy.kong:80'],
  };
  for (const [name, [more, connect]] of Object.entries(WIRED)) {
    test(name, async () => {
      const notes = await notesOf({ ...BASE, wiring: { [name]: { enabled: true, ...more } } });
      const command =
        'exec deploy/watchword --container watchword -- node dist/main.js probe http://orders.example.com/orders/ --connect ';
      assert.ok(notes.includes(`kubectl --namespace gate ${command}${connect}`), notes);
    });
  }

  test('every gateway of the values has one', async () => {
    const { wiring } = parse(await readFile(join(CHART, 'values.yaml'), 'utf8')) as {
      wiring: Readonly<Record<string, unknown>>;
    };
    const gateways = Object.entries(wiring).filter(
      ([, one]) => typeof one === 'object' && one !== null && 'enabled' in one,
    );
    assert.deepEqual(gateways.map(([name]) => name).sort(), Object.keys(WIRED).sort());
  });
});
