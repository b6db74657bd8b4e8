import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, AnswerMetadata } from '../../../src/answer/answer.ts';
import { encode } from '../../../src/transport/ext-authz/encode.ts';
import { readCheckResponse } from '../../support/check-client.ts';

/* What is encoded once for a pipeline is never told of another decision. */

const METADATA: AnswerMetadata = {
  ...{ pipeline: 'orders', outcome: 'allow', reason: 'verified', mode: 'enforce' },
  ...{ issuer: 'auth0', subject: 'client-1' },
};

function told(changed: Partial<AnswerMetadata>): Readonly<Record<string, string>> {
  const metadata = { ...METADATA, ...changed };
  const nothing = { setHeaders: [], removeHeaders: [], removeQueryParameters: [] };
  const answer: Answer = { passes: true, ...nothing, metadata };
  const { dynamic_metadata: said } = readCheckResponse(encode(answer)) as unknown as {
    dynamic_metadata: { fields: Record<string, { stringValue: string }> };
  };
  return Object.fromEntries(
    Object.entries(said.fields).map(([name, { stringValue }]) => [name, stringValue]),
  );
}

const CHANGES: readonly Partial<AnswerMetadata>[] = [
  {},
  { mode: 'shadow' },
  { mode: 'shadow', outcome: 'deny', reason: 'token_expired' },
  { outcome: 'error' },
  { reason: 'anonymous' },
  { issuer: null },
  { issuer: 'entra' },
  { issuer: '' },
  { subject: null },
  { subject: 'client-2' },
  { pipeline: 'orders-2' },
  { pipeline: '-' },
];

test('each fact is that of its own decision, in whatever order they come', () => {
  for (const changes of [CHANGES, CHANGES.toReversed(), [...CHANGES, ...CHANGES]]) {
    for (const changed of changes) {
      const wanted = Object.entries({ ...METADATA, ...changed }).filter(
        ([, value]) => value !== null,
      );
      assert.deepEqual(told(changed), Object.fromEntries(wanted));
    }
  }
});
