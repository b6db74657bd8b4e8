import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { handleChecksWith } from '../../src/transport/ext-authz/handle.ts';
import { sampleIssuer, samplePipeline, samplePolicy, sampleToken } from '../policy/samples.ts';
import { readCheckResponse } from '../support/check-client.ts';
import { bytes, checkRequestWith, nearly, text } from './arbitraries.ts';

/*
 * Where every pipeline requires a token, no message passes without one that verifies, whatever its bytes are: valid, nearly
 * valid or neither.
 */

const policy = samplePolicy({
  issuers: [sampleIssuer()],
  named: [samplePipeline('p', { selectableByContext: true })],
  matches: { 'a.example': { '/a/**': samplePipeline('a') }, '*': { '/**': samplePipeline('all') } },
  fallback: samplePipeline('rest'),
});
const verifier = new Verifier(
  { entries: 100, bytes: 1024 * 1024, pending: 10 },
  { lookedUp: () => undefined, verified: () => undefined },
);
const handle = handleChecksWith(
  checkWith({
    policy: new Live(policy),
    routes: null,
    verifier,
    tokenBytes: 8192,
    headerBytes: 8192,
    now: () => Date.now() / 1000,
  }),
);

async function passes(message: Buffer): Promise<boolean> {
  const response = readCheckResponse(await handle(message, 60_000));
  const code = response.status?.code ?? 0;
  assert.equal(code === 0, response.ok_response !== undefined);
  return code === 0;
}

const TOKEN = sampleToken();
const withToken = checkRequestWith({ authorization: `Bearer ${TOKEN}`, accept: '*/*' });
const STRANGER = `${TOKEN.slice(0, -6)}AAAAAA`;
const MANY = { numRuns: 2_000 };

describe('without a token that verifies, nothing passes', () => {
  for (const [title, messages] of [
    ['bytes without meaning', bytes],
    ['a message without a token', nearly(fc.constant(checkRequestWith({ accept: '*/*' })))],
    ['any text in Authorization', text.map((authorization) => checkRequestWith({ authorization }))],
    [
      'a token whose signature does not verify',
      nearly(fc.constant(checkRequestWith({ authorization: `Bearer ${STRANGER}` }))),
    ],
    [
      'two tokens, one of them good',
      nearly(
        fc.constant(checkRequestWith({ authorization: `Bearer ${TOKEN},Bearer ${STRANGER}` })),
      ),
    ],
  ] as const) {
    test(title, async () => {
      await fc.assert(
        fc.asyncProperty(messages, async (message) => assert.equal(await passes(message), false)),
        MANY,
      );
    });
  }
});

test('with one, a message passes as it is, and damaged only while the whole token is in it', async () => {
  assert.equal(await passes(withToken), true);
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(nearly(fc.constant(withToken)), async (message) => {
      if (!(await passes(message))) return;
      passed += 1;
      assert.match(decode(message)?.authorization ?? '', new RegExp(`^bearer +${TOKEN}$`, 'i'));
    }),
    MANY,
  );
  assert.ok(passed > 5, `${passed} passed: too few to mean anything`);
});
