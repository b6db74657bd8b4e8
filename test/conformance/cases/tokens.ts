import type { Case } from '../case.ts';

const invalidToken = 'error="invalid_token"';

/** What is in a token: RFC 7515, 7519, 8725, 9068. */
export const TOKEN_CASES: readonly Case[] = [
  {
    title: 'a good RS256 token passes',
    token: {},
    expect: { reason: 'verified', sets: { 'x-auth-subject': 'client-1' } },
  },
  { title: 'a good PS256 token passes', token: { key: 'pss' }, expect: { reason: 'verified' } },
  { title: 'a good ES256 token passes', token: { key: 'ec' }, expect: { reason: 'verified' } },
  {
    title: 'a good ES512 token passes, though another thread looks at it',
    token: { key: 'ec521' },
    expect: { reason: 'verified' },
  },
  { title: 'a good EdDSA token passes', token: { key: 'ed' }, expect: { reason: 'verified' } },
  {
    title: 'a token of a second key of the issuer passes',
    token: { key: 'rsa2' },
    expect: { reason: 'verified' },
  },
  {
    title: 'a token without kid is tried against every key that fits',
    token: { key: 'rsa2', header: { kid: undefined } },
    expect: { reason: 'verified' },
  },
  {
    title: 'an access token of RFC 9068 passes',
    clause: 'RFC 9068 section 2.1',
    token: { header: { typ: 'at+jwt' } },
    expect: { reason: 'verified' },
  },
  {
    title: 'typ may be written as a full media type',
    clause: 'RFC 7515 section 4.1.9',
    token: { header: { typ: 'application/at+JWT' } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a token without typ passes',
    token: { header: { typ: undefined } },
    expect: { reason: 'verified' },
  },
  {
    title: 'an aud list with ours in it passes',
    clause: 'RFC 7519 section 4.1.3',
    token: { claims: { aud: ['https://other', 'http://orders'] } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a token that expired within the leeway passes',
    token: { in: { exp: -20 } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a token of an issuer with a PEM public key passes whatever its kid',
    path: '/pem/1',
    token: { key: 'pem', claims: { iss: 'https://pem.example/' }, header: { kid: 'whatever' } },
    expect: { reason: 'verified', pipeline: 'pem' },
  },
  {
    title: 'a token of an issuer with an X.509 certificate passes',
    path: '/cert/1',
    token: { key: 'cert', claims: { iss: 'https://cert.example/' } },
    expect: { reason: 'verified', pipeline: 'cert' },
  },
  {
    title: 'a token of an issuer with a secret passes',
    path: '/secret/1',
    token: { key: 'secret', claims: { iss: 'https://secret.example/' } },
    expect: { reason: 'verified', pipeline: 'secret' },
  },
  {
    title: 'a token of an issuer with a remote key set passes',
    path: '/remote/1',
    token: { key: 'remote', claims: { iss: 'https://remote.example/' } },
    expect: { reason: 'verified', pipeline: 'remote' },
  },
  {
    title: 'a token of a dev-issuer passes where the issuer allows it',
    path: '/dev/1',
    token: { key: 'dev', claims: { iss: 'https://dev.example/' } },
    expect: { reason: 'verified', pipeline: 'dev' },
  },

  {
    title: 'alg none is refused',
    clause: 'RFC 8725 section 3.2',
    token: { key: 'none', alg: 'none' },
    expect: { reason: 'algorithm_refused', challenge: invalidToken },
  },
  {
    title: 'alg None in other letters is refused',
    clause: 'RFC 8725 section 3.2',
    token: { key: 'none', alg: 'nOnE' },
    expect: { reason: 'algorithm_refused' },
  },
  {
    title: 'alg none with a signature is refused',
    clause: 'RFC 8725 section 3.2',
    token: { alg: 'none' },
    expect: { reason: 'algorithm_refused' },
  },
  {
    title: 'HS256 with the public key as secret is refused',
    clause: 'RFC 8725 section 3.1',
    token: { key: 'publicAsSecret' },
    expect: { reason: 'algorithm_refused' },
  },
  {
    title: 'an algorithm that the issuer does not use is refused',
    clause: 'RFC 8725 section 3.1',
    path: '/pem/1',
    token: { key: 'pem', alg: 'PS256', claims: { iss: 'https://pem.example/' } },
    expect: { reason: 'algorithm_refused', pipeline: 'pem' },
  },
  {
    title: 'an algorithm called constructor is refused',
    token: { alg: 'constructor' },
    expect: { reason: 'algorithm_refused' },
  },
  {
    title: 'an algorithm that does not fit the named key finds no key',
    token: { header: { alg: 'ES256' } },
    expect: { reason: 'key_unknown' },
  },
  {
    title: 'a token that brings its own key in jwk is judged by ours',
    clause: 'RFC 8725 section 3.5',
    token: {
      key: 'stranger',
      header: { kid: 'rsa-1', jwk: { kty: 'RSA', e: 'AQAB', n: 'stranger' } },
    },
    expect: { reason: 'signature_invalid', challenge: invalidToken },
  },
  {
    title: 'a token that points to its own key set is judged by ours',
    clause: 'RFC 8725 section 3.10',
    token: {
      key: 'stranger',
      header: {
        kid: 'rsa-1',
        jku: 'https://attacker.example/jwks.json',
        x5u: 'https://attacker.example/x5u',
      },
    },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'a token of a stranger is refused',
    token: { key: 'stranger', header: { kid: 'rsa-1' } },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'a token with changed claims is refused',
    token: { spoil: (t) => otherSubject(t) },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'an ES512 token with changed claims is refused',
    token: { key: 'ec521', spoil: (t) => otherSubject(t) },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'a token without signature is refused',
    token: { spoil: (t) => t.slice(0, t.lastIndexOf('.') + 1) },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'a signature cut short is refused',
    token: { spoil: (t) => t.slice(0, -2) },
    expect: { reason: 'signature_invalid' },
  },
  {
    title: 'a kid that nobody has is refused',
    token: { header: { kid: 'rsa-9' } },
    expect: { reason: 'key_unknown', challenge: invalidToken },
  },
  {
    title: 'a kid that looks like a file is a name like others',
    clause: 'RFC 8725 section 3.10',
    token: { header: { kid: '../../etc/passwd' } },
    expect: { reason: 'key_unknown' },
  },
  {
    title: 'a key of a dev-issuer is refused where the issuer does not allow it',
    path: '/pem/1',
    token: {
      key: 'pem',
      header: { kid: 'watchword-dev-1' },
      claims: { iss: 'https://pem.example/' },
    },
    expect: { reason: 'key_unknown', pipeline: 'pem' },
  },
  {
    title: 'a kid that is a number is refused',
    token: { header: { kid: 7 } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a kid longer than 256 characters is refused',
    token: { header: { kid: 'k'.repeat(257) } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an unknown crit extension is refused',
    clause: 'RFC 7515 section 4.1.11',
    token: { header: { crit: ['exp'], exp: 1 } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an unencoded payload is refused',
    clause: 'RFC 7797',
    token: { header: { crit: ['b64'], b64: false } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an unencoded payload is refused where crit does not tell of it',
    clause: 'RFC 7797 section 6',
    token: { header: { b64: false } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an ID token type is refused',
    clause: 'RFC 8725 section 3.11',
    token: { header: { typ: 'id_token+jwt' } },
    expect: { reason: 'type_wrong', challenge: invalidToken },
  },
  {
    title: 'a logout token is refused',
    clause: 'RFC 8725 section 3.11',
    token: { header: { typ: 'logout+jwt' } },
    expect: { reason: 'type_wrong' },
  },
  {
    title: 'a typ that is not a string is refused',
    token: { header: { typ: 1 } },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an issuer that demands at+jwt refuses JWT',
    clause: 'RFC 9068 section 4',
    path: '/cert/1',
    token: { key: 'cert', header: { typ: 'JWT' }, claims: { iss: 'https://cert.example/' } },
    expect: { reason: 'type_wrong', pipeline: 'cert' },
  },
  {
    title: 'an issuer that demands at+jwt refuses a token without typ',
    clause: 'RFC 9068 section 4',
    path: '/cert/1',
    token: { key: 'cert', header: { typ: undefined }, claims: { iss: 'https://cert.example/' } },
    expect: { reason: 'type_wrong', pipeline: 'cert' },
  },

  {
    title: 'a token of an unknown issuer is refused',
    token: { claims: { iss: 'https://attacker.example/' } },
    expect: { reason: 'issuer_untrusted', challenge: invalidToken },
  },
  {
    title: 'an iss without its slash is another issuer',
    clause: 'RFC 7519 section 4.1.1',
    token: { claims: { iss: 'https://issuer.example' } },
    expect: { reason: 'issuer_untrusted' },
  },
  {
    title: 'a token without iss is refused',
    token: { claims: { iss: undefined } },
    expect: { reason: 'issuer_untrusted' },
  },
  {
    title: 'an iss that is a list is refused',
    token: { claims: { iss: ['https://issuer.example/'] } },
    expect: { reason: 'issuer_untrusted' },
  },
  {
    title: 'a token of an issuer that the pipeline does not accept is refused',
    token: { key: 'pem', claims: { iss: 'https://pem.example/' } },
    expect: { reason: 'issuer_untrusted' },
  },

  {
    title: 'a token without aud is refused',
    token: { claims: { aud: undefined } },
    expect: { reason: 'audience_wrong', challenge: invalidToken },
  },
  {
    title: 'a token for another audience is refused',
    token: { claims: { aud: 'https://other' } },
    expect: { reason: 'audience_wrong' },
  },
  {
    title: 'an aud that only begins like ours is refused',
    token: { claims: { aud: 'http://orders.evil.example' } },
    expect: { reason: 'audience_wrong' },
  },
  {
    title: 'an audience of any accepts a token without aud',
    path: '/any/1',
    token: { claims: { aud: undefined } },
    expect: { reason: 'verified', pipeline: 'any-audience' },
  },
  {
    title: 'an aud that is a number is refused',
    token: { claims: { aud: 7 } },
    expect: { reason: 'claim_malformed' },
  },
  {
    title: 'an aud list with a number in it is refused',
    token: { claims: { aud: ['http://orders', 7] } },
    expect: { reason: 'claim_malformed' },
  },
  {
    title: 'a sub that is a number is refused',
    clause: 'RFC 7519 section 4.1.2',
    token: { claims: { sub: 7 } },
    expect: { reason: 'claim_malformed' },
  },
  {
    title: 'a jti that is a number is refused',
    clause: 'RFC 7519 section 4.1.7',
    token: { claims: { jti: 7 } },
    expect: { reason: 'claim_malformed' },
  },

  {
    title: 'an expired token is refused',
    clause: 'RFC 7519 section 4.1.4',
    token: { in: { exp: -40 } },
    expect: { reason: 'token_expired', challenge: invalidToken },
  },
  {
    title: 'a token without exp is refused',
    token: { claims: { exp: undefined } },
    expect: { reason: 'token_unbounded', challenge: invalidToken },
  },
  {
    title: 'an exp that is text is refused',
    token: { claims: { exp: '4102444800' } },
    expect: { reason: 'token_unbounded' },
  },
  {
    title: 'an exp beyond the year 9999 is refused',
    token: { claims: { exp: 1e15 } },
    expect: { reason: 'token_unbounded' },
  },
  {
    title: 'an exp that overflows to infinity is refused',
    token: { claimsText: '{"iss":"https://issuer.example/","aud":"http://orders","exp":1e999}' },
    expect: { reason: 'token_unbounded' },
  },
  {
    title: 'a token from the future is refused',
    clause: 'RFC 7519 section 4.1.5',
    token: { in: { nbf: 60 } },
    expect: { reason: 'token_premature', challenge: invalidToken },
  },
  {
    title: 'a token issued in the future is refused',
    clause: 'RFC 7519 section 4.1.6',
    token: { in: { iat: 60 } },
    expect: { reason: 'token_premature' },
  },
  {
    title: 'an nbf within the leeway passes',
    token: { in: { nbf: 20 } },
    expect: { reason: 'verified' },
  },
  {
    title: 'an nbf that is text is refused',
    token: { claims: { nbf: '0' } },
    expect: { reason: 'claim_malformed' },
  },
  {
    title: 'an iat that is text is refused',
    token: { claims: { iat: 'yesterday' } },
    expect: { reason: 'claim_malformed' },
  },

  {
    title: 'a claims object with one name twice is refused',
    clause: 'RFC 7519 section 4',
    token: {
      claimsText:
        '{"iss":"https://issuer.example/","aud":"http://orders","exp":4102444800,"sub":"a","sub":"b"}',
    },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a name twice is found behind escapes',
    clause: 'RFC 7519 section 4',
    token: {
      claimsText:
        '{"iss":"https://issuer.example/","aud":"http://orders","exp":4102444800,"sub":"a","s\\u0075b":"b"}',
    },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a header with one name twice is refused',
    clause: 'RFC 7515 section 4',
    token: { headerText: '{"alg":"RS256","kid":"rsa-1","alg":"none"}' },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'claims that are a list are refused',
    token: { claimsText: '[]' },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'claims that are no JSON are refused',
    token: { claimsText: '{"iss":' },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a header without alg is refused',
    token: { headerText: '{"kid":"rsa-1"}' },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'an opaque token is refused with a hint',
    token: { spoil: () => 'sDzV8cQz0hXq7' },
    expect: { reason: 'token_malformed', challenge: 'opaque' },
  },
  {
    title: 'an encrypted token is refused with a reason of its own',
    clause: 'RFC 7516 section 3.1',
    token: { spoil: () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.Y2lwaGVy.dGFn' },
    expect: { reason: 'token_encrypted', challenge: 'five parts' },
  },
  {
    title: 'a token of four parts is refused',
    token: { spoil: (t) => `${t}.x` },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a token of a thousand dots is refused',
    clause: 'CVE-2025-30204',
    token: { spoil: () => '.'.repeat(1000) },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'base64url with padding is refused',
    clause: 'RFC 7515 section 2',
    token: { spoil: (t) => `${t}==` },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'another spelling of the same signature is refused',
    clause: 'RFC 4648 section 3.5',
    token: { key: 'rsa', spoil: (t) => otherSpelling(t) },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a token in plain base64 is refused',
    clause: 'RFC 7515 section 2',
    token: {
      claimsText: '{"iss":"https://issuer.example/","sub":"???>>>"}',
      spoil: (t) => t.replaceAll('-', '+').replaceAll('_', '/'),
    },
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a token longer than the limit is refused before it is decoded',
    clause: 'CVE-2025-27144',
    token: { claims: { padding: 'x'.repeat(9000) } },
    expect: { reason: 'token_oversized', challenge: 'error="invalid_request"' },
  },
];

/** The last character of a 256 byte signature carries two bits that mean nothing. */
function otherSpelling(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.at(-1) ?? '');
  return `${token.slice(0, -1)}${alphabet[last ^ 1]}`;
}

/** Another `sub` under the same signature. */
function otherSubject(token: string): string {
  const [header, claims = '', signature] = token.split('.');
  const changed = Buffer.from(claims, 'base64url').toString().replace('client-1', 'client-2');
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
}
