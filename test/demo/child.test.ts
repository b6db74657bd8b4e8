import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Child, startChild } from '../../deploy/demo/child.ts';
import { until } from '../../deploy/demo/until.ts';

const CHILD = new URL('../../deploy/demo/child.ts', import.meta.url);
const WAIT = 'setInterval(() => {}, 1000);';

function script(text: string, logFile?: string): Promise<Child> {
  const log = logFile === undefined ? {} : { logFile };
  return startChild({
    name: 'part',
    command: process.execPath,
    args: ['--input-type=module', '--eval', text],
    ...log,
  });
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
  const folder = await mkdtemp(join(tmpdir(), 'watchword-test-'));
  try {
    const file = join(folder, 'log');
    const child = await script("console.log('one'); console.error('two')", file);
    await child.ended;
    await until('two lines in the log', async () => {
      const lines = (await readFile(file, 'utf8')).split('\n').toSorted();
      return lines.join() === ',one,two' ? true : undefined;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a process that ignores SIGTERM is stopped all the same', async () => {
  const child = await script(
    `process.on('SIGTERM', () => console.log('no')); console.log('up'); ${WAIT}`,
  );
  await child.line(/up/);
  await child[Symbol.asyncDispose]();
  assert.equal(await child.ended, 'SIGKILL');
});

test('a process ends with a parent that is killed', async () => {
  const parent = await script(`
    import { startChild } from ${JSON.stringify(CHILD)};
    const child = await startChild({ name: 'b', command: process.execPath, args: ['--eval', ${JSON.stringify(WAIT)}] });
    console.log('child', child.pid);
    ${WAIT}`);
  const pid = Number((await parent.line(/child (\d+)/))[1]);
  process.kill(parent.pid, 'SIGKILL');
  await parent.ended;
  await until('the end of the child', () => (isAlive(pid) ? undefined : true));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
