import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, answerTo } from '../../src/answer/answer.ts';
import { type Decision, refuse } from '../../src/check/decision.ts';
import type { Principal } from '../../src/decision/principal.ts';
import type { Reason, RefusalReason } from '../../src/decision/reason.ts';
import { REASON_NAMES } from '../../src/decision/reason.ts';
import { samplePipeline, sampleRequest } from '../policy/samples.ts';

/** The contract: HTTP status, and how the challenge begins after the realm; null for none. */
const REFUSALS: Readonly<Record<RefusalReason, readonly [http: number, challenge: string | null]>> =
  {
    request_malformed: [400, null],
    message_oversized: [400, null],
    host_ambiguous: [400, null],
    path_ambiguous: [400, null],
    token_ambiguous: [400, ', error="invalid_request"'],
    token_oversized: [400, ', error="invalid_request"'],
    token_missing: [401, ''],
    token_malformed: [401, ', error="invalid_token"'],
    claim_malformed: [401, ', error="invalid_token"'],
    token_encrypted: [401, ', error="invalid_token"'],
    token_unbounded: [401, ', error="invalid_token"'],
    type_wrong: [401, ', error="invalid_token"'],
    algorithm_refused: [401, ', error="invalid_token"'],
    issuer_untrusted: [401, ', error="invalid_token"'],
    key_unknown: [401, ', error="invalid_token"'],
    signature_invalid: [401, ', error="invalid_token"'],
    token_expired: [401, ', error="invalid_token"'],
    token_premature: [401, ', error="invalid_token"'],
    audience_wrong: [401, ', error="invalid_token"'],
    claim_missing: [401, ', error="invalid_token"'],
    authentication_insufficient: [401, ', error="insufficient_user_authentication"'],
    scope_insufficient: [403, ', error="insufficient_scope"'],
    claim_refused: [403, ''],
    client_refused: [403, ''],
    consumer_unknown: [403, ''],
    consumer_inactive: [403, ''],
    condition_refused: [403, ''],
    rule_missing: [403, null],
    pipeline_missing: [403, null],
    pipeline_unknown: [403, null],
    pipeline_forbidden: [403, null],
    pipeline_conflict: [403, null],
    method_refused: [403, null],
    route_policy_invalid: [403, null],
    keys_unavailable: [503, null],
    routes_unavailable: [503, null],
    deadline_exceeded: [503, null],
    overloaded: [503, null],
    internal: [500, null],
  };
const ALLOWS: readonly Reason[] = ['verified', 'anonymous'];
const ANSWERS: readonly Reason[] = ['resource_metadata'];

const REALM = 'Bearer realm="watchword"';
const principal: Principal = {
  issuer: 'sample',
  subject: 'client-1',
  audiences: [],
  scopes: new Set(),
  expiresAt: 0,
  notBefore: 0,
  issuedAt: null,
  claims: { sub: 'client-1', odd: 'a\nb' },
};
const enforcing = samplePipeline('p');
const shadowing = samplePipeline('p', { mode: 'shadow' });
const X_USER = [{ name: 'x-user', value: 'client-1' }];

type Refusing = Extract<Answer, { passes: false }>;
type Passing = Extract<Answer, { passes: true }>;

function refusing(decision: Decision, grpc = false): Refusing {
  const answer = answerTo(decision, sampleRequest({ protocol: grpc ? 'grpc' : 'http' }));
  assert.ok(!answer.passes, 'it passes');
  return answer;
}

function passing(decision: Decision): Passing {
  const answer = answerTo(decision, null);
  assert.ok(answer.passes, 'it is refused');
  return answer;
}

function header({ headers }: Refusing, name: string): string | undefined {
  return headers.find((one) => one.name === name)?.value;
}

test('the contract has every reason and no other', () => {
  assert.deepEqual(
    [...Object.keys(REFUSALS), ...ALLOWS, ...ANSWERS].sort(),
    [...REASON_NAMES].sort(),
  );
});

for (const [name, [http, challenge]] of Object.entries(REFUSALS)) {
  const reason = name as RefusalReason;
  describe(`the answer to ${reason}`, () => {
    const decision = refuse(reason, { pipeline: enforcing, detail: 'not for everybody' });
    const answer = refusing(decision);

    test(`is ${http}`, () => assert.equal(answer.http, http));

    test(`has ${challenge === null ? 'no challenge' : `the challenge ${REALM}${challenge}`}`, () => {
      const seen = header(answer, 'www-authenticate');
      if (challenge === null) assert.equal(seen, undefined);
      else if (challenge === '') assert.equal(seen, REALM);
      else assert.ok(seen?.startsWith(`${REALM}${challenge}, error_description="`), seen);
    });

    test(`${http === 503 ? 'says when to come back' : 'says nothing of coming back'}`, () =>
      assert.equal(header(answer, 'retry-after'), http === 503 ? '1' : undefined));

    test('is never kept by a cache', () =>
      assert.equal(header(answer, 'cache-control'), 'no-store'));

    test('has problem details (RFC 9457) that are the same whoever asks', () => {
      assert.equal(header(answer, 'content-type'), 'application/problem+json');
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      assert.deepEqual(Object.keys(body), ['type', 'title', 'status', 'detail', 'reason']);
      assert.deepEqual(
        [body['type'], body['status'], body['reason']],
        ['about:blank', http, reason],
      );
      const other = refuse(reason, { principal, issuer: 'x', detail: 'y' });
      assert.equal(answer.body, refusing(other).body);
      assert.ok(!answer.body.includes('not for everybody'));
    });

    test('is plain text for a gRPC caller, since a gateway puts it into grpc-message', () => {
      const plain = refusing(decision, true);
      assert.equal(plain.http, http);
      assert.equal(header(plain, 'content-type'), 'text/plain');
      assert.match(plain.body, /^[ -~]{1,160}$/);
      assert.equal(plain.body, (JSON.parse(answer.body) as { detail: string }).detail);
    });

    test('has names in lower case, each once', () => {
      const names = answer.headers.map((one) => one.name);
      assert.deepEqual(names, [...new Set(names.map((one) => one.toLowerCase()))]);
    });

    test('passes in shadow mode, and the metadata say what enforcement would have said', () => {
      const { metadata } = passing(refuse(reason, { pipeline: shadowing }));
      assert.deepEqual([metadata.reason, metadata.mode], [reason, 'shadow']);
      assert.notEqual(metadata.outcome, 'allow');
    });

    test('never passes where no pipeline was found, whatever the mode of others', () => {
      const { metadata } = refusing(refuse(reason));
      assert.deepEqual([metadata.pipeline, metadata.mode], ['-', 'enforce']);
    });
  });
}

describe('an allowed request', () => {
  const allowed: Decision = {
    outcome: 'allow',
    reason: 'verified',
    pipeline: enforcing,
    principal,
    identity: [{ name: 'x-user', value: 'client-1' }],
  };

  test('passes with its identity', () => {
    const { setHeaders, removeHeaders } = passing(allowed);
    assert.deepEqual(setHeaders, [{ name: 'x-user', value: 'client-1' }]);
    assert.equal(removeHeaders, enforcing.removes.always);
  });

  test('tells the gateway whose it is', () => {
    assert.deepEqual(passing(allowed).metadata, {
      pipeline: 'p',
      outcome: 'allow',
      reason: 'verified',
      mode: 'enforce',
      issuer: 'sample',
      subject: 'client-1',
    });
  });

  test('is nobody’s where it is anonymous', () => {
    const { metadata } = passing({
      outcome: 'allow',
      reason: 'anonymous',
      pipeline: enforcing,
      principal: null,
      identity: [],
    });
    assert.deepEqual([metadata.issuer, metadata.subject], [null, null]);
  });
});

test('a refusal that passes in shadow mode passes with its identity', () => {
  const shadowed = refuse('scope_insufficient', { pipeline: shadowing, identity: X_USER });
  assert.deepEqual(passing(shadowed).setHeaders, X_USER);
});

test('a refusal tells the gateway the issuer that the token names, and the subject only if it verified', () => {
  const { metadata } = refusing(
    refuse('signature_invalid', { pipeline: enforcing, issuer: 'sample' }),
  );
  assert.deepEqual([metadata.issuer, metadata.subject], ['sample', null]);
  const verified = refusing(refuse('scope_insufficient', { pipeline: enforcing, principal }));
  assert.deepEqual([verified.metadata.issuer, verified.metadata.subject], ['sample', 'client-1']);
});
