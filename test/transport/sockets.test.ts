import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { startWatchword } from '../../src/server/watchword.ts';
import { ListenError } from '../../src/transport/address.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { settings } from '../server/settings.ts';
import { CheckClient } from '../support/check-client.ts';

/** A configuration that listens on the socket `authz.sock` of a folder, for checks or for /metrics. */
async function folderFor(listener: 'grpc' | 'admin'): Promise<Folder> {
  const folder = await folderWith({});
  const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', [listener]: socketOf(folder) };
  await folder.write(
    'watchword.yaml',
    settings({ listen, log: { level: 'silent' }, issuers: [], pipelines: [] }),
  );
  return folder;
}

const socketOf = (folder: Folder): string => `unix:${folder.at('authz.sock')}`;
const start = (folder: Folder) =>
  startWatchword(folder.at('watchword.yaml'), pino({ level: 'silent' }));

/** Why it does not start; one that does start is stopped. */
async function whyNot(folder: Folder): Promise<string> {
  try {
    await using _ = await start(folder);
    return 'it starts';
  } catch (error) {
    assert.ok(error instanceof ListenError, String(error));
    return error.message.replace(folder.path, '$');
  }
}

/** Leaves a socket file that nobody listens on: its owner was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('up'))`;
  const owner = spawn(process.execPath, ['-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  owner.kill('SIGKILL');
  await once(owner, 'close');
  assert.ok((await lstat(path)).isSocket(), 'the file is still there');
}

async function listenOn(path: string, t: TestContext): Promise<void> {
  const server = createServer((socket) => socket.end());
  server.listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
}

test('checks are answered over a Unix socket, and its file goes with the server', async () => {
  await using folder = await folderFor('grpc');
  {
    await using watchword = await start(folder);
    assert.equal(watchword.grpcPort, 0);
    using client = new CheckClient(socketOf(folder));
    assert.equal(reasonOf(await client.check(checkRequest({}))), 'pipeline_missing');
  }
  await assert.rejects(lstat(folder.at('authz.sock')), { code: 'ENOENT' });
});

for (const listener of ['grpc', 'admin'] as const) {
  test(`${listener}: a socket file that a crash left is replaced`, async () => {
    await using folder = await folderFor(listener);
    await leaveStaleSocket(folder.at('authz.sock'));
    await using _ = await start(folder);
    const found = await lstat(folder.at('authz.sock'));
    assert.ok(found.isSocket());
    if (listener === 'admin') return;
    using client = new CheckClient(socketOf(folder));
    assert.equal(reasonOf(await client.check(checkRequest({}))), 'pipeline_missing');
  });

  test(`${listener}: a socket that somebody listens on is an error and stays`, async (t) => {
    await using folder = await folderFor(listener);
    await listenOn(folder.at('authz.sock'), t);
    const before = await lstat(folder.at('authz.sock'));
    assert.equal(
      await whyNot(folder),
      'cannot listen on unix:$/authz.sock: another process listens there',
    );
    assert.equal((await lstat(folder.at('authz.sock'))).ino, before.ino);
  });

  test(`${listener}: a path that is no socket is an error and stays as it is`, async () => {
    await using folder = await folderFor(listener);
    await folder.write('authz.sock', 'the work of a week');
    assert.equal(
      await whyNot(folder),
      'cannot listen on unix:$/authz.sock: the path exists and is no socket',
    );
    assert.equal(await readFile(folder.at('authz.sock'), 'utf8'), 'the work of a week');
  });
}

test('a symbolic link in place of the socket is an error and not followed', async () => {
  await using folder = await folderFor('grpc');
  await leaveStaleSocket(folder.at('other.sock'));
  await folder.link('authz.sock', folder.at('other.sock'));
  assert.match(await whyNot(folder), /^cannot listen on /);
  assert.ok((await lstat(folder.at('other.sock'))).isSocket());
});

test('a server that cannot listen for checks leaves nothing behind', async (t) => {
  await using folder = await folderFor('grpc');
  await listenOn(folder.at('authz.sock'), t);
  const admin = createServer();
  admin.listen(0, '127.0.0.1');
  await once(admin, 'listening');
  const { port } = admin.address() as { port: number };
  admin.close();
  await once(admin, 'close');
  const listen = { grpc: socketOf(folder), admin: `127.0.0.1:${port}` };
  await folder.write(
    'watchword.yaml',
    settings({ listen, log: { level: 'silent' }, issuers: [], pipelines: [] }),
  );
  assert.match(await whyNot(folder), /^cannot listen on /);
  // The port of /metrics is free again.
  const again = createServer();
  again.listen(port, '127.0.0.1');
  await once(again, 'listening');
  again.close();
});
