import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readJws } from '../../src/token/jws.ts';

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with a header and a signature that nobody has looked at. */
const tokenOf = (header: unknown, claims: unknown = {}): string =>
  `${encoded(header)}.${encoded(claims)}.c2ln`;

function headerOf(header: unknown): unknown {
  const read = readJws(tokenOf(header));
  if (!read.ok) return read.detail;
  const { hasNonce, ...rest } = read.jws.header;
  assert.equal(hasNonce, false);
  return rest;
}

describe('the header of a token', () => {
  test('gives alg, kid and typ', () =>
    assert.deepEqual(headerOf({ alg: 'RS256', kid: 'k', typ: 'JWT' }), {
      alg: 'RS256',
      kid: 'k',
      typ: 'jwt',
    }));

  test('needs no kid and no typ', () =>
    assert.deepEqual(headerOf({ alg: 'x' }), { alg: 'x', kid: null, typ: null }));

  test('gives nothing else, so that a token cannot bring its key', () =>
    assert.deepEqual(
      headerOf({ alg: 'x', jwk: {}, jku: 'https://a.example', x5u: 'https://a.example', x5c: [] }),
      { alg: 'x', kid: null, typ: null },
    ));

  for (const [typ, read] of [
    ['AT+JWT', 'at+jwt'],
    ['Application/AT+jwt', 'at+jwt'],
    ['application/', ''],
    ['application/application/jwt', 'application/jwt'],
    ['text/jwt', 'text/jwt'],
    ['', ''],
  ] as const) {
    test(`typ ${JSON.stringify(typ)} is ${JSON.stringify(read)}`, () =>
      assert.deepEqual(headerOf({ alg: 'x', typ }), { alg: 'x', kid: null, typ: read }));
  }

  test('may have a kid of 256 characters, and an empty one', () => {
    assert.deepEqual(headerOf({ alg: 'x', kid: 'k'.repeat(256) }), {
      alg: 'x',
      kid: 'k'.repeat(256),
      typ: null,
    });
    assert.deepEqual(headerOf({ alg: 'x', kid: '' }), { alg: 'x', kid: '', typ: null });
  });

  test('tells of a nonce, whatever it is', () => {
    const read = readJws(tokenOf({ alg: 'x', nonce: null }));
    assert.ok(read.ok && read.jws.header.hasNonce);
  });

  for (const [header, detail] of [
    [{}, 'header has no alg'],
    [{ alg: 1 }, 'header has no alg'],
    [{ alg: null }, 'header has no alg'],
    [{ alg: ['RS256'] }, 'header has no alg'],
    [{ alg: 'x', crit: [] }, 'header has crit, and no extension is understood'],
    [{ alg: 'x', crit: null }, 'header has crit, and no extension is understood'],
    [{ alg: 'x', b64: false }, 'header has b64'],
    [{ alg: 'x', b64: true }, 'header has b64'],
    [{ alg: 'x', kid: null }, 'kid is not a short string'],
    [{ alg: 'x', kid: ['k'] }, 'kid is not a short string'],
    [{ alg: 'x', typ: null }, 'typ is not a string'],
    [{ alg: 'x', typ: {} }, 'typ is not a string'],
    ['[]', 'header is not one JSON object in base64url'],
    ['', '3 parts, a signed JWT has 3'],
  ] as const) {
    test(`${JSON.stringify(header)} is refused: ${detail}`, () =>
      assert.equal(headerOf(header), detail));
  }
});

describe('the parts of a token', () => {
  const [header = '', claims = ''] = tokenOf({ alg: 'x' }).split('.');
  for (const [title, token, reason] of [
    ['no part', '', 'token_malformed'],
    ['one part', header, 'token_malformed'],
    ['two parts', `${header}.${claims}`, 'token_malformed'],
    ['no header', `.${claims}.c2ln`, 'token_malformed'],
    ['no claims', `${header}..c2ln`, 'token_malformed'],
    ['four parts', `${header}.${claims}.c2ln.c2ln`, 'token_malformed'],
    ['five parts', `${header}.${claims}.c2ln.c2ln.c2ln`, 'token_encrypted'],
    ['five empty parts', '....', 'token_encrypted'],
    ['six parts', `${header}.${claims}.a.b.c.d`, 'token_malformed'],
    ['a signature that is not base64url', `${header}.${claims}.*`, 'token_malformed'],
    ['claims that are not base64url', `${header}.${claims}=.c2ln`, 'token_malformed'],
    ['a line break at the end', `${header}.${claims}.c2ln\n`, 'token_malformed'],
  ] as const) {
    test(`${title}: ${reason}`, () => {
      const read = readJws(token);
      assert.ok(!read.ok);
      assert.equal(read.reason, reason);
      for (const part of token.split('.').filter((one) => one.length > 4))
        assert.ok(!read.detail.includes(part), 'the detail is no part of the token');
    });
  }

  test('an empty signature is a signature that will not verify, not a fault of form', () => {
    assert.ok(readJws(`${header}.${claims}.`).ok);
  });

  test('the claims are given as they are', () => {
    const read = readJws(tokenOf({ alg: 'x' }, { sub: 'a', n: [1] }));
    assert.ok(read.ok);
    assert.deepEqual(read.jws.claims, { sub: 'a', n: [1] });
  });
});

describe('what RFC 6750 section 2.1 lets no token have', () => {
  for (const token of [
    '\ta',
    'a b',
    '=',
    'a=b',
    '"a"',
    'a\t',
    'a\n',
    'a\0',
    '\u00e4',
    'realm="a"',
    'a b.c.d',
  ]) {
    test(`${JSON.stringify(token)} is token_malformed`, () => {
      const read = readJws(token);
      assert.equal(read.ok ? 'read' : read.reason, 'token_malformed');
    });
  }
  for (const [token, says] of [
    ['Bearer a.b.c', 'the scheme Bearer stands twice'],
    ['"a.b.c"', 'the token is in quotes'],
    ['{"access_token":"a.b.c"}', 'JSON: the token is the value of its access_token alone'],
    ['a=b', "'=' inside of the token"],
    ['a.b,c', 'a character that no token has: ","'],
    ['a\tb', 'a character that no token has: "\\t"'],
  ] as const) {
    test(`${JSON.stringify(token)}: ${says}`, () => {
      const read = readJws(token);
      assert.equal(read.ok ? 'read' : read.detail, says);
    });
  }
});
