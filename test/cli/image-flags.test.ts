import assert from 'node:assert/strict';
import { chmod, link, mkdir, readdir, rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { CheckClient } from '../support/check-client.ts';
import { imageFlags } from '../support/image-flags.ts';
import { runProgram, serve } from './program.ts';

const FLAGS = imageFlags();
const signer = makeSigner();

for (const [what, code] of [
  ['a process', "process.getBuiltinModule('child_process').spawnSync('true')"],
  ['a thread', "new (process.getBuiltinModule('worker_threads').Worker)('', { eval: true })"],
  ['a native add-on', "process.dlopen({ exports: {} }, '/nowhere.node')"],
  ['a debugger', "process.getBuiltinModule('inspector').open(0)"],
] as const) {
  test(`with the image's flags nothing starts ${what}`, async () => {
    const { code: exit, stderr } = await runProgram([...FLAGS, '-e', code], process.execPath);
    assert.notEqual(exit, 0);
    assert.match(stderr, /ERR_(?:ACCESS_DENIED|DLOPEN_DISABLED)/);
  });
}

test('with them Watchword serves, fetches and keeps keys, and follows a mounted ConfigMap', async () => {
  await using issuer = await startIssuer({ keys: [signer.jwk] });
  await using folder = await folderWith({});
  await mkdir(folder.at('cache'));
  await chmod(folder.at('cache'), 0o700);
  const keys = { jwks: issuer.url, allowHttp: true, cacheDir: folder.at('cache') };
  const config = (name: string) =>
    settings({
      issuers: [{ name: 'main', issuer: ISS, keys }],
      pipelines: [{ name, match: [{ paths: ['/**'] }], require: { audiences: 'any' } }],
    });
  await folder.write('config/..1/watchword.yaml', config('first'));
  await folder.link('config/..data', '..1');
  await folder.link('config/watchword.yaml', '..data/watchword.yaml');
  await using serving = await serve(folder.at('config'), FLAGS);
  using client = new CheckClient(`127.0.0.1:${serving.grpcPort}`);
  const reason = async () => reasonOf(await client.check(checkRequest({ token: signer.token() })));
  await until('the keys', async () => ((await reason()) === 'verified' ? true : undefined));
  await until('the kept keys', async () =>
    (await readdir(folder.at('cache'))).length > 0 ? true : undefined,
  );
  await folder.write('config/..2/watchword.yaml', config('second'));
  await folder.link('config/..data', '..2');
  await serving.child.line(/the configuration was reloaded/);
  assert.equal(await reason(), 'verified');
});

test('with them it listens on a socket whose path a crash has left', async () => {
  await using folder = await folderWith({});
  const path = folder.at('authz.sock');
  const crashed = createServer().listen(path);
  await new Promise((resolve) => crashed.once('listening', resolve));
  const left = `${path}.left`;
  await link(path, left);
  await new Promise((resolve) => crashed.close(resolve));
  await rename(left, path);
  await folder.write('jwks.json', { keys: [signer.jwk] });
  await folder.write(
    'watchword.yaml',
    settings({ listen: { grpc: `unix:${path}`, admin: '127.0.0.1:0' } }),
  );
  await using serving = await serve(folder.at('watchword.yaml'), FLAGS);
  using client = new CheckClient(`unix:${path}`);
  const answer = await client.check(checkRequest({ token: signer.token() }));
  assert.equal(reasonOf(answer), 'verified');
  assert.ok(serving.child.isRunning());
});
