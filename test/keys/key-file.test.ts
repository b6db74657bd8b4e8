import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { JwksDiskCache } from '../../src/keys/jwks-disk-cache.ts';
import { openSecret, readKeyFile } from '../../src/keys/key-file.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const jwk = pair.publicKey.export({ format: 'jwk' });

describe('a key file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchword-key-file-'));
  });
  after(() => rm(folder, { recursive: true }));

  const file = async (name: string, mode: number, text = PEM): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };

  for (const mode of [0o400, 0o444, 0o600, 0o640, 0o644, 0o660, 0o664]) {
    test(`of mode ${mode.toString(8)} is read`, async () => {
      assert.equal((await readKeyFile(await file(`read-${mode}`, mode))).ok, true);
    });
  }

  for (const mode of [0o666, 0o646, 0o602, 0o777]) {
    test(`of mode ${mode.toString(8)} is not: everybody could sign tokens`, async () => {
      const read = await readKeyFile(await file(`not-${mode}`, mode));
      assert.ok(!read.ok);
      assert.match(read.fault, /can be written by everybody \(mode 0\d{3}\).*it is not used$/);
      assert.match(read.hint ?? '', /chmod o-w.*defaultMode/);
    });
  }

  test('of a mounted Secret is read through its links, whose own mode says nothing', async () => {
    const data = join(folder, '..2026_11_28');
    await mkdir(data);
    await writeFile(join(data, 'key.pem'), PEM, { mode: 0o644 });
    await symlink('..2026_11_28', join(folder, '..data'));
    await symlink(join('..data', 'key.pem'), join(folder, 'key.pem'));
    assert.equal((await readKeyFile(join(folder, 'key.pem'))).ok, true);
    await chmod(join(data, 'key.pem'), 0o666);
    assert.equal((await readKeyFile(join(folder, 'key.pem'))).ok, false);
  });

  for (const setting of ['file', 'secretFile', 'fallbackFile']) {
    test(`under keys.${setting} that everybody can write is a problem of the configuration`, async () => {
      await file('open', 0o666);
      const keys = {
        [setting]: 'open',
        ...(setting === 'fallbackFile' ? { jwks: 'https://issuer.example/jwks' } : {}),
      };
      await assert.rejects(configured(keys), /issuers\[0\]\.keys: .*open can be written by every/);
    });
  }

  test('of which not all is used is used, and each unused key is a warning with its kid and why', async () => {
    const keys = [{ ...jwk, kid: 'a' }, null, { ...jwk, kid: 'b', use: 'enc' }];
    await file('set.json', 0o644, JSON.stringify({ keys }));
    const { warnings } = await configured({ file: 'set.json' });
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ['not used: keys[1]: it is null, not a key', `not used: keys[2] (kid "b"): use is 'enc'`],
    );
  });

  test('with a kept set that others can write is a warning, and the set is not used', async () => {
    const cacheDir = join(folder, 'kept');
    const kept = new JwksDiskCache(cacheDir);
    await kept.write('https://issuer.example/', { document: { keys: [jwk] }, fetchedAt: 1 });
    const [name = ''] = await readdir(cacheDir);
    await chmod(join(cacheDir, name), 0o622);
    const { warnings, issuers } = await configured({
      jwks: 'https://issuer.example/jwks',
      cacheDir: 'kept',
    });
    assert.match(warnings[0]?.message ?? '', /^not used: .*can be written by others \(mode 0622\)/);
    assert.equal(issuers[0]?.issuer.keys.status().keys, 0);
  });

  async function configured(keys: object) {
    const path = join(folder, 'watchword.json');
    const issuers = [{ name: 'main', issuer: 'https://issuer.example/', audiences: 'any', keys }];
    const pipelines = [{ name: 'all', match: [{ paths: ['/**'] }], require: {} }];
    await writeFile(path, JSON.stringify({ issuers, pipelines }));
    await using pool = new IssuerPool(() => silentKeyEvents);
    return await compile(await readConfig(path), pool);
  }
});

test('a secret that is a JWK is refused: its bytes are not those of the key', () => {
  const bytes = Buffer.from(JSON.stringify({ kty: 'oct', k: 'c2VjcmV0'.repeat(10) }));
  const opened = openSecret('secret', { bytes, digest: '' }, ['HS256'], 0);
  assert.ok(!opened.ok);
  assert.match(opened.fault, /is a JWK or another JSON document, not a secret/);
});
