import assert from 'node:assert/strict';
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { DevIssuer } from '../../src/dev-issuer/dev-issuer.ts';
import type { PublicJwk } from '../../src/dev-issuer/signing-key.ts';
import { start, tokenOf } from './start.ts';

async function keysOf({ url }: DevIssuer): Promise<readonly PublicJwk[]> {
  const answer = await fetch(`${url}.well-known/jwks.json`);
  return ((await answer.json()) as { keys: readonly PublicJwk[] }).keys;
}

async function pemOf({ url }: DevIssuer): Promise<string> {
  return (await fetch(`${url}pem`)).text();
}

test('a published key has the members of an Auth0 key, and none of a private one', async () => {
  await using issuer = await start();
  const [key, ...others] = await keysOf(issuer);
  assert.ok(key !== undefined && others.length === 0);
  assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
  assert.deepEqual([key.kty, key.use, key.alg], ['RSA', 'sig', 'RS256']);
  assert.match(key.kid, /^watchword-dev-[0-9a-f]{16}$/);
});

test('the certificate at /pem is the one in the key set, is about its key and says that it is a dev key', async () => {
  await using issuer = await start();
  const [key] = await keysOf(issuer);
  assert.ok(key !== undefined);
  const certificate = new X509Certificate(await pemOf(issuer));
  assert.equal(certificate.raw.toString('base64'), key.x5c[0]);
  assert.equal(createHash('sha1').update(certificate.raw).digest('base64url'), key.x5t);
  assert.equal(certificate.subject, `CN=${key.kid}`);
  const published = createPublicKey({ key: { ...key }, format: 'jwk' });
  assert.ok(certificate.publicKey.equals(published));
  assert.ok(certificate.verify(published));
});

test('each start has another key', async () => {
  await using one = await start();
  await using other = await start();
  const [[a], [b]] = await Promise.all([keysOf(one), keysOf(other)]);
  assert.notEqual(a?.n, b?.n);
  assert.notEqual(a?.kid, b?.kid);
  assert.notEqual(await pemOf(one), await pemOf(other));
});

test('a rotation brings a new key beside the old one, and the next drops the first', async () => {
  await using issuer = await start({ allowRotate: true });
  const rotate = async (): Promise<unknown> => {
    const answer = await fetch(`${issuer.url}rotate`, { method: 'POST' });
    assert.equal(answer.status, 200);
    return ((await answer.json()) as { kid: unknown }).kid;
  };
  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.url}.well-known/jwks.json`)));
  const firstPem = await pemOf(issuer);
  const first = await tokenOf(issuer);

  const second = await rotate();
  assert.notEqual(await pemOf(issuer), firstPem);
  const token = await tokenOf(issuer);
  assert.equal(decodeProtectedHeader(token).kid, second);
  await verify(first);
  await verify(token);

  const third = await rotate();
  assert.deepEqual(
    (await keysOf(issuer)).map(({ kid }) => kid),
    [third, second],
  );
  await verify(token);
  await assert.rejects(verify(first), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
});
