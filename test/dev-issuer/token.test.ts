import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, importX509, jwtVerify } from 'jose';
import { ask, REQUEST, start, tokenOf } from './start.ts';

test('a token verifies with the key set that the metadata name', async () => {
  await using issuer = await start();
  for (const place of ['openid-configuration', 'oauth-authorization-server']) {
    const metadata = await (await fetch(`${issuer.url}.well-known/${place}`)).json();
    const {
      issuer: iss,
      jwks_uri: keys,
      token_endpoint: endpoint,
    } = metadata as Record<string, string>;
    assert.equal(iss, issuer.url);
    assert.equal(endpoint, `${issuer.url}oauth/token`);
    await jwtVerify(await tokenOf(issuer), createRemoteJWKSet(new URL(keys ?? '')), {
      issuer: issuer.url,
      audience: 'http://orders',
      algorithms: ['RS256'],
    });
  }
});

test('a token verifies with the certificate at /pem', async () => {
  await using issuer = await start();
  const answer = await fetch(`${issuer.url}pem`);
  const certificate = await importX509(await answer.text(), 'RS256');
  await jwtVerify(await tokenOf(issuer), certificate, { issuer: issuer.url });
});

test('a token has the header and the claims of an Auth0 client credentials token, and no others', async () => {
  await using issuer = await start();
  const before = Math.floor(Date.now() / 1000);
  const token = await tokenOf(issuer);
  const { kid, ...header } = decodeProtectedHeader(token);
  assert.deepEqual(header, { alg: 'RS256', typ: 'JWT' });
  assert.match(String(kid), /^watchword-dev-/);
  const { iat = 0, exp, ...claims } = decodeJwt(token);
  assert.ok(iat >= before && iat <= Date.now() / 1000);
  assert.equal(exp, iat + 86_400);
  assert.deepEqual(claims, {
    iss: issuer.url,
    sub: 'demo@clients',
    aud: 'http://orders',
    scope: 'read:orders write:orders',
    gty: 'client-credentials',
    azp: 'demo',
    permissions: ['read:orders', 'write:orders'],
  });
});

test('the answer says what kind of token it is and is not to be stored', async () => {
  await using issuer = await start({ tokenLifetime: 60 });
  const { status, headers, body } = await ask(issuer, REQUEST);
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('cache-control'), 'no-store');
  const { access_token: token, ...rest } = body;
  assert.deepEqual(rest, {
    scope: 'read:orders write:orders',
    expires_in: 60,
    token_type: 'Bearer',
  });
  const { iat = 0, exp = 0 } = decodeJwt(String(token));
  assert.equal(exp - iat, 60);
});

test('a form, its charset named, is as good as JSON', async () => {
  await using issuer = await start();
  const type = 'application/x-www-form-urlencoded; charset=UTF-8';
  const { body } = await ask(issuer, new URLSearchParams(REQUEST), { 'content-type': type });
  assert.equal(decodeJwt(String(body['access_token'])).sub, 'demo@clients');
});

test('a client may authenticate by the Basic scheme, both parts form-encoded', async () => {
  await using issuer = await start();
  const parameters = new URLSearchParams({
    grant_type: 'client_credentials',
    audience: 'http://orders',
  });
  const encoded = [...new URLSearchParams({ 'odd:client': 'a b&c=d%e+f' })].map((pair) =>
    pair.map((part) => new URLSearchParams({ v: part }).toString().slice(2)).join(':'),
  );
  const authorization = `Basic ${btoa(encoded.join())}`;
  const { status, body } = await ask(issuer, parameters, { authorization });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(decodeJwt(String(body['access_token'])).sub, 'odd:client@clients');
});

test('the scopes can be fewer than the client has', async () => {
  await using issuer = await start();
  const { body } = await ask(issuer, { ...REQUEST, scope: ' write:orders ' });
  assert.equal(body['scope'], 'write:orders');
  const claims = decodeJwt(String(body['access_token']));
  assert.deepEqual(claims['permissions'], ['write:orders']);
});

test('without an audience the token is encrypted, as Auth0 does it', async () => {
  await using issuer = await start();
  const { body } = await ask(issuer, { ...REQUEST, audience: undefined });
  const token = String(body['access_token']);
  assert.equal(token.split('.').length, 5);
  assert.deepEqual(decodeProtectedHeader(token), { alg: 'dir', enc: 'A256GCM', iss: issuer.url });
});

test('an issuer with a name of its own says so in tokens and metadata', async () => {
  await using issuer = await start({ issuer: 'https://issuer.example/' });
  assert.equal(issuer.issuer, 'https://issuer.example/');
  assert.equal(decodeJwt(await tokenOf(issuer)).iss, 'https://issuer.example/');
  const metadata = await (await fetch(`${issuer.url}.well-known/openid-configuration`)).json();
  assert.equal(
    (metadata as { jwks_uri: string }).jwks_uri,
    'https://issuer.example/.well-known/jwks.json',
  );
});

test('a token that has expired, or expires soon, is given to who asks for it', async () => {
  await using issuer = await start();
  for (const seconds of [-3600, 5]) {
    const before = Math.floor(Date.now() / 1000);
    const { body } = await ask(issuer, { ...REQUEST, expires_in: String(seconds) });
    const { iat = 0, exp = 0 } = decodeJwt(String(body['access_token']));
    assert.equal(body['expires_in'], seconds);
    assert.ok(exp - before >= seconds && exp <= Date.now() / 1000 + seconds);
    assert.ok(iat < exp, 'issued before it expires');
  }
  const { status, body } = await ask(issuer, { ...REQUEST, expires_in: 'never' });
  assert.deepEqual([status, body['error']], [400, 'invalid_request']);
});
