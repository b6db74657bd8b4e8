import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from '../../src/routes/read/rules.ts';
import { indexOf, ingress } from './samples.ts';

const rules = (contourClasses: readonly string[] = []) =>
  rulesOf({
    ingressClasses: ['contour', 'edge', 'nginx'],
    ingressWithoutClass: true,
    gateways: [],
    shareHosts: [],
    contourClasses,
  });

const classOf = (name: string, controller: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
});
const CLASSES = [
  classOf('edge', 'projectcontour.io/ingress-controller'),
  classOf('nginx', 'k8s.io/ingress-nginx'),
];
const SHOP_TLS = [{ hosts: ['Shop.example'], secretName: 'shop' }];
const shop = (spec: object, name = 'shop', host = 'shop.example') =>
  ingress(name, host, [['/', 'Prefix']], { spec });

/** How requests to an Ingress get past, or null. */
function bypassOf(
  objects: readonly unknown[],
  { name = 'shop', contourClasses = [] as readonly string[] } = {},
): string | null {
  const index = indexOf(objects, rules(contourClasses));
  return index.named({ kind: 'Ingress', namespace: 'apps', name })?.bypass ?? null;
}

describe('an Ingress with spec.tls is bypassed behind Contour', () => {
  test('by the name of its class, by its controller, or by the settings', () => {
    const of = (ingressClassName: string) => shop({ ingressClassName, tls: SHOP_TLS });
    for (const [objects, contourClasses] of [
      [[of('contour')], []],
      [[of('edge'), ...CLASSES], []],
      [[of('nginx'), ...CLASSES], ['nginx']],
    ] as const) {
      const bypass = String(bypassOf(objects, { contourClasses }));
      assert.match(bypass, /over HTTPS \(spec\.tls\) Contour does not ask .* write an HTTPProxy/);
    }
    const old = { ingressClassName: undefined, tls: SHOP_TLS };
    const annotations = { 'projectcontour.io/ingress.class': 'contour' };
    const annotated = ingress('shop', 'shop.example', [], { spec: old, annotations });
    assert.match(String(bypassOf([annotated])), /over HTTPS/);
  });

  test('also where it names no host, and where it names no class', () => {
    const unnamed = shop({ ingressClassName: 'contour', tls: [{ secretName: 'shop' }] });
    assert.match(String(bypassOf([unnamed])), /over HTTPS/);
    assert.match(String(bypassOf([shop({ ingressClassName: null, tls: SHOP_TLS })])), /over HTTPS/);
  });

  test('not behind other controllers', () => {
    assert.equal(bypassOf([shop({ ingressClassName: 'nginx', tls: SHOP_TLS }), ...CLASSES]), null);
  });

  test('where no IngressClass says whose it is, that is said', () => {
    const bypass = String(bypassOf([shop({ ingressClassName: 'edge', tls: SHOP_TLS })]));
    assert.match(bypass, /if Contour serves it, .* no IngressClass says whose the class is/);
  });

  test('without TLS it is asked about', () => {
    assert.equal(bypassOf([shop({ ingressClassName: 'contour' })]), null);
    assert.equal(bypassOf([shop({ ingressClassName: 'contour', tls: [] })]), null);
  });
});

describe('an Ingress for whose host another one has a certificate', () => {
  const plain = shop({ ingressClassName: 'contour' });
  const other = (host: string, ingressClassName = 'contour') =>
    ingress('other', 'other.example', [['/', 'Prefix']], {
      namespace: 'tenant',
      spec: { ingressClassName, tls: [{ hosts: [host] }] },
    });

  test('is served over HTTPS too, so it is bypassed', () => {
    const why = /Ingress tenant\/other has a certificate for shop\.example/;
    assert.match(String(bypassOf([plain, other('shop.example')])), why);
    // A class of which no annotation counts.
    const internal = classOf('internal', 'projectcontour.io/internal');
    assert.match(String(bypassOf([plain, other('shop.example', 'internal'), internal])), why);
  });

  test('not for a wildcard, for another host, or behind another controller', () => {
    assert.equal(bypassOf([plain, other('*.example')]), null);
    assert.equal(bypassOf([plain, other('other.example')]), null);
    assert.equal(bypassOf([plain, other('shop.example', 'nginx'), ...CLASSES]), null);
  });
});
