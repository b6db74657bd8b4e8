import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { refuse } from '../../src/check/decision.ts';
import { REASON_NAMES, REASONS, type RefusalReason } from '../../src/decision/reason.ts';
import { remedyFor, type SettingPlaces } from '../../src/explain/remedy.ts';
import { compileRoutes } from '../../src/routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../../src/routes/read/rules.ts';

const PLACES: SettingPlaces = {
  pipelines: [{ name: 'orders' }],
  issuers: [{ name: 'other' }, { name: 'main' }],
  placeOf: (path) => `watchword.yaml:7 ${path.join('.')}`,
};

const REFUSALS = REASON_NAMES.filter((reason): reason is RefusalReason =>
  ['deny', 'error'].includes(REASONS[reason].outcome),
);

describe('what to change', () => {
  for (const reason of REFUSALS) {
    test(`is one sentence for ${reason}`, () => {
      const sentence = remedyFor(refuse(reason, { issuer: 'main' }), PLACES, null) ?? '';
      assert.match(sentence, /^[A-Z].{20,400}[^.]\.$/);
      assert.doesNotMatch(sentence, /[{}]|undefined|[.!] [A-Z]/);
    });
  }

  test('names the setting of the issuer whose token it was', () => {
    const sentence = remedyFor(refuse('token_expired', { issuer: 'main' }), PLACES, null);
    assert.match(sentence ?? '', /at watchword\.yaml:7 issuers\.1\.leeway\.$/);
    const unknown = remedyFor(refuse('key_unknown'), PLACES, null);
    assert.match(unknown ?? '', /watchword\.yaml:7 issuers /);
  });

  test('names the annotation of the route where that asks for more', () => {
    const [document] = parseAllDocuments(`
      { apiVersion: networking.k8s.io/v1, kind: Ingress,
        metadata: { name: cart, namespace: shop, annotations: { watchword.dev/scopes: 'read:cart' } },
        spec: { ingressClassName: nginx, rules: [{ host: shop.example, http: { paths: [{ path: /, pathType: Prefix }] } }] } }`);
    const settings = { ingressClasses: ['nginx'], ingressWithoutClass: false, gateways: [] };
    const rules = { ...rulesOf({ ...settings, shareHosts: [] }), statusOptional: true };
    const routes = compileRoutes(objectsFrom([document?.toJS()]), rules);
    const route = { kind: 'Ingress', namespace: 'shop', name: 'cart' };
    const said = (reason: RefusalReason) =>
      remedyFor({ ...refuse(reason), route }, PLACES, routes) ?? '';
    const annotated =
      / Ingress\/shop\/cart asks for it by its annotation watchword\.dev\/scopes\.$/;
    assert.match(said('scope_insufficient'), annotated);
    assert.doesNotMatch(said('audience_wrong'), annotated);
    assert.match(said('pipeline_unknown'), /annotation of Ingress\/shop\/cart/);
  });

  test('is nothing where the request passes', async () => {
    const allow = { outcome: 'allow', reason: 'anonymous', principal: null, identity: [] } as const;
    const pipeline = { name: 'orders' } as never;
    assert.equal(remedyFor({ ...allow, pipeline }, PLACES, null), null);
  });
});
