import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freePorts } from '../../deploy/support/free-port.ts';
import { until } from '../../deploy/support/until.ts';
import type { Board } from '../../src/top/board.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { PROGRAM, runProgram } from './program.ts';

describe('watchword top', () => {
  const signer = makeSigner();
  let folder: Folder;
  let running: Running;
  let url: string;

  before(async () => {
    folder = await folderWith({
      'watchword.json': settings(),
      'jwks.json': { keys: [signer.jwk] },
    });
    running = await run(folder.at('watchword.json'));
    url = `http://127.0.0.1:${running.adminPort}`;
    assert.equal(await running.reason({ token: signer.token() }), 'verified');
    assert.equal(await running.reason({}), 'token_missing');
  });
  after(async () => {
    await running?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test('looks once, as text', async () => {
    const { code, stdout } = await runProgram([
      'top',
      '--url',
      url,
      '--once',
      '--interval',
      '100ms',
    ]);
    assert.equal(code, 0);
    const lines = stdout.split('\n');
    assert.match(
      lines[0] ?? '',
      /^watchword \d+\.\d+\.\d+ {2}ready {2}up \d+ \w+ {2}configuration [0-9a-f]{16}$/,
    );
    assert.ok(
      lines.some((line) => /\s1\s+allow\s+enforce\s+orders\s+verified$/.test(line)),
      stdout,
    );
    assert.ok(lines.some((line) => /\s1\s+deny\s+enforce\s+orders\s+token_missing$/.test(line)));
    // No colour and no control sequence in a file.
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
  });

  test('looks once, as JSON', async () => {
    const args = ['top', '--url', url, '--once', '--json', '--interval', '100ms'];
    const { code, stdout } = await runProgram(args);
    assert.equal(code, 0);
    const board = JSON.parse(stdout) as Board;
    assert.equal(board.ready, true);
    assert.deepEqual(board.perSecond, { allow: 0, deny: 0, error: 0 });
    assert.deepEqual(
      board.decisions.filter(({ total }) => total > 0).map(({ reason, total }) => [reason, total]),
      [
        ['verified', 1],
        ['token_missing', 1],
      ],
    );
  });

  test('prints a line of JSON for each look', async () => {
    const child = spawn(
      process.execPath,
      [PROGRAM, 'top', '--url', url, '--json', '--interval', '100ms'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until('three looks', () => (said.split('\n').length > 3 ? true : undefined));
    child.kill();
    for (const line of said.split('\n').slice(0, 3)) assert.ok((JSON.parse(line) as Board).version);
  });

  test('draws on a terminal, and gives the shell its screen back at q', async () => {
    const command = [process.execPath, PROGRAM, 'top', '--url', url, '--interval', '100ms'].join(
      ' ',
    );
    // A pseudo terminal, by util-linux.
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm' },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const drawings = () => said.split('\u001b[H').length - 1;
    await until('two drawings', () => (drawings() >= 2 ? true : undefined));
    child.stdin.write('q');
    assert.equal(await ended, 0);
    assert.ok(said.startsWith('\u001b[?1049h'), JSON.stringify(said.slice(0, 40)));
    assert.match(said, /token_missing/);
    assert.ok(said.endsWith('\u001b[?25h\u001b[?1049l'), JSON.stringify(said.slice(-40)));
  });

  test('says in one line that nothing answers', async () => {
    const [port = 0] = await freePorts(1);
    const { code, stdout, stderr } = await runProgram(['top', '--url', `http://127.0.0.1:${port}`]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(
      stderr.replace(/\/(?:metrics|readyz)/, '/PATH'),
      `watchword top: nothing answers at http://127.0.0.1:${port}/PATH: ECONNREFUSED; name listen.admin with --url, in a cluster after kubectl port-forward deploy/watchword 9190\n`,
    );
  });

  test('says in one line that something else answers', async () => {
    const server = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await runProgram(['top', '--url', `http://127.0.0.1:${port}`]);
    server.close();
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `watchword top: http://127.0.0.1:${port}/metrics is not that of Watchword; is it listen.admin?\n`,
    );
  });

  test('refuses options that it does not understand', async () => {
    for (const args of [
      ['--interval', '1'],
      ['--interval', '5ms'],
      ['--url', 'localhost:9190'],
      ['--twice'],
    ]) {
      const { code, stderr } = await runProgram(['top', ...args]);
      assert.equal(code, 2, stderr);
      assert.equal(stderr.trim().split('\n').length, 1);
    }
  });
});
