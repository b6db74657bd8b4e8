import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { run } from '../server/running.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { reloaded } from './reloads.ts';

/** What a reload does to the keys of remote issuers. */

const FEW = [ORDERS];
const MORE = [ORDERS, PUBLIC];

test('a reload keeps the keys of a remote issuer whose settings are the same', async () => {
  const signer = makeSigner();
  await using issuer = await startIssuer({ keys: [signer.jwk] });
  const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
  await using folder = await folderWith({ 'watchword.yaml': settings({ issuers }) });
  await using watchword = await run(folder.at('watchword.yaml'));
  await until('keys', async () => (await watchword.get('/readyz')).status === 200 || undefined);
  issuer.answer = 'down';
  await folder.write('watchword.yaml', settings({ issuers, pipelines: FEW }));
  await reloaded(watchword, 'success');
  assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
  assert.equal(issuer.asked, 1);
});

for (const [title, changed] of [
  ['touches nothing of the issuer', {}],
  ['changes the settings of its keys', { rotationGrace: '1s' }],
] as const) {
  test(`a reload that ${title} does not bring the fallback back once the issuer has answered`, async () => {
    const [published, fallback] = [makeSigner(), makeSigner()];
    await using issuer = await startIssuer({ keys: [published.jwk] });
    const configured = (more: object, pipelines: readonly object[]) => {
      const keys = { jwks: issuer.url, allowHttp: true, fallbackFile: 'fallback.json', ...more };
      const quick = { refreshAtLeast: '50ms', refreshAtMost: '50ms', maxStale: '300ms' };
      return settings({
        issuers: [{ name: 'main', issuer: ISS, keys: { ...quick, ...keys } }],
        pipelines,
      });
    };
    await using folder = await folderWith({
      'watchword.yaml': configured({}, FEW),
      'fallback.json': { keys: [fallback.jwk] },
    });
    await using watchword = await run(folder.at('watchword.yaml'));
    const token = fallback.token();
    await until('the keys of the issuer', async () =>
      (await watchword.reason({ token: published.token() })) === 'verified' ? true : undefined,
    );
    issuer.answer = 'down';
    await until('the end of its keys', async () =>
      (await watchword.reason({ token: published.token() })) === 'keys_unavailable'
        ? true
        : undefined,
    );
    await folder.write('watchword.yaml', configured(changed, MORE));
    await reloaded(watchword, 'success');
    assert.equal(await watchword.reason({ token }), 'keys_unavailable');
  });
}

test('a fallback file that is replaced while the issuer has never answered is used', async () => {
  const [first, second] = [makeSigner(), makeSigner()];
  await using issuer = await startIssuer('down');
  const keys = { jwks: issuer.url, allowHttp: true, fallbackFile: 'fallback.json' };
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers: [{ name: 'main', issuer: ISS, keys }] }),
    'fallback.json': { keys: [first.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  assert.equal(await watchword.reason({ token: first.token() }), 'verified');
  await folder.write('fallback.json', { keys: [second.jwk] });
  await reloaded(watchword, 'success');
  assert.equal(await watchword.reason({ token: second.token() }), 'verified');
  assert.equal(await watchword.reason({ token: first.token() }), 'signature_invalid');
});

test('a reload that brings an issuer without keys does not take the server out of service', async () => {
  const signer = makeSigner();
  await using issuer = await startIssuer('down');
  const main = { name: 'main', issuer: ISS, keys: { file: 'jwks.json' } };
  const added = {
    name: 'added',
    issuer: 'https://b/',
    keys: { jwks: issuer.url, allowHttp: true },
  };
  const configured = (issuers: readonly unknown[]) =>
    settings({
      issuers,
      pipelines: [{ ...ORDERS, require: { issuers: ['main'], audiences: 'any' } }],
    });
  await using folder = await folderWith({
    'watchword.yaml': configured([main]),
    'jwks.json': { keys: [signer.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const ready = async () => (await watchword.get('/readyz')).status;
  await until('readiness', async () => (await ready()) === 200 || undefined);
  await folder.write('watchword.yaml', configured([main, added]));
  await reloaded(watchword, 'success');
  await watchword.said(
    'there are no keys of the issuer that may be used; its tokens are answered with keys_unavailable',
  );
  assert.equal(await ready(), 200);
  assert.match((await watchword.get('/readyz')).body, /issuer added.*it answered 503/s);
  assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
});
