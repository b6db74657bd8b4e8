import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Answer, answerTo } from '../../src/answer/answer.ts';
import type { Decision, Header } from '../../src/check/decision.ts';
import { REASONS } from '../../src/decision/reason.ts';
import { encode } from '../../src/transport/ext-authz/encode.ts';
import { sampleRequest } from '../policy/samples.ts';
import { type CheckResponse, readCheckResponse } from '../support/check-client.ts';
import { allowance, REFUSALS, refusalFor } from './decisions.ts';

/*
 * Envoy looks at `status.code` alone: with 0 a request passes whatever else the message says, and `error_response` passes where
 * a gateway fails open. So what is encoded must be read back, by a library that is not ours, as what was decided.
 */

/** What UTF-8 keeps of a text: half a character becomes the sign for what cannot be read. */
const kept = (text: string): string => text.toWellFormed();

function option({ name, value }: Header): unknown {
  return { header: { key: name, value: kept(value) } };
}

/** Leaves out what Protocol Buffers do not write: empty lists. */
function unlessEmpty<T>(name: string, list: readonly T[]): Readonly<Record<string, readonly T[]>> {
  return list.length === 0 ? {} : { [name]: list };
}

function expectedOf(answer: Answer): unknown {
  const { metadata } = answer;
  const fields = Object.entries(metadata).flatMap(([name, value]) =>
    value === null ? [] : [[name, { stringValue: kept(value) }]],
  );
  const dynamic_metadata = { fields: Object.fromEntries(fields) as object };
  if (!answer.passes) {
    const { http, headers, body } = answer;
    return {
      status: { code: http === 401 ? 16 : 7 },
      denied_response: {
        status: { code: http },
        headers: headers.map(option),
        body,
      },
      dynamic_metadata,
    };
  }
  return {
    status: {},
    ok_response: {
      ...unlessEmpty('headers', answer.setHeaders.map(option)),
      ...unlessEmpty('headers_to_remove', sorted(answer.removeHeaders)),
    },
    dynamic_metadata,
  };
}

/** The order of removals means nothing. */
function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort();
}

function read(decision: Decision, grpc: boolean): { answer: Answer; response: CheckResponse } {
  const answer = answerTo(decision, sampleRequest({ protocol: grpc ? 'grpc' : 'http' }));
  return { answer, response: readCheckResponse(encode(answer)) };
}

function assertSame(decision: Decision, grpc: boolean): void {
  const { answer, response } = read(decision, grpc);
  const { ok_response } = response;
  const removed = ok_response?.headers_to_remove;
  const ordered = removed && {
    ok_response: { ...ok_response, headers_to_remove: sorted(removed) },
  };
  const seen: unknown = JSON.parse(JSON.stringify({ ...response, ...ordered }));
  assert.deepEqual(seen, expectedOf(answer));
}

describe('what is encoded is read back as what was decided', () => {
  for (const reason of REFUSALS) {
    test(`a refusal for ${reason}`, () => {
      fc.assert(fc.property(refusalFor(reason), fc.boolean(), assertSame), { numRuns: 60 });
    });
  }

  test('a request that may pass', () => {
    fc.assert(fc.property(allowance, fc.boolean(), assertSame), { numRuns: 500 });
  });
});

describe('a refusal never looks like a pass', () => {
  for (const reason of REFUSALS) {
    test(reason, () => {
      fc.assert(
        fc.property(refusalFor(reason), fc.boolean(), (decision, grpc) => {
          const { response } = read(decision, grpc);
          const code = response.status?.code ?? 0;
          if (decision.pipeline?.mode === 'shadow') {
            assert.deepEqual([code, response.denied_response], [0, undefined]);
            return;
          }
          assert.equal(code, REASONS[reason].http === 401 ? 16 : 7);
          assert.equal(response.ok_response, undefined);
          assert.notEqual(response.denied_response, undefined);
          assert.ok(!('error_response' in response));
        }),
        { numRuns: 60 },
      );
    });
  }
});

test('no header is both set and removed, since a gateway removes last', () => {
  fc.assert(
    fc.property(fc.oneof(allowance, refusalFor('scope_insufficient')), (decision) => {
      const { ok_response } = read(decision, false).response;
      const set = (ok_response?.headers ?? []).map(({ header }) => header.key);
      for (const name of ok_response?.headers_to_remove ?? []) assert.ok(!set.includes(name), name);
    }),
    { numRuns: 500 },
  );
});

test('an answer that fails to be written leaves nothing in the next one', () => {
  const broken = { name: 'x-broken', value: undefined as unknown as string };
  fc.assert(
    fc.property(allowance, refusalFor('token_missing'), (first, second) => {
      const answer = answerTo(first, null);
      if (!answer.passes) return;
      const setHeaders = [broken, ...answer.setHeaders];
      assert.throws(() => encode({ ...answer, setHeaders }), TypeError);
      assertSame(second, false);
    }),
  );
});
