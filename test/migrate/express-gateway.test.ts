import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { inFolder, watchword } from './watchword.ts';

const EXPRESS = `
apiEndpoints:
  billings: { host: '*', paths: '/orders*' }
  odd: { host: '*', pathRegex: '^/a' }
pipelines:
  billings:
    apiEndpoints: [billings]
    policies:
`;
const README = new URL('../../README.md', import.meta.url);

/** The example of the README, "The tutorial, before and after". */
async function exampleOfReadme(): Promise<string> {
  const [, example = ''] = /```yaml\n(- jwt:\n.*?)```/s.exec(await readFile(README, 'utf8')) ?? [];
  assert.notEqual(example, '');
  return example;
}

test("the tutorial's configuration becomes one that answers 401 and then 200", () =>
  inFolder(async (folder) => {
    const from = join(folder, 'gateway.config.yml');
    const example = (await exampleOfReadme()).replace(/^/gm, '      ').trimEnd();
    const proxy = '      - proxy: [{ action: { serviceEndpoint: billings } }]';
    await writeFile(from, `${EXPRESS}${example}\n${proxy}\n`);
    const out = join(folder, 'out');
    const names = ['--issuer', 'https://t.example/', '--audience', 'http://orders'];
    const run = watchword('migrate', 'express-gateway', from, '--out', out, ...names);
    assert.equal(run.status, 0, run.notes.join('\n'));
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await mkdir(join(out, 'key'));
    await writeFile(join(out, 'key/pubKey.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    const config = join(out, 'watchword.yaml');
    assert.equal(watchword('validate', '--config', config).status, 0);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'https://t.example/', aud: 'http://orders', exp: 4_000_000_000 };
    const input = `${part({ alg: 'RS256' })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    await writeFile(join(folder, 'token'), `${input}.${signature}`);
    const explain = (...more: string[]) =>
      watchword('explain', '--config', config, '--url', 'http://a/orders/1', ...more).status;
    assert.equal(explain(), 3);
    assert.equal(explain('--token-file', join(folder, 'token')), 0);
  }));

test('every setting of the jwt policy is mapped or named, and a secret is not printed', () =>
  inFolder(async (folder) => {
    const settings = {
      secretOrPublicKey: 'a-very-secret-word',
      algorithms: ['HS256', 'RS256'],
      audience: 'http://inv',
      issuer: 'https://a.example/',
      checkCredentialExistence: true,
      passThrough: true,
      other: 1,
    };
    const from = join(folder, 'gateway.config.yml');
    const config = {
      apiEndpoints: { a: { host: 'a.example', paths: ['/:id/x', '/y/*'], methods: ['GET'] } },
      pipelines: {
        a: {
          apiEndpoints: ['a'],
          policies: [
            { jwt: { action: settings, condition: { name: 'pathMatch', pattern: 'x' } } },
            { proxy: [{ action: { serviceEndpoint: 'app' } }] },
          ],
        },
      },
    };
    await writeFile(from, JSON.stringify(config));
    const run = watchword('migrate', 'express-gateway', from);
    assert.equal(run.status, 2, run.notes.join('\n'));
    assert.deepEqual(parse(run.out), {
      caseSensitivePaths: false,
      issuers: [
        {
          name: 'a',
          issuer: 'https://a.example/',
          algorithms: ['HS256'],
          keys: { secretFile: './secret' },
        },
      ],
      consumers: { file: './consumers.yaml' },
      pipelines: [
        {
          name: 'a',
          match: [
            {
              hosts: ['a.example'],
              paths: ['/*/x', '/*/x/', '/y/', '/y/*/**'],
              methods: ['GET', 'HEAD'],
            },
          ],
          require: {
            issuers: ['a'],
            audiences: ['http://inv'],
            consumer: true,
            optional: true,
          },
        },
      ],
    });
    for (const name of Object.keys(settings)) {
      const mapped = ['audience', 'issuer'].includes(name);
      const named = run.notes.some((note) => note.startsWith(`pipelines.a jwt.${name}: `));
      assert.equal(named, !mapped, name);
    }
    assert.ok(run.notes.some((note) => note.startsWith('pipelines.a jwt.condition: ')));
    assert.doesNotMatch(run.out + run.notes.join(), /a-very-secret-word/);
  }));

test('what cannot be translated is left out and so refused, never opened', () =>
  inFolder(async (folder) => {
    const from = join(folder, 'gateway.config.yml');
    const proxy = { proxy: [{ action: { serviceEndpoint: 'app' } }] };
    const config = {
      apiEndpoints: { a: { paths: '/a' }, odd: { pathRegex: '^/b' }, host: { host: 'a.*.b' } },
      pipelines: {
        keyed: { apiEndpoints: ['a'], policies: [{ 'key-auth': [] }, proxy] },
        regex: { apiEndpoints: ['odd'], policies: [proxy] },
        host: { apiEndpoints: ['host'], policies: [proxy] },
        gone: { apiEndpoints: ['nobody'], policies: [proxy] },
      },
    };
    await writeFile(from, JSON.stringify(config));
    const { status, out, notes } = watchword('migrate', 'express-gateway', from);
    assert.equal(status, 2);
    assert.deepEqual(parse(out), { caseSensitivePaths: false, pipelines: [] });
    for (const part of [
      'pipelines.keyed key-auth: has no counterpart; what it guards is refused',
      'apiEndpoints.odd pathRegex ^/b: has no pattern',
      'apiEndpoints.host.host: a.*.b is no host',
      'pipelines.gone: no apiEndpoint is called nobody',
    ])
      assert.ok(
        notes.some((note) => note.startsWith(part)),
        `${part}\n${notes.join('\n')}`,
      );
  }));

test('the page about Express Gateway shows what comes out', async () => {
  const page = await readFile(
    new URL('../../docs/from-express-gateway.md', import.meta.url),
    'utf8',
  );
  const [, input = '', output = ''] = /```yaml\n(.*?)```.*?```yaml\n(.*?)```/s.exec(page) ?? [];
  await inFolder(async (folder) => {
    const from = join(folder, 'gateway.config.yml');
    await writeFile(from, input);
    const names = ['--issuer', 'https://YOUR_TENANT/', '--audience', 'http://orders'];
    const run = watchword('migrate', 'express-gateway', from, ...names);
    assert.equal(run.status, 2);
    assert.equal(run.out.replace(/^#.*\n/gm, ''), output);
  });
});
