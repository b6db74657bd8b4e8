import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { challengeOf } from '../../src/answer/challenge.ts';
import { REASON_NAMES, REASONS, type RefusalReason } from '../../src/decision/reason.ts';
import { sampleRequirement } from '../policy/samples.ts';

const REFUSALS = REASON_NAMES.filter(
  (reason): reason is RefusalReason => REASONS[reason].outcome !== 'allow',
);
const REALM = 'Bearer realm="watchword"';

/** A challenge (RFC 9110 section 11.6.1) of the parameters of RFC 6750 section 3, each a quoted string without escapes. */
const CHALLENGE =
  /^Bearer realm="watchword"(?:, error="(?<error>[a-z_]+)", error_description="(?<description>[\x20-\x21\x23-\x5b\x5d-\x7e]+)"(?:, scope="(?<scope>[\x20-\x21\x23-\x5b\x5d-\x7e]+)")?)?$/;

function withScopes(all: readonly string[], ...any: readonly string[][]): string | null {
  const require = sampleRequirement({ scopes: { all, any, strategy: 'exact' } });
  return challengeOf('scope_insufficient', [require]);
}

for (const reason of REFUSALS) {
  const { http, says } = REASONS[reason];
  test(`${reason}: the challenge is one that RFC 6750 allows with ${http}`, () => {
    const challenge = challengeOf(reason, []);
    if (challenge === null) {
      assert.notEqual(http, 401, 'RFC 9110 section 15.5.2 demands a challenge with 401');
      return;
    }
    const parts = CHALLENGE.exec(challenge)?.groups;
    assert.ok(parts, challenge);
    const { error, description, scope } = parts;
    assert.equal(scope, undefined, 'no pipeline, no scope');
    if (error === undefined) return;
    assert.equal(description, says);
    // RFC 6750 section 3.1.
    const statuses = {
      invalid_request: 400,
      invalid_token: 401,
      insufficient_scope: 403,
      insufficient_user_authentication: 401,
    };
    assert.equal(http, statuses[error as keyof typeof statuses]);
  });
}

describe('a challenge says what would help', () => {
  test('no token: only that one is asked for (RFC 6750 section 3.1)', () => {
    assert.equal(challengeOf('token_missing', [sampleRequirement()]), REALM);
  });

  test('a bad token: what is wrong, and no scope', () => {
    const require = sampleRequirement({ scopes: { all: ['a'], any: [], strategy: 'exact' } });
    assert.equal(
      challengeOf('token_expired', [require]),
      `${REALM}, error="invalid_token", error_description="the token has expired"`,
    );
  });

  test('a missing scope: all that are required and the first of each group', () => {
    assert.match(withScopes(['a', 'b'], ['c', 'd'], ['e']) ?? '', /, scope="a b c e"$/);
    assert.match(withScopes([], ['c', 'd']) ?? '', /, scope="c"$/);
  });

  test('a missing scope of a pipeline that requires none: no scope', () => {
    assert.match(withScopes([]) ?? '', /required here"$/);
    assert.match(challengeOf('scope_insufficient', []) ?? '', /required here"$/);
  });

  test('several requirements: the scopes of all of them, each once', () => {
    const asked = [['a'], ['b', 'a']].map((all) =>
      sampleRequirement({ scopes: { all, any: [], strategy: 'exact' } }),
    );
    assert.match(challengeOf('scope_insufficient', asked) ?? '', /, scope="a b"$/);
  });

  test('a weak sign-in: the contexts that were asked last and the least age (RFC 9470)', () => {
    const asked = [
      { maxAge: 600, acr: ['old'] },
      { maxAge: 900, acr: ['phr', 'phrh'] },
      { maxAge: null, acr: [] },
    ].map((authentication) => sampleRequirement({ authentication }));
    assert.match(
      challengeOf('authentication_insufficient', asked) ?? '',
      /^Bearer realm="watchword", error="insufficient_user_authentication", error_description="[^"]+", acr_values="phr phrh", max_age="600"$/,
    );
  });
});
