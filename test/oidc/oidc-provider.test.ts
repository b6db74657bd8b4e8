import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { isRefusal, reasonOf } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';

/** What tells Watchword about the issuer, for each way of finding its keys. */
const WAYS = {
  'a key set': ({ jwksUri }: OidcProvider) => ({ jwks: jwksUri, allowHttp: true }),
  discovery: () => ({ discovery: true, allowHttp: true }),
} as const;

async function folderFor(provider: OidcProvider, keys: object): Promise<Folder> {
  const issuers = [{ name: 'oidc', issuer: provider.issuer, keys }];
  return await folderWith({ 'watchword.yaml': settings({ issuers }) });
}

const ready = (watchword: Running): Promise<true> =>
  until('keys', async () => (await watchword.get('/readyz')).status === 200 || undefined);

for (const [way, keysOf] of Object.entries(WAYS)) {
  describe(`tokens of oidc-provider, by ${way}`, () => {
    const stack = new AsyncDisposableStack();
    let provider: OidcProvider;
    let watchword: Running;
    before(async () => {
      provider = stack.use(await startOidcProvider());
      const folder = stack.use(await folderFor(provider, keysOf(provider)));
      watchword = stack.use(await run(folder.at('watchword.yaml')));
      await ready(watchword);
    });
    after(() => stack.disposeAsync());

    test('one with the audience and the scope passes, and says whose it is', async () => {
      const response = await watchword.check({ token: await provider.token() });
      assert.equal(reasonOf(response), 'verified');
      const fields = response.dynamic_metadata?.fields;
      assert.equal(fields?.['issuer']?.stringValue, 'oidc');
      assert.equal(fields?.['subject']?.stringValue, 'machine');
    });

    test('one without the scope is 403', async () => {
      const token = await provider.token({ scope: 'write:orders' });
      const response = await watchword.check({ token });
      assert.ok(isRefusal(response));
      assert.equal(reasonOf(response), 'scope_insufficient');
      assert.match(String(response.denied_response?.status.code), /^(403|Forbidden)$/);
    });

    test('one for another audience is 401', async () => {
      const token = await provider.token({ resource: 'http://bills' });
      const response = await watchword.check({ token });
      assert.ok(isRefusal(response));
      assert.equal(reasonOf(response), 'audience_wrong');
      assert.match(String(response.denied_response?.status.code), /^(401|Unauthorized)$/);
    });

    test('one whose payload was changed is 401', async () => {
      const [header, payload = '', signature] = (await provider.token()).split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const admin = Buffer.from(JSON.stringify({ ...claims, scope: 'read:orders admin' }));
      const token = [header, admin.toString('base64url'), signature].join('.');
      assert.equal(await watchword.reason({ token }), 'signature_invalid');
    });
  });
}

test('a rotation of keys loses no token, before it and after it', async () => {
  await using provider = await startOidcProvider();
  await using folder = await folderFor(provider, WAYS['a key set'](provider));
  await using watchword = await run(folder.at('watchword.yaml'));
  await ready(watchword);
  const old = await provider.token();
  assert.equal(await watchword.reason({ token: old }), 'verified');

  provider.rotate();
  const fresh = await provider.token();
  // A fetch for an unknown key is made at most once a second; what the caller gets meanwhile says to try again.
  await until('the new key', async () => {
    const reason = await watchword.reason({ token: fresh });
    if (reason === 'verified') return true;
    assert.ok(['key_unknown', 'keys_unavailable'].includes(reason), reason);
    return undefined;
  });
  assert.equal(await watchword.reason({ token: old }), 'verified');
});
