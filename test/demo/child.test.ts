import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Child, type ChildOptions, startChild } from '../../deploy/support/child.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { until } from '../../deploy/support/until.ts';

const CHILD = new URL('../../deploy/support/child.ts', import.meta.url);
const WAIT = 'setInterval(() => {}, 1000);';

function script(text: string, rest: Pick<ChildOptions, 'logFile' | 'grace'> = {}): Promise<Child> {
  const args = ['--input-type=module', '--eval', text];
  return startChild({ name: 'part', command: process.execPath, args, ...rest });
}

test('a line is found whether it was printed before or after it is asked for', async () => {
  await using child = await script(
    `console.log('up 1'); process.on('SIGTERM', () => process.exit()); ${WAIT}`,
  );
  assert.equal((await child.line(/up (\d)/))[1], '1');
  assert.equal((await child.line(/up (\d)/))[1], '1');
});

test('a process that ends before it says what is waited for is an error with its last lines', async () => {
  await using child = await script(
    "console.error('cannot listen on 127.0.0.1:80'); process.exitCode = 7",
  );
  await assert.rejects(child.line(/up/), {
    message:
      'part did not print /up/ and ended (exit code 7); it said last:\n  cannot listen on 127.0.0.1:80',
  });
});

test('a command that is not there is an error', async () => {
  const starting = startChild({ name: 'part', command: '/no/such/command', args: [] });
  await assert.rejects(
    starting.then((child) => child.line(/up/)),
    /no\/such\/command|cannot start part/,
  );
});

test('what it prints is in the log file when it has ended', async () => {
  await using folder = await temporaryFolder('watchword-test-');
  const logFile = join(folder.path, 'log');
  const child = await script("console.log('one'); console.error('two')", { logFile });
  await child.ended;
  await until('two lines in the log', async () => {
    const lines = (await readFile(logFile, 'utf8')).split('\n').toSorted();
    return lines.join() === ',one,two' ? true : undefined;
  });
});

test('a process that ignores SIGTERM is stopped all the same', async () => {
  const child = await script(`process.on('SIGTERM', () => {}); console.log('up'); ${WAIT}`, {
    grace: 50,
  });
  await child.line(/up/);
  await child[Symbol.asyncDispose]();
  assert.equal(await child.ended, 'SIGKILL');
});

// Looked for by its port: a zombie that no init collects still has its process id.
const LISTENS =
  "const s = require('net').createServer().listen(0, '127.0.0.1', () => console.log('on', s.address().port))";

test('a process ends with a parent that is killed', {
  skip: process.platform !== 'linux' && 'only on Linux',
}, async () => {
  const args = JSON.stringify(['--eval', LISTENS]);
  const parent = await script(`
    import { startChild } from ${JSON.stringify(CHILD)};
    const child = await startChild({ name: 'b', command: process.execPath, args: ${args} });
    console.log((await child.line(/on .*/))[0]);`);
  const port = Number((await parent.line(/on (\d+)/))[1]);
  assert.equal(await isListening(port), true);
  process.kill(parent.pid, 'SIGKILL');
  await parent.ended;
  await until('the end of the child', async () => ((await isListening(port)) ? undefined : true));
});

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
