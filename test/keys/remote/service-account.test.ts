import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { silentKeyEvents } from '../../../src/cli/silent-key-events.ts';
import type { IssuerConfig } from '../../../src/config/shape.ts';
import { openFetcher } from '../../../src/keys/fetch-document.ts';
import { RemoteOpener } from '../../../src/live/open-remote.ts';
import { certificateFor } from '../../support/certificate.ts';
import { type Behaviour, type FaultyIssuer, json, startFaultyIssuer } from './faulty-issuer.ts';

describe('a key set that is asked for with the token of a service account', () => {
  const stack = new AsyncDisposableStack();
  let issuer: FaultyIssuer;
  let tokenFile: string;
  const fetchWith = async (file: string | null) => {
    const settings = { allowHttp: true, allowOtherOrigin: false, caFile: null, tokenFile: file };
    await using fetcher = openFetcher(settings);
    return await fetcher.fetch(`${issuer.url}/openid/v1/jwks`, null);
  };

  before(async () => {
    issuer = stack.use(await startFaultyIssuer());
    const folder = await mkdtemp(join(tmpdir(), 'watchword-account-'));
    stack.defer(() => rm(folder, { recursive: true }));
    tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first\n');
  });
  after(() => stack.disposeAsync());

  test('each fetch reads the token anew, since the kubelet replaces it', async () => {
    const settings = { allowHttp: true, allowOtherOrigin: false, caFile: null, tokenFile };
    await using fetcher = openFetcher(settings);
    const seen: unknown[] = [];
    issuer.behave((request, response) => {
      seen.push(request.headers.authorization);
      json({ keys: [] })(request, response);
    });
    for (const token of ['first', 'second']) {
      await writeFile(tokenFile, `${token}\n`);
      assert.equal((await fetcher.fetch(`${issuer.url}/openid/v1/jwks`, null)).ok, true);
    }
    assert.deepEqual(seen, ['Bearer first', 'Bearer second']);
  });

  test('a server that has its key set under the name of RFC 7517 only is understood', async () => {
    issuer.behave((request, response) => {
      const accepts = request.headers.accept?.includes('application/jwk-set+json') ?? false;
      if (accepts) json({ keys: [] })(request, response);
      else response.writeHead(406).end();
    });
    assert.equal((await fetchWith(tokenFile)).ok, true);
  });

  for (const [status, hint] of [
    [401, /it answered 401: it does not accept the token of this pod's service account$/],
    [403, /it answered 403: this pod's service account needs a ClusterRole with get on the nonR/],
  ] as const) {
    test(`a ${status} is explained, without the token`, async () => {
      issuer.behave((_, response) => response.writeHead(status).end());
      const fetched = await fetchWith(tokenFile);
      assert.ok(!fetched.ok);
      assert.match(fetched.fault, hint);
      assert.doesNotMatch(fetched.fault, /first|second/);
      const other = await fetchWith(null);
      assert.match(other.ok ? '' : other.fault, new RegExp(`it answered ${status}$`));
    });
  }

  test('a redirect gets the token where it stays with the server, and not where it leaves', async () => {
    const other = stack.use(await startFaultyIssuer());
    const seen: unknown[] = [];
    const note: Behaviour = (request, response) => {
      seen.push(request.headers.authorization);
      json({ keys: [] })(request, response);
    };
    other.behave(note);
    for (const [to, allowed] of [
      [`${issuer.url}/moved`, false],
      [`${other.url}/elsewhere`, true],
      [`${issuer.url.replace('127.0.0.1', 'localhost')}/moved`, true],
    ] as const) {
      issuer.behave((request, response) => {
        if (request.url === '/moved') note(request, response);
        else response.writeHead(302, { location: to }).end();
      });
      await writeFile(tokenFile, 'secret');
      const settings = { allowHttp: true, allowOtherOrigin: allowed, caFile: null, tokenFile };
      await using fetcher = openFetcher(settings);
      assert.equal((await fetcher.fetch(`${issuer.url}/openid/v1/jwks`, null)).ok, true, to);
    }
    assert.deepEqual(seen, ['Bearer secret', undefined, undefined]);
  });

  test('a token file that is not there is a failed fetch', async () => {
    const fetched = await fetchWith(join(tmpdir(), 'watchword-no-such-file'));
    assert.match(fetched.ok ? '' : fetched.fault, /ENOENT/);
  });
});

test('a file of certificate authorities that was replaced counts at the next fetch', async () => {
  await using stack = new AsyncDisposableStack();
  const pairs = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const [served, other] = pairs.map((pair) => certificateFor(pair, 'localhost'));
  const key = pairs[0]?.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() ?? '';
  const issuer = stack.use(await startFaultyIssuer({ cert: served ?? '', key }));
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  issuer.behave(json({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'a' }] }));
  const folder = await mkdtemp(join(tmpdir(), 'watchword-ca-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const caFile = join(folder, 'ca.crt');
  await writeFile(caFile, other ?? '');

  let ahead = 0;
  const opener = stack.use(new RemoteOpener(() => Date.now() + ahead));
  const jwks = issuer.url.replace('127.0.0.1', 'localhost');
  const config = { issuer: 'https://a/', keys: { jwks, caFile } } as IssuerConfig;
  const wanted = { algorithms: ['ES256'] as const, allowDevKeys: false };
  const opened = await opener.open(config, wanted, null, null, silentKeyEvents);
  assert.ok(opened.ok);
  const keys = stack.use(opened.value);
  await keys.start();
  assert.match(keys.status().fault ?? '', /SELF_SIGNED/);
  await writeFile(caFile, `${other}${served}`);
  ahead = 60_000;
  assert.equal((await keys.find({ algorithm: 'ES256', kid: 'a' })).ok, true);
});
