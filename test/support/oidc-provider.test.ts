import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type OidcProvider, startOidcProvider } from './oidc-provider.ts';

/** Fetches the key set anew each time. */
function verify(token: string, { issuer, jwksUri }: OidcProvider) {
  return jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
    issuer,
    audience: 'http://orders',
    typ: 'at+jwt',
    algorithms: ['RS256'],
  });
}

test('oidc-provider gives an access token that verifies with its key set', async () => {
  await using provider = await startOidcProvider();
  const { payload } = await verify(await provider.token(), provider);
  assert.equal(payload.sub, 'machine');
  assert.equal(payload['client_id'], 'machine');
  assert.equal(payload['scope'], 'read:orders');
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
});

test('oidc-provider gives the scopes and the audience that were asked for', async () => {
  await using provider = await startOidcProvider();
  const token = await provider.token({
    scope: 'read:orders write:orders',
    resource: 'http://bills',
  });
  const [, payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  assert.equal(claims['aud'], 'http://bills');
  assert.equal(claims['scope'], 'read:orders write:orders');
  await assert.rejects(provider.token({ resource: 'no URI' }), /invalid_target/);
});

test('after a rotation oidc-provider signs with the new key and keeps the old one until it is dropped', async () => {
  await using provider = await startOidcProvider();
  const old = await provider.token();
  provider.rotate();
  const fresh = await provider.token();
  const kids = [old, fresh].map(
    async (token) => (await verify(token, provider)).protectedHeader.kid,
  );
  assert.notEqual(await kids[0], await kids[1]);
  provider.rotate({ dropOld: true });
  await verify(await provider.token(), provider);
  for (const token of [old, fresh]) await assert.rejects(verify(token, provider));
});
