import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { render } from '../chart/render.ts';
import { type ApiServer, startApiServer, until } from '../support/api-server.ts';
import { DEFINITIONS, definitionOf, INGRESSES, ingress } from '../support/kube-objects.ts';

/*
 * The chart's ValidatingAdmissionPolicy in a real API server.
 */

const PROXIES = '/apis/projectcontour.io/v1/namespaces/default/httpproxies';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic';
const VALUES = {
  config: {
    routes: { watch: true, ingressClasses: ['contour', 'ours'] },
    issuers: [
      { name: 'auth0', issuer: 'https://a.example/', audiences: ['a'], keys: { discovery: true } },
    ],
    pipelines: [{ name: 'shop', selectableBy: { namespaces: ['default'] }, require: {} }],
  },
};
const SHOP = { 'watchword.dev/pipeline': 'shop' };
const TLS = { tls: [{ hosts: ['shop.example'], secretName: 'shop' }] };

describe('the admission policy of the chart', { timeout: 120_000 }, () => {
  let server: ApiServer;
  before(async () => {
    server = await startApiServer();
    await until(() => server.request('GET', '/api/v1/namespaces/default'));
    await server.request('POST', DEFINITIONS, definitionOf('HTTPProxy').body);
    // Objects that were wrong before there was a policy.
    await server.request('POST', INGRESSES, wrong('old', 'ours'));
    await server.request('POST', INGRESSES, withSpec('old-tls', 'contour', TLS));
    for (const one of await render(VALUES)) {
      if (one.kind === 'ValidatingAdmissionPolicy')
        await server.request('POST', `${POLICIES}ies`, one);
      if (one.kind === 'ValidatingAdmissionPolicyBinding')
        await server.request('POST', `${POLICIES}ybindings`, one);
    }
    // It takes a moment to be in force, and the kind to be served.
    await until(() =>
      assert.rejects(dryRun(INGRESSES, wrong('new', 'ours')), /unknown annotation/),
    );
    await until(() => server.request('GET', PROXIES));
  });
  after(() => server[Symbol.asyncDispose]());

  const wrong = (name: string, ofClass: string) =>
    ingress(name, 'shop.example', { 'watchword.dev/pipelin': 'x', ...SHOP }, ofClass);
  const withSpec = (name: string, ofClass: string, spec: object, annotations = SHOP) => {
    const made = ingress(name, 'shop.example', annotations, ofClass) as { readonly spec: object };
    return { ...made, spec: { ...made.spec, ...spec } };
  };
  const dryRun = (path: string, body: unknown) =>
    server.request('POST', `${path}?dryRun=All`, body);
  const patch = (name: string, body: unknown) =>
    server.request('PATCH', `${INGRESSES}/${name}?dryRun=All`, body);
  const proxy = (spec: object, annotations: Readonly<Record<string, string>> = SHOP) => ({
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name: 'shop', annotations },
    spec,
  });

  test('refuses an annotation on an Ingress with TLS of a class of Contour', async () => {
    const says = /over HTTPS \(spec\.tls\) Contour does not ask/;
    await assert.rejects(dryRun(INGRESSES, withSpec('new', 'contour', TLS)), says);
    const annotations = { ...SHOP, 'projectcontour.io/ingress.class': 'contour' };
    await assert.rejects(dryRun(INGRESSES, withSpec('new', 'ours', TLS, annotations)), says);
    await dryRun(INGRESSES, withSpec('new', 'ours', TLS));
    await dryRun(INGRESSES, withSpec('new', 'contour', {}));
    await dryRun(INGRESSES, withSpec('new', 'contour', TLS, {} as typeof SHOP));
  });

  test('refuses an annotation on an HTTPProxy that opens itself', async () => {
    const host = { fqdn: 'shop.example' };
    const tls = { secretName: 'shop' };
    const off = { authPolicy: { disabled: true } };
    const of = (authorization: object) => ({ virtualhost: { ...host, tls, authorization } });
    for (const spec of [
      { virtualhost: host, routes: [{}, off] },
      { virtualhost: { ...host, authorization: off }, includes: [{ name: 'child' }] },
      { virtualhost: host, tcpproxy: {} },
      of({ extensionRef: { name: 'mine' } }),
      of({ extensionRef: { namespace: 'gate', name: 'watchword' }, failOpen: true }),
    ]) {
      const text = JSON.stringify(spec);
      await assert.rejects(dryRun(PROXIES, proxy(spec)), /Contour does not ask/, text);
      await dryRun(PROXIES, proxy(spec, {}));
    }
    await dryRun(PROXIES, proxy({ virtualhost: host, routes: [{ authPolicy: {} }] }));
    await dryRun(PROXIES, proxy({ virtualhost: { ...host, tls }, routes: [{}] }));
    await dryRun(PROXIES, proxy(of({ extensionRef: { namespace: 'gate', name: 'watchword' } })));
  });

  test('judges only what an update changes', async () => {
    // Neither of the two touches what is wrong.
    await patch('old', { metadata: { labels: { team: 'a' } } });
    await patch('old', { metadata: { annotations: { 'watchword.dev/scopes': 'read:orders' } } });
    await patch('old-tls', { metadata: { annotations: { other: 'x' } } });
    // Right is taken, also where something else stays wrong, and wrong is not.
    await patch('old', { metadata: { annotations: { 'watchword.dev/pipelin': null } } });
    const again = { metadata: { annotations: { 'watchword.dev/pipelin': 'y' } } };
    await assert.rejects(patch('old', again), /unknown annotation watchword\.dev\/pipelin/);
    const other = { metadata: { annotations: { 'watchword.dev/pipeline': 'nobody' } } };
    await assert.rejects(patch('old', other), /names no pipeline/);
    await assert.rejects(patch('old', { spec: { ingressClassName: 'contour', ...TLS } }), /HTTPS/);
  });
});
