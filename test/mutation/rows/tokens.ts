import type { Mutation } from '../mutation.ts';

/** How a token comes: `check/extract.ts`. */
const EXTRACT: readonly Mutation[] = [
  {
    check: 'a request without Authorization has no token',
    file: 'check/extract.ts',
    find: 'if (authorization === null) return MISSING;',
    replace: "if (authorization === null) return { ok: true, token: 'x' };",
    red: 'no Authorization header gets a challenge without error',
  },
  {
    check: 'which is said as token_missing',
    file: 'check/extract.ts',
    find: "const MISSING: Extracted = { ok: false, reason: 'token_missing', detail: 'no Authorization header', };",
    replace: "const MISSING: Extracted = { ok: false, reason: 'token_malformed', detail: '' };",
    red: 'no Authorization header gets a challenge without error',
  },
  {
    check: 'two tokens are refused',
    file: 'check/extract.ts',
    find: "if (authorization.includes(',') && BEARER_IN_LIST.test(authorization)) { return { ok: false, reason: 'token_ambiguous',",
    replace: "if (authorization === ',') { return { ok: false, reason: 'token_ambiguous',",
    red: 'two Authorization headers are refused',
  },
  {
    check: 'a token behind another scheme is refused',
    file: 'check/extract.ts',
    find: 'const BEARER_IN_LIST = /(?:^|,)',
    replace: 'const BEARER_IN_LIST = /^',
    red: 'a token behind another scheme is refused',
  },
  {
    check: 'another scheme is no token',
    file: 'check/extract.ts',
    find: "if (!BEARER_SCHEME.test(authorization)) return { ok: false, reason: 'token_missing', detail: otherScheme(authorization) };",
    replace: '',
    red: 'another scheme is no token',
  },
  {
    check: 'a scheme ends with a space',
    file: 'check/extract.ts',
    find: 'const BEARER_SCHEME = /^[^a-z,]*bearer(?![a-z0-9_-])/i;',
    replace: 'const BEARER_SCHEME = /^[^a-z,]*bearer/i;',
    red: 'a scheme that only begins with Bearer is no token',
  },
  {
    check: 'the length of a token is limited',
    file: 'check/extract.ts',
    find: "if (authorization.length > tokenBytes + 'Bearer '.length) return { ok: false, reason: 'token_oversized', detail: oversized(authorization.length - 'Bearer '.length, tokenBytes), };",
    replace: '',
    red: 'a token longer than the limit is refused before it is decoded',
  },
  {
    check: 'spaces part the scheme from the token',
    file: 'check/extract.ts',
    find: 'const BEARER = /^bearer +/i;',
    replace: 'const BEARER = /^bearer[ \\t]+/i;',
    red: 'a tab in place of the space is malformed',
  },
  {
    check: 'what some backend reads as Bearer is no missing token',
    file: 'check/extract.ts',
    find: 'const BEARER_SCHEME = /^[^a-z,]*bearer(?![a-z0-9_-])/i;',
    replace: 'const BEARER_SCHEME = /^[ \\t]*bearer(?:[ \\t]|$)/i;',
    red: 'an optional pipeline refuses what some backend reads as a token',
  },
  {
    check: 'it is malformed',
    file: 'check/extract.ts',
    find: "return { ok: false, reason: 'token_malformed', detail: 'the scheme Bearer and a space must stand before the token', };",
    replace: 'return MISSING;',
    red: 'an optional pipeline refuses what some backend reads as a token',
  },
  {
    check: 'Bearer without a token is malformed',
    file: 'check/extract.ts',
    find: "return token === '' ? { ok: false, reason: 'token_malformed', detail: 'nothing follows the scheme Bearer' } : { ok: true, token };",
    replace: "return token === '' ? MISSING : { ok: true, token };",
    red: 'Bearer with nothing but spaces is malformed',
    suite: 'edges',
  },
];

/** The form of a token: `token/jws.ts`, `base64url.ts`, `json-object.ts`. */
const FORM: readonly Mutation[] = [
  {
    check: 'a token has the characters of one',
    file: 'token/jws.ts',
    find: "if (!B64TOKEN.test(token)) return fault('token_malformed', strangeCharacter(token));",
    replace: '',
    red: 'two words after Bearer are malformed',
  },
  {
    check: 'five parts have a reason of their own',
    file: 'token/jws.ts',
    find: "if (parts.length === 5) return fault('token_encrypted', 'five parts, a signed JWT has 3');",
    replace: '',
    red: 'an encrypted token is refused with a reason of its own',
  },
  {
    check: 'a token has three parts',
    file: 'token/jws.ts',
    find: "if (parts.length !== 3 || !protectedHeader || !payload || signature === undefined) { return fault( 'token_malformed',",
    replace:
      "if (!protectedHeader || !payload || signature === undefined) { return fault( 'token_malformed',",
    red: 'a token of four parts is refused',
  },
  {
    check: 'the signature is base64url',
    file: 'token/jws.ts',
    find: "const signatureBytes = decodeBase64url(signature); if (signatureBytes === null) return fault('token_malformed', 'signature is not base64url');",
    replace: "const signatureBytes = Buffer.from(signature, 'base64url');",
    red: 'base64url with padding is refused',
  },
  {
    check: 'the header is one JSON object',
    file: 'token/jws.ts',
    find: "const header = objectOf(protectedHeader); if (header === null) return fault('token_malformed', 'header is not one JSON object in base64url');",
    replace: "const header = objectOf(protectedHeader) ?? { alg: 'RS256', kid: 'rsa-1' };",
    red: 'a header with one name twice is refused',
  },
  {
    check: 'the claims are one JSON object',
    file: 'token/jws.ts',
    find: "const claims = objectOf(payload); if (claims === null) return fault('token_malformed', 'claims are not one JSON object in base64url');",
    replace: 'const claims = objectOf(payload) ?? {};',
    red: 'claims that are a list are refused',
  },
  {
    check: 'a fault of the header is a fault of the token',
    file: 'token/jws.ts',
    find: "return typeof read === 'string' ? fault('token_malformed', read) : { ok: true,",
    replace:
      "return typeof read === 'string' ? { ok: true, jws: { header: { alg: 'RS256', kid: 'rsa-1', typ: null, hasNonce: false }, claims, signature: signatureBytes } } : { ok: true,",
    red: 'a kid longer than 256 characters is refused',
  },
  {
    check: 'a header has an alg',
    file: 'token/jws.ts',
    find: "if (typeof alg !== 'string') return 'header has no alg';",
    replace: "if (typeof alg !== 'string') return { alg: 'none', kid: null, typ: null };",
    red: 'a header without alg is refused',
  },
  {
    check: 'a crit extension is refused',
    file: 'token/jws.ts',
    find: "if (Object.hasOwn(header, 'crit')) return 'header has crit, and no extension is understood';",
    replace: '',
    red: 'an unknown crit extension is refused',
  },
  {
    check: 'an unencoded payload is refused',
    file: 'token/jws.ts',
    find: "if (Object.hasOwn(header, 'b64')) return 'header has b64';",
    replace: '',
    red: 'an unencoded payload is refused where crit does not tell of it',
  },
  {
    check: 'a kid is a text',
    file: 'token/jws.ts',
    find: "if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) return 'kid is not a short string';",
    replace:
      "if (kid !== undefined && typeof kid !== 'string') return { alg, kid: null, typ: null };",
    red: 'a kid that is a number is refused',
  },
  {
    check: 'a kid is short',
    file: 'token/jws.ts',
    find: "(typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)",
    replace: "(typeof kid !== 'string')",
    red: 'a kid longer than 256 characters is refused',
  },
  {
    check: 'a typ is a text',
    file: 'token/jws.ts',
    find: "if (typ !== undefined && typeof typ !== 'string') return 'typ is not a string';",
    replace:
      "if (typ !== undefined && typeof typ !== 'string') return { alg, kid: null, typ: null };",
    red: 'a typ that is not a string is refused',
  },
  {
    check: 'base64url has one spelling',
    file: 'token/base64url.ts',
    find: "return bytes.toString('base64url') === text ? bytes : null;",
    replace: 'return bytes;',
    red: 'another spelling of the same signature is refused',
  },
  {
    check: 'JSON is UTF-8',
    file: 'token/json-object.ts',
    find: "new TextDecoder('utf-8', { fatal: true,",
    replace: "new TextDecoder('utf-8', { fatal: false,",
    red: 'claims in bytes that are no UTF-8 are refused',
    suite: 'edges',
  },
  {
    check: 'a list is no object',
    file: 'token/json-object.ts',
    find: "if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;",
    replace: '',
    red: 'claims that are a list are refused',
  },
  {
    check: 'a name occurs once',
    file: 'token/json-object.ts',
    find: 'if (scan.hasDuplicateNames) return null;',
    replace: '',
    red: 'a claims object with one name twice is refused',
  },
  {
    check: 'a name is compared as it is read, not as it is written',
    file: 'token/json-object.ts',
    find: "token.includes('\\\\') ? (JSON.parse(token) as string) : token.slice(1, -1)",
    replace: 'token',
    red: 'a name twice is found behind escapes',
  },
  {
    check: 'what is no JSON is no object',
    file: 'token/json-object.ts',
    find: '} catch { return null; }',
    replace: '} catch { return {}; }',
    red: 'claims that are no JSON are refused',
  },
];

export const TOKENS: readonly Mutation[] = [...EXTRACT, ...FORM];
