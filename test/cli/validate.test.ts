import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderWith } from '../server/folder.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { runProgram } from './program.ts';

test('a right configuration is said to be right, exit 0', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings(),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  const path = folder.at('watchword.yaml');
  const { code, stdout, stderr } = await runProgram(['validate', '--config', path]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, `${path} is right: 2 pipelines, 1 issuer\n`);
});

test('validate asks no issuer and listens nowhere', async () => {
  const keys = { jwks: 'https://127.0.0.1:1/jwks.json' };
  const issuers = [{ name: 'far', issuer: 'https://far.example/', keys }];
  await using folder = await folderWith({
    'watchword.yaml': settings({
      issuers,
      listen: { grpc: '203.0.113.1:1', admin: 'unix:/gone/x' },
    }),
  });
  const { code } = await runProgram(['validate', '--config', folder.at('watchword.yaml')]);
  assert.equal(code, 0);
});

const SELDOM_MEANT = {
  pipelines: [
    { name: 'admin', match: [{ paths: ['/admin'] }], require: { audiences: 'any' } },
    { name: 'open', match: [{ paths: ['/**'] }], require: 'none' },
  ],
};

test('what is allowed and seldom meant is a warning, exit 0', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings(SELDOM_MEANT),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  const path = folder.at('watchword.yaml');
  const { code, stdout, stderr } = await runProgram(['validate', '--config', path]);
  assert.deepEqual([code, stdout], [0, `${path} is right: 2 pipelines, 1 issuer\n`]);
  assert.match(
    stderr,
    /^warning: watchword\.yaml:\d+:\d+ pipelines\[0\]\.match\[0\]\.paths\[0\]: '\/admin' is one path: .* \('\/admin\/\*\*' covers them all\)\n$/,
  );
});

const WRONG = `default: nobody
issuers:
  - { name: main, issuer: 'https://issuer.example/', algorithms: [HS256], keys: { file: gone.pem } }
pipelines:
  - { name: orders, require: {} }
`;

test('every problem is printed, with its place and a hint, exit 1', async () => {
  await using folder = await folderWith({ 'watchword.yaml': WRONG });
  const args = ['validate', '--config', folder.at('watchword.yaml')];
  const { code, stdout, stderr } = await runProgram(args);
  assert.deepEqual([code, stdout], [1, '']);
  assert.deepEqual(stderr.replaceAll(folder.path, '$').trimEnd().split('\n').toSorted(), [
    "watchword.yaml:1:10 default: no pipeline is called 'nobody' ('deny', or orders)",
    'watchword.yaml:3:66 issuers[0].algorithms: HS256 needs a secretFile: a public key is no secret',
    'watchword.yaml:3:81 issuers[0].keys: $/gone.pem cannot be read: ENOENT (there is no such file; a relative path begins at the folder of the file that names it)',
    "watchword.yaml:5:30 pipelines[0].require.audiences: neither the pipeline nor issuer 'main' names an audience (the identifier of this API; `any` accepts every one)",
  ]);
});

test('serve refuses the same configuration with the same lines, and starts nothing', async () => {
  await using folder = await folderWith({ 'watchword.yaml': WRONG });
  const path = folder.at('watchword.yaml');
  const validated = await runProgram(['validate', '--config', path]);
  const served = await runProgram(['serve', '--config', path]);
  assert.deepEqual([served.code, served.stdout], [1, '']);
  assert.equal(served.stderr, validated.stderr);
});

test('a path that is not there is one line', async () => {
  const { code, stderr } = await runProgram(['validate', '--config', '/gone/watchword.yaml']);
  assert.deepEqual(
    [code, stderr],
    [1, '/gone/watchword.yaml: cannot be read: ENOENT (there is no such file or folder)\n'],
  );
});

test('without --config the message says where it looked and how to look elsewhere', async () => {
  const { code, stderr } = await runProgram(['validate']);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    '/etc/watchword: cannot be read: ENOENT (the default; name yours with --config)\n',
  );
});
