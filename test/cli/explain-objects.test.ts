import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Folder, folderWith } from '../server/folder.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { type Ended, runProgram } from './program.ts';
import { UNCOUNTED } from './uncounted-objects.ts';

const NEEDS = { audiences: ['http://orders'] };
const ROUTES = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations: { watchword.dev/pipeline: shop, watchword.dev/scopes: read:cart }
spec:
  ingressClassName: ours
  rules:
    - host: shop.example
      http: { paths: [{ path: /, pathType: Prefix }] }
---
apiVersion: v1
kind: List
items:
  - apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: { name: gate, namespace: infra }
    spec: { listeners: [{ name: http, port: 80, protocol: HTTP, hostname: '*.example' }] }
  - apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: { name: api, namespace: shop, annotations: { watchword.dev/pipelin: shop } }
    spec: { parentRefs: [{ name: gate, namespace: infra }], hostnames: [api.example, api.test] }
`;

/** One host, split between two namespaces. */
const SPLIT = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { watchword.dev/pipeline: shop } }
spec:
  ingressClassName: ours
  rules: [{ host: split.example, http: { paths: [{ path: /, pathType: Prefix }] } }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: api, namespace: api }
spec:
  ingressClassName: ours
  rules: [{ host: split.example, http: { paths: [{ path: /api, pathType: Prefix }] } }]
`;

/** Contour serves the one over HTTPS without asking, and the other at a Gateway that nobody wired. */
const BYPASSED = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: tls, namespace: shop, annotations: { watchword.dev/pipeline: shop } }
spec:
  ingressClassName: contour
  tls: [{ hosts: [tls.example], secretName: tls }]
  rules: [{ host: tls.example, http: { paths: [{ path: /, pathType: Prefix }] } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: eg }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gate, namespace: infra }
spec: { gatewayClassName: eg, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api, namespace: shop, annotations: { watchword.dev/pipeline: shop } }
spec: { parentRefs: [{ name: gate, namespace: infra }], hostnames: [api.example] }
`;

/** Objects that count, each with something to say of it. */
const DISABLED = `
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: { name: open, namespace: shop, annotations: { watchword.dev/pipeline: shop } }
spec:
  virtualhost: { fqdn: split.example }
  routes: [{ authPolicy: { disabled: true } }]
`;
const REGEX = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
    watchword.dev/pipeline: shop
    watchword.dev/public-paths: /api/health
spec:
  ingressClassName: ours
  rules:
    - host: regex.example
      http: { paths: [{ path: '/api(/|$)(.*)', pathType: ImplementationSpecific }] }
`;
const named = (host: string, pipeline: string, namespace: string) => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${host}, ${namespace} annotations: { watchword.dev/pipeline: ${pipeline} } }
spec:
  ingressClassName: ours
  rules: [{ host: ${host}.example, http: { paths: [{ path: /, pathType: Prefix }] } }]
`;

describe('explain --objects', () => {
  let folder: Folder;
  before(async () => {
    const pipelines = [
      {
        name: 'shop',
        selectableBy: { namespaces: ['shop'] },
        require: NEEDS,
        routeMay: ['public-paths'],
      },
      { name: 'locked', require: NEEDS },
    ];
    const routes = { ingressClasses: ['ours', 'contour'], gateways: ['infra/gate'] };
    folder = await folderWith({
      'watchword.yaml': settings({ pipelines, routes }),
      'jwks.json': { keys: [makeSigner().jwk] },
      'routes.yaml': ROUTES,
      'split.yaml': SPLIT,
      'bypassed.yaml': BYPASSED,
      'wrong.yaml': 'a: [',
      'disabled.yaml': DISABLED,
      'regex.yaml': REGEX,
      'names.yaml':
        named('typo', 'shopp', 'namespace: shop,') +
        named('nobody', 'locked', 'namespace: shop,') +
        named('other', 'shop', ''),
    });
  });
  after(() => folder[Symbol.asyncDispose]());

  const explain = (url: string, file: string): Promise<Ended> => {
    const objects = ['--objects', folder.at(file)];
    return runProgram([
      'explain',
      '--config',
      folder.at('watchword.yaml'),
      '--url',
      url,
      ...objects,
    ]);
  };

  test('shows the object that chose the pipeline', async () => {
    const { code, stdout } = await explain('http://shop.example/cart', 'routes.yaml');
    assert.equal(code, 3);
    assert.match(stdout, /^ {6}> object {10}Ingress\/shop\/shop: shop$/m);
    assert.match(stdout, /^decision deny token_missing/m);
    assert.match(stdout, /^pipeline shop$/m);
  });

  test('shows every object that may have been used, and why', async () => {
    const { code, stdout } = await explain('http://split.example/api/1', 'split.yaml');
    assert.equal(code, 3);
    const why = 'controllers differ in which Ingress they serve and how they read its paths';
    assert.ok(
      stdout.includes(
        `Ingress/api/api: names none (the prefix /api of split.example: ${why}), ` +
          `Ingress/shop/web: shop (the prefix / of split.example: ${why})`,
      ),
      stdout,
    );
    assert.match(stdout, /^decision deny pipeline_missing/m);
  });

  test('says what is wrong with an annotation', async () => {
    const { code, stdout } = await explain('http://api.example/', 'routes.yaml');
    assert.equal(code, 3);
    assert.match(stdout, /^NO {2}pipeline .*watchword\.dev\/pipelin is unknown/m);
    assert.match(stdout, /^decision deny route_policy_invalid/m);
  });

  test('says that no object covers a request', async () => {
    const { stdout } = await explain('http://api.test/', 'routes.yaml');
    assert.match(
      stdout,
      /object {10}no object covers this request; those that count cover others: Ingress\/shop\/shop, /,
    );
    assert.match(stdout, /^decision deny pipeline_missing/m);
  });

  test('says what the gateway does not ask about, whatever is decided', async () => {
    const { code, stdout } = await explain('https://tls.example/', 'bypassed.yaml');
    assert.equal(code, 3);
    const warning =
      /^WARNING {2}the gateway does not ask about all requests of Ingress\/shop\/tls: /m;
    assert.match(stdout, warning);
    assert.match(stdout, /over HTTPS .* Contour does not ask/);
    const route = await explain('http://api.example/', 'bypassed.yaml');
    assert.match(
      route.stdout,
      /^WARNING .*HTTPRoute\/shop\/api: at Gateway infra\/gate: no SecurityPolicy/m,
    );
    const asked = await explain('http://shop.example/', 'routes.yaml');
    assert.doesNotMatch(asked.stdout, /WARNING/);
  });

  for (const { title, objects, says } of UNCOUNTED) {
    test(`names ${title}, and why it does not count`, async () => {
      await folder.write('uncounted.json', JSON.stringify({ kind: 'List', items: objects }));
      const { code, stdout } = await explain('http://shop.example/', 'uncounted.json');
      assert.equal(code, 3);
      assert.match(stdout, says);
      assert.match(stdout, /^decision deny pipeline_missing/m);
    });
  }

  test('says that requests get past Watchword where the object lets them', async () => {
    const { stdout } = await explain('http://split.example/', 'disabled.yaml');
    assert.match(
      stdout,
      /HTTPProxy\/shop\/open: shop, but requests get past Watchword: routes\[0\]\.authPolicy/,
    );
  });

  test('says that a pattern is why public paths do not lie within the object', async () => {
    const { stdout } = await explain('http://regex.example/api/health', 'regex.yaml');
    assert.match(
      stdout,
      /^NO {2}pipeline .*'\/api\/health'.* one is a pattern .* pathType Prefix/m,
    );
  });

  test('says what there is where a name is wrong or forbidden', async () => {
    for (const [host, says] of [
      ['typo', /no pipeline is called "shopp"; did you mean 'shop'\? there is shop$/m],
      [
        'nobody',
        /namespace shop may not name pipeline locked: its selectableBy lets nobody name it/,
      ],
      [
        'other',
        /namespace default may not name pipeline shop: .* routes of namespaces shop name it/,
      ],
    ] as const) {
      const { stdout } = await explain(`http://${host}.example/`, 'names.yaml');
      assert.match(stdout, says);
    }
  });

  test('a file that is missing or is no YAML is one line, exit 2', async () => {
    for (const [file, says] of [
      ['absent.yaml', /--objects .*absent\.yaml cannot be read: ENOENT/],
      ['wrong.yaml', /--objects .*wrong\.yaml: /],
    ] as const) {
      const { code, stderr } = await explain('http://shop.example/', file);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    }
  });
});
