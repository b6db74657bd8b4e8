import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { type Decision, refuse } from '../../src/check/decision.ts';
import type { DecisionLogConfig } from '../../src/config/shape-log.ts';
import { MASKABLE_FIELDS } from '../../src/decision/decision-fields.ts';
import type { Principal } from '../../src/decision/principal.ts';
import { REASON_NAMES, REASONS, type RefusalReason } from '../../src/decision/reason.ts';
import type { Request } from '../../src/request/request.ts';
import { logged } from '../../src/telemetry/logged.ts';
import { samplePipeline, sampleRequest } from '../policy/samples.ts';
import { makeSigner } from '../server/signer.ts';
import { decisionLog } from './decision-log.ts';
import { ecsFaults } from './schemas/ecs.ts';
import { ocsfFaults } from './schemas/ocsf.ts';

const signer = makeSigner();
const token = signer.token({ azp: 'spa', tenant: 'acme', plan: { tier: 3 }, act: signer.token() });
const REQUEST: Request = {
  ...sampleRequest(),
  id: 'request-1',
  host: 'orders.example.com:443',
  authorization: `Bearer ${token}`,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  asker: { remoteAddress: '10.0.0.7' },
};
const PRINCIPAL: Principal = {
  ...{ issuer: 'main', subject: 'client-1', audiences: ['http://orders'], scopes: new Set() },
  ...{ expiresAt: 2e9, notBefore: 0, issuedAt: 0, claims: {} },
};
const ROUTE = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' };
const pipeline = samplePipeline('orders');
const allowed: Decision = {
  ...{ outcome: 'allow', reason: 'verified', pipeline, identity: [], route: ROUTE },
  principal: PRINCIPAL,
};

/** The line about a decision. */
function lineOf(
  own: Partial<DecisionLogConfig>,
  decision: Decision,
  request: Request | null = REQUEST,
): Record<string, unknown> {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  void logged(log, decisionLog({ allow: 1, ...own }))(() => decision)(request, 0);
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

const FORMS = { ecs: ecsFaults, ocsf: ocsfFaults } as const;

for (const [format, faultsOf] of Object.entries(FORMS) as [
  keyof typeof FORMS,
  typeof ecsFaults,
][]) {
  describe(`the form ${format} follows its schema`, () => {
    test('for every reason, with a route and without, in shadow mode and not', () => {
      for (const reason of REASON_NAMES.filter((name) => REASONS[name].outcome !== 'allow')) {
        for (const mode of ['enforce', 'shadow'] as const) {
          const refusal = refuse(reason as RefusalReason, {
            pipeline: samplePipeline('orders', { mode }),
            principal: PRINCIPAL,
            detail: 'found: a, accepted: b',
          });
          for (const decision of [refusal, { ...refusal, route: ROUTE }])
            assert.deepEqual(faultsOf(lineOf({ format }, decision)), []);
        }
      }
    });

    test('for what passes, with claims and masked', () => {
      const fields: DecisionLogConfig['fields'] = [['tenant'], ['plan'], ['plan', 'tier']];
      for (const mask of [[], [...MASKABLE_FIELDS]])
        assert.deepEqual(faultsOf(lineOf({ format, fields, mask }, allowed)), []);
    });

    test('for a request that could not be read', () => {
      assert.deepEqual(faultsOf(lineOf({ format }, refuse('request_malformed'), null)), []);
    });

    test('whatever a client writes', () => {
      const text = fc.string({ unit: 'binary', maxLength: 40 });
      fc.assert(
        fc.property(text, text, text, text, text, (method, host, path, id, remoteAddress) => {
          const request = { ...REQUEST, method, host, path, id, asker: { remoteAddress } };
          assert.deepEqual(faultsOf(lineOf({ format }, refuse('host_ambiguous'), request)), []);
        }),
      );
    });
  });
}

describe('a line in the plain form', () => {
  test('has every field that its decision has', () => {
    const { time: _, level: __, ...fields } = lineOf({ fields: [['tenant'], ['gone']] }, allowed);
    assert.deepEqual(fields, {
      ...{ msg: 'allowed', outcome: 'allow', reason: 'verified', pipeline: 'orders' },
      ...{ mode: 'enforce', route: ROUTE, issuer: 'main', kid: 'key-1', client: 'spa' },
      audience: ['http://orders'],
      subject: 'client-1',
      claims: { tenant: 'acme' },
      ...{ method: REQUEST.method, host: REQUEST.host, path: REQUEST.path, request: REQUEST.id },
      ...{ trace: '0af7651916cd43dd8448eb211c80319c', gateway: '10.0.0.7' },
    });
  });

  test('says of a token that did not verify its kid alone', () => {
    const line = lineOf({ fields: [['tenant']] }, refuse('signature_invalid', { pipeline }));
    assert.equal(line['kid'], 'key-1');
    for (const field of ['client', 'claims', 'audience', 'subject'])
      assert.equal(line[field], undefined);
  });

  test('has an object among the claims as text, and no token in it', () => {
    const { claims } = lineOf({ fields: [['plan'], ['act']] }, allowed);
    assert.deepEqual(claims, { plan: '{"tier":3}', act: '(token)' });
  });

  test('has masked fields as ***', () => {
    const line = lineOf({ fields: [['tenant']], mask: ['subject', 'claims', 'path'] }, allowed);
    assert.equal(line['subject'], '***');
    assert.deepEqual(line['claims'], { tenant: '***' });
    assert.equal(line['path'], '***');
    assert.equal(line['client'], 'spa');
  });
});
