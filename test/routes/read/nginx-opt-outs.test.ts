import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { indexOf, ingress } from '../samples.ts';

const ingressClass = (controller: string, name = 'ours') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
});
const NGINX = ingressClass('k8s.io/ingress-nginx');

/** How an Ingress with annotations of ingress-nginx is bypassed. */
function bypass(annotations: Record<string, string>, ...classes: unknown[]): string | null {
  const prefixed = Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [
      `nginx.ingress.kubernetes.io/${name}`,
      value,
    ]),
  );
  const made = ingress('one', 'a.example', [['/', 'Prefix']], { annotations: prefixed });
  const [object] = indexOf([made, ...classes]).objects;
  assert.ok(object?.used);
  return object.bypass;
}

describe("an Ingress that gets past ingress-nginx's global authorizer", () => {
  const rows: readonly (readonly [Record<string, string>, RegExp | null])[] = [
    [{ 'enable-global-auth': 'false' }, /enable-global-auth is false/],
    [{ 'enable-global-auth': ' False ' }, /enable-global-auth is false/],
    [{ 'enable-global-auth': 'true' }, null],
    [{ satisfy: 'any' }, /satisfy is any/],
    [{ satisfy: 'all' }, null],
    [{ 'auth-url': 'http://mine.example/always-200' }, /auth-url replaces/],
    [{ 'auth-url': 'http://mine.example/?/auth/nginx/web' }, /auth-url replaces/],
    [{ 'auth-url': 'http://watchword-http.watchword.svc:9180/auth/ingress-nginx/web' }, null],
    [{ 'auth-url': 'http://watchword-http.watchword.svc:9180/auth/nginx/-' }, null],
    [{}, null],
  ];
  for (const [annotations, says] of rows) {
    test(`${JSON.stringify(annotations)}: ${says === null ? 'is none' : says.source}`, () => {
      const found = bypass(annotations, NGINX);
      if (says === null) assert.equal(found, null);
      else assert.match(found ?? '', says);
    });
  }

  test('is known by its class only: to other controllers the annotations mean nothing', () => {
    const off = { 'enable-global-auth': 'false' };
    assert.equal(bypass(off), null);
    assert.equal(bypass(off, ingressClass('traefik.io/ingress-controller')), null);
    assert.equal(bypass(off, ingressClass('k8s.io/ingress-nginx', 'other')), null);
  });
});
