import assert from 'node:assert/strict';
import type { webcrypto } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createLocalJWKSet,
  decodeJwt,
  importSPKI,
  importX509,
  type JSONWebKeySet,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { verify } from '../../src/check/verify.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import type { Issuer } from '../../src/policy/issuer.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { timeRefusal } from '../../src/token/claims.ts';
import type { TokenSpec } from '../conformance/case.ts';
import { TOKEN_CASES } from '../conformance/cases/tokens.ts';
import { makeFixture } from '../conformance/fixtures.ts';
import { KEY_FILES, makeToken, REMOTE_JWKS, SECRET } from '../conformance/signing.ts';
import { nearlyText } from './arbitraries.ts';

/*
 * jose's own `jwtVerify` as a second opinion. It may be more lenient than we are, and where it is, is said here case by case; it
 * may never refuse what we call verified.
 */

/** What we refuse and jose, as it is asked here, accepts. */
const STRICTER: Readonly<Record<string, string>> = {
  'a claims object with one name twice is refused': 'JSON.parse takes the last of the two',
  'a name twice is found behind escapes': 'JSON.parse takes the last of the two',
  'another spelling of the same signature is refused': 'its decoder ignores stray bits',
  'base64url with padding is refused': 'its decoder ignores padding',
  'a typ that is not a string is refused': 'typ is compared only where the caller names one',
  'an unencoded payload is refused where crit does not tell of it':
    'b64 counts only where crit names it',
  'an ID token type is refused': 'typ is compared only where the caller names one',
  'a logout token is refused': 'typ is compared only where the caller names one',
  'an issuer that demands at+jwt refuses JWT': 'typ is compared only where the caller names one',
  'an issuer that demands at+jwt refuses a token without typ':
    'typ is compared only where the caller names one',
  'a key of a dev-issuer is refused where the issuer does not allow it':
    'a kid is a name like others',
  'an aud that is a number is refused': 'aud is looked at only where the caller names one',
  'an aud list with a number in it is refused': 'aud is looked at only where the caller names one',
  'a sub that is a number is refused': 'sub is looked at only where the caller names one',
  'a jti that is a number is refused': 'jti is not looked at',
  'an exp beyond the year 9999 is refused': 'any number is a time',
  'an exp that overflows to infinity is refused': 'any number is a time',
  'a token issued in the future is refused':
    'iat is looked at only where the caller limits the age',
};

type JoseKey =
  | Parameters<typeof jwtVerify>[1]
  | Awaited<ReturnType<typeof importSPKI>>
  | Uint8Array;

const stack = new AsyncDisposableStack();
let policy: Policy;
let keys: ReadonlyMap<string, JoseKey>;

before(async () => {
  const fixture = stack.use(await makeFixture('default'));
  const pool = stack.use(new IssuerPool(() => silentKeyEvents));
  const compiled = await compile(await readConfig(fixture.path), pool);
  await pool.use(compiled.issuers);
  policy = compiled.policy;
  keys = new Map<string, JoseKey>([
    ['main', createLocalJWKSet(JSON.parse(KEY_FILES['jwks.json']) as JSONWebKeySet)],
    ['pem', await importSPKI(KEY_FILES['pem.pem'], 'RS256')],
    ['cert', await importX509(KEY_FILES['cert.pem'], 'RS256')],
    ['dev', await importX509(KEY_FILES['dev.pem'], 'RS256')],
    ['secret', Buffer.from(SECRET)],
    ['remote', createLocalJWKSet(REMOTE_JWKS as JSONWebKeySet)],
  ]);
});
after(() => stack.disposeAsync());

/** The issuer that a token names, by jose's reading of it. */
function namedIssuer(token: string): Issuer | null {
  try {
    return policy.issuers.get(String(decodeJwt(token).iss)) ?? null;
  } catch {
    return null;
  }
}

async function joseAccepts(token: string, now: number): Promise<boolean> {
  const issuer = namedIssuer(token);
  if (issuer === null) return false;
  const options: JWTVerifyOptions = {
    issuer: issuer.iss,
    algorithms: [...issuer.algorithms],
    clockTolerance: issuer.leeway,
    requiredClaims: ['exp'],
    currentDate: new Date(now * 1000),
  };
  const key = keys.get(issuer.name);
  assert.ok(key !== undefined, issuer.name);
  try {
    await (typeof key === 'function'
      ? jwtVerify(token, key, options)
      : jwtVerify(token, key, options));
    return true;
  } catch (error) {
    // jose wants a caller to try the keys one by one where a token names none (JWKSMultipleMatchingKeys).
    return tryEach(error, token, options);
  }
}

async function tryEach(error: unknown, token: string, options: JWTVerifyOptions): Promise<boolean> {
  if ((error as { code?: string }).code !== 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') return false;
  for await (const key of error as AsyncIterable<webcrypto.CryptoKey>) {
    const accepted = await jwtVerify(token, key, options).then(
      () => true,
      () => false,
    );
    if (accepted) return true;
  }
  return false;
}

/** Our verification and the judgement of time, the part of a decision that jose does too. */
async function weAccept(token: string, now: number): Promise<boolean> {
  const verification = await verify(token, policy);
  if (!verification.ok) return false;
  const { principal, issuer } = verification.verified;
  return timeRefusal(principal, issuer.leeway, now) === null;
}

/** Both are asked with one clock, in whole seconds as jose counts. */
async function opinions(token: string): Promise<{ ours: boolean; jose: boolean }> {
  const now = Math.floor(Date.now() / 1000);
  return { ours: await weAccept(token, now), jose: await joseAccepts(token, now) };
}

describe('on every token of the conformance cases', () => {
  const stricter: string[] = [];
  for (const { title, token: spec } of TOKEN_CASES) {
    if (spec === undefined) continue;
    test(`${title}: jose accepts it if we do`, async () => {
      const { ours, jose } = await opinions(makeToken(spec));
      assert.ok(jose || !ours, 'we accept what jose refuses');
      if (jose && !ours) stricter.push(title);
    });
  }

  test('we are stricter than jose exactly where it is said, and there for a reason', () => {
    assert.deepEqual(stricter.toSorted(), Object.keys(STRICTER).toSorted());
  });
});

describe('on tokens of any sort', () => {
  const time = fc.constantFrom(-3600, -31, -30, -29, 0, 29, 30, 31, 3600);
  const gentle: fc.Arbitrary<TokenSpec> = fc.record({
    key: fc.constantFrom('rsa', 'rsa2', 'pss', 'ec', 'ed'),
    in: fc.record({ exp: time, nbf: time, iat: time }, { requiredKeys: [] }),
  });
  const hostile: fc.Arbitrary<TokenSpec> = fc.record(
    {
      key: fc.constantFrom('rsa', 'rsa2', 'pss', 'ec', 'ed', 'stranger', 'publicAsSecret'),
      header: fc.record(
        {
          alg: fc.constantFrom('RS256', 'PS256', 'ES256', 'EdDSA', 'HS256', 'none'),
          kid: fc.constantFrom('rsa-1', 'rsa-2', 'ec-1', 'ed-1', 'enc-1', 'x', undefined),
          typ: fc.constantFrom('JWT', 'at+jwt', 'x', undefined),
          crit: fc.constantFrom(['exp'], ['b64'], [], undefined),
          b64: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      claims: fc.record(
        {
          sub: fc.jsonValue({ maxDepth: 1 }),
          aud: fc.jsonValue({ maxDepth: 1 }),
          jti: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      in: fc.record({ exp: time, nbf: time, iat: time }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );

  test('jose accepts what we accept', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(gentle, hostile), async (one) => {
        const { ours, jose } = await opinions(makeToken(one));
        assert.ok(jose || !ours);
        accepted += ours ? 1 : 0;
      }),
      { numRuns: 1_000 },
    );
    assert.ok(accepted > 50, `${accepted} were accepted: too few to mean anything`);
  });

  test('neither accepts a token of which a byte was changed', async () => {
    const good = makeToken({});
    await fc.assert(
      fc.asyncProperty(nearlyText(fc.constant(good)), async (token) => {
        const { ours, jose } = await opinions(token);
        if (token === good) return;
        assert.equal(ours, false);
        // jose takes other spellings of the same bytes (RFC 4648 section 3.5); its `jwtVerify` sees the same token in them.
        if (jose) assert.deepEqual(decodeJwt(token), decodeJwt(good));
      }),
      { numRuns: 500 },
    );
  });
});
