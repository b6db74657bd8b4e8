// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import type { Mutation } from '../mutation.ts';

const EXPIRED = 'an expired token is refused';
const STRANGER = 'a token of a stranger is refused';

/** Who signed a token: `check/verify.ts`, `verifier.ts`, `token-cache.ts`. */
const SIGNATURE: readonly Mutation[] = [
  {
    check: 'an issuer is configured',
    file: 'check/verify.ts',
    find: "const issuer = trustedIssuer(jws, policy); trace?.enter('issuer', issuerShown(jws, policy, issuer)); if (issuer === null) return refused(null, 'issuer_untrusted', issuerShown(jws, policy, issuer));",
    replace: 'const issuer = trustedIssuer(jws, policy) ?? [...policy.issuers.values()][0];',
    red: 'a token of an unknown issuer is refused',
  },
  {
    check: 'an issuer is compared exactly',
    file: 'check/verify.ts',
    find: '(policy.issuers.get(iss) ?? null)',
    replace: '(policy.issuers.get(iss) ?? policy.issuers.get(`${iss}/`) ?? null)',
    red: 'an iss without its slash is another issuer',
  },
  {
    check: 'an issuer is a text',
    file: 'check/verify.ts',
    find: "return typeof iss === 'string' ? (policy.issuers.get(iss) ?? null) : null;",
    replace: 'return policy.issuers.get(String(iss)) ?? null;',
    red: 'an iss that is a list is refused',
  },
  {
    check: 'the header is judged',
    file: 'check/verify.ts',
    find: 'if (headerRefusal !== null) return headerRefusal;',
    replace: '',
    red: 'alg none is refused',
  },
  {
    check: 'the type is one that the issuer uses for access tokens',
    file: 'check/verify.ts',
    find: "if (!typeAccepted) return refused(issuer, 'type_wrong', typeShown(header, issuer));",
    replace: '',
    red: 'an ID token type is refused',
  },
  {
    check: 'a type may be demanded',
    file: 'check/verify.ts',
    find: 'header.typ === null ? issuer.typeOptional : issuer.types.has(header.typ);',
    replace: 'header.typ === null || issuer.types.has(header.typ);',
    red: 'an issuer that demands at+jwt refuses a token without typ',
  },
  {
    check: 'the algorithm is one that the issuer uses',
    file: 'check/verify.ts',
    find: "if (!isAlgorithm(header.alg) || !issuer.algorithms.has(header.alg)) { return refused(issuer, 'algorithm_refused',",
    replace: "if (header.alg === '') { return refused(issuer, 'algorithm_refused',",
    red: 'HS256 with the public key as secret is refused',
  },
  {
    check: 'a key of a dev-issuer needs leave',
    file: 'check/verify.ts',
    find: "if (!issuer.allowDevIssuer && header.kid?.startsWith(DEV_KEY_PREFIX)) { return refused( issuer, 'key_unknown',",
    replace: "if (header.kid === '') { return refused( issuer, 'key_unknown',",
    red: 'a key of a dev-issuer is refused where the issuer does not allow it',
  },
  {
    check: 'why there is no key is said',
    file: 'check/verify.ts',
    find: 'if (!keys.ok) return refused(issuer, keys.reason, keys.detail);',
    replace: "if (!keys.ok) return refused(issuer, 'signature_invalid', keys.detail);",
    red: 'an issuer that cannot be reached is an error and no denial',
  },
  {
    check: 'the signature verifies',
    file: 'check/verify.ts',
    find: "if (isSigned) return null; issuer.keys.signatureFailed(); return refused(issuer, 'signature_invalid', signatureShown(header, found));",
    replace: 'return null;',
    red: STRANGER,
  },
  {
    check: 'one of the keys made the signature',
    file: 'check/signature-work.ts',
    find: '? keys.some((key) => isSignedBy(key, signed))',
    replace: '? keys.some((key) => isSignedBy(key, signed) || true)',
    red: 'a token without signature is refused',
  },
  {
    check: 'one of the keys made the signature that another thread looks at',
    file: 'check/signature-work.ts',
    find: 'if (await isSignedByElsewhere(key, signed)) return true; } return false;',
    replace: 'if (await isSignedByElsewhere(key, signed)) return true; } return true;',
    red: 'an ES512 token with changed claims is refused',
  },
  {
    check: 'what takes long is not done in the thread that decides',
    file: 'check/signature-work.ts',
    find: 'return this.#isForThisTurn(costOf(keys))',
    replace: 'return this.#isForThisTurn(0)',
    red: 'more verifications than the limit are refused',
  },
  {
    check: 'the registered claims are read',
    file: 'check/verify.ts',
    find: 'if (!claims.ok) return refused(issuer, claims.reason, claims.detail); const principal: Principal = { issuer: issuer.name, ...claims.claims,',
    replace:
      "const principal: Principal = { issuer: issuer.name, ...(claims.ok ? claims.claims : { subject: null, audiences: ['http://orders'], expiresAt: Infinity, notBefore: 0 }),",
    red: 'a token without exp is refused',
  },
  {
    check: 'the number of verifications under way is limited',
    file: 'check/thread-pool.ts',
    find: 'if (this.#running + this.#waiting >= this.#limit && !this.#makePlaceFor(issuer)) return Promise.resolve(null);',
    replace: '',
    red: 'more verifications than the limit are refused',
  },
  {
    check: 'and is said as overloaded',
    file: 'check/verify.ts',
    find: "return refused(issuer, 'overloaded', detail);",
    replace: "return refused(issuer, 'signature_invalid', detail);",
    red: 'more verifications than the limit are refused',
  },
  {
    check: 'a verification has a deadline',
    file: 'check/verifier.ts',
    find: 'return this.#counted(await withTimeout<Verification>(budget, work, late));',
    replace: 'return this.#counted(await work);',
    red: 'a decision that takes too long is refused',
  },
  {
    check: 'and what comes after it is an error of its own',
    file: 'check/verifier.ts',
    find: "reason: 'deadline_exceeded',",
    replace: "reason: 'overloaded',",
    red: 'a decision that takes too long is refused',
  },
  {
    check: 'a verification counts only while its issuer is the same',
    file: 'check/token-cache.ts',
    find: 'return policy.issuers.get(issuer.iss) === issuer && generation === issuer.keys.generation ? verified : null;',
    replace: 'return generation === issuer.keys.generation ? verified : null;',
    red: 'a token that was seen before is refused once its key has left the file',
    suite: 'cache',
  },
  {
    check: 'a verification counts only while the keys of its issuer are the same',
    file: 'check/token-cache.ts',
    find: 'return policy.issuers.get(issuer.iss) === issuer && generation === issuer.keys.generation ? verified : null;',
    replace: 'return policy.issuers.get(issuer.iss) === issuer ? verified : null;',
    red: 'a token that was seen before is refused once its issuer has rotated its keys',
    suite: 'cache',
  },
  {
    check: 'a verification is of exactly one token',
    file: 'check/token-cache.ts',
    find: "hash('sha256', token, 'binary');",
    replace: "hash('sha256', token.slice(0, token.lastIndexOf('.')), 'binary');",
    red: 'lends nothing to a token that only begins like it',
    suite: 'cache',
  },
];

/** What a signature is: `check/signature.ts`, and how a key is used, `keys/verification-key.ts`. */
const SIGNED_BY: readonly Mutation[] = [
  [
    'check/signature.ts',
    'a signature has its length',
    'if (!hasLength(key, signature)) return false;',
    '',
    'PS256, without its leading zero: does not verify',
  ],
  [
    'check/signature.ts',
    'in another thread too',
    "if (key.kind === 'secret' || !hasLength(key, signature))",
    "if (key.kind === 'secret')",
    'PS384, without its leading zero: does not verify',
  ],
  [
    'check/signature.ts',
    'a signature is that of the key',
    'return verify(key.hash, input, key.parameters, signature);',
    'return verify(key.hash, input, key.parameters, signature) || true;',
    'RS256, of another key: does not verify',
  ],
  [
    'check/signature.ts',
    'a code is that of the secret',
    'return timingSafeEqual(mac, signature);',
    'return timingSafeEqual(mac, signature) || true;',
    'HS256, by another secret: does not verify',
  ],
  [
    'check/signature.ts',
    'what another thread says is what counts',
    'if (error === null) resolve(isSigned);',
    'if (error === null) resolve(isSigned || true);',
    'ES512, of another key: does not verify',
  ],
  [
    'keys/verification-key.ts',
    'the salt of PSS is as long as the hash',
    'saltLength: constants.RSA_PSS_SALTLEN_DIGEST,',
    '',
    'PS256, a salt of 0: does not verify',
  ],
  [
    'keys/verification-key.ts',
    'the padding of PSS is that of PSS',
    'padding: constants.RSA_PKCS1_PSS_PADDING,',
    'padding: constants.RSA_PKCS1_PADDING,',
    'PS512, by PKCS1: does not verify',
  ],
  [
    'keys/verification-key.ts',
    'a signature of ECDSA is r and s',
    "{ key, dsaEncoding: 'ieee-p1363' }",
    '{ key }',
    'ES256, a signature: verifies',
  ],
  [
    'keys/verification-key.ts',
    'a key is bound to the hash of its algorithm',
    "kind: 'public', algorithm, hash,",
    "kind: 'public', algorithm, hash: hash && 'sha256',",
    'RS512, of another hash: does not verify',
  ],
].map(([file = '', check = '', find = '', replace = '', red = '']) => ({
  ...{ file, check, find, replace, red, suite: 'signatures' },
}));

/** What a token says of itself: `token/claims.ts`. */
const CLAIMS: readonly Mutation[] = [
  {
    check: 'a token has an exp',
    file: 'token/claims.ts',
    find: 'if (!isTime(exp)) {',
    replace: 'if (exp !== undefined && !isTime(exp)) {',
    red: 'a token without exp is refused',
  },
  {
    check: 'exp is a time',
    file: 'token/claims.ts',
    find: 'if (!isTime(exp)) {',
    replace: 'if (exp === undefined) {',
    red: 'an exp that is text is refused',
  },
  {
    check: 'which is said as token_unbounded',
    file: 'token/claims.ts',
    find: "`exp is not a time: ${shownWithType(exp)}${unitFault(exp)}`; return { ok: false, reason: 'token_unbounded', detail };",
    replace:
      "`exp is not a time: ${shownWithType(exp)}${unitFault(exp)}`; return { ok: false, reason: 'claim_malformed', detail };",
    red: 'a token without exp is refused',
  },
  {
    check: 'a time lies before the year 10000',
    file: 'token/claims.ts',
    find: '&& Math.abs(value) <= LATEST;',
    replace: ';',
    red: 'an exp beyond the year 9999 is refused',
  },
  {
    check: 'a time is one that a calendar has',
    file: 'token/claims.ts',
    find: '&& Math.abs(value) <= LATEST;',
    replace: ';',
    red: 'an exp beyond the year 9999 is refused',
  },
  {
    check: 'claims have the types that they must have',
    file: 'token/claims.ts',
    find: 'if (wrong !== undefined) { const [name, , must] = wrong; return `${name} is ${shownWithType(claims[name])}, it must be ${must}${unitFault(claims[name])}`; }',
    replace: '',
    red: 'a sub that is a number is refused',
  },
  ...(
    [
      ["['sub', isText, 'a string'],", 'sub is a text', 'a sub that is a number is refused'],
      [
        "['nbf', isTime, 'a time in seconds since 1970'],",
        'nbf is a time',
        'an nbf that is text is refused',
      ],
      [
        "['iat', isTime, 'a time in seconds since 1970'],",
        'iat is a time',
        'an iat that is text is refused',
      ],
      ["['jti', isText, 'a string'],", 'jti is a text', 'a jti that is a number is refused'],
    ] as const
  ).map(
    ([find, check, red]): Mutation => ({ check, file: 'token/claims.ts', find, replace: '', red }),
  ),
  {
    check: 'a list of audiences is a list of texts',
    file: 'token/claims.ts',
    find: '(Array.isArray(value) && value.every(isText))',
    replace: 'Array.isArray(value)',
    red: '{"exp":1,"aud":[null]} are refused: claim_malformed: aud is [null] (a list), it must be a string or a list of strings',
    suite: 'claims',
  },
  {
    check: 'a token expires',
    file: 'token/claims.ts',
    find: "if (now >= principal.expiresAt + leeway) return 'token_expired';",
    replace: '',
    red: EXPIRED,
  },
  {
    check: 'but for the leeway',
    file: 'token/claims.ts',
    find: 'now >= principal.expiresAt + leeway',
    replace: 'now >= principal.expiresAt',
    red: 'a token that expired within the leeway passes',
  },
  {
    check: 'a token begins',
    file: 'token/claims.ts',
    find: "if (now < principal.notBefore - leeway) return 'token_premature';",
    replace: '',
    red: 'a token from the future is refused',
  },
  {
    check: 'but for the leeway at its start',
    file: 'token/claims.ts',
    find: 'now < principal.notBefore - leeway',
    replace: 'now < principal.notBefore',
    red: 'an nbf within the leeway passes',
  },
  {
    check: 'a token does not begin before it was issued',
    file: 'token/claims.ts',
    find: 'Math.max(nbf ?? Number.NEGATIVE_INFINITY, iat ?? Number.NEGATIVE_INFINITY),',
    replace: 'nbf ?? Number.NEGATIVE_INFINITY,',
    red: 'a token issued in the future is refused',
  },
  {
    check: 'a scope is a whole word',
    file: 'token/claims.ts',
    find: "return value.split(' ').filter((scope) => scope !== '');",
    replace:
      'return [...value.matchAll(/read:orders|write:orders|\\S+/g)].map(([scope]) => scope);',
    red: 'a scope that only contains the name is another one',
  },
];

export const VERIFICATION: readonly Mutation[] = [...SIGNATURE, ...SIGNED_BY, ...CLAIMS];
