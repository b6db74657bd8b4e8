import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { until } from '../../../deploy/support/until.ts';
import { ProblemsError } from '../../../src/base/problem.ts';
import { startWatchword } from '../../../src/server/watchword.ts';
import { sendRaw } from './gate.ts';

const log = pino({ level: 'silent' });

async function inFolder(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-http-'));
  try {
    await run(join(folder, 'watchword.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function configuration(http: string | undefined, trustedPeers?: readonly string[]): string {
  return JSON.stringify({
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', ...(http && { http }) },
    ...(trustedPeers && { http: { trustedPeers } }),
    log: { level: 'silent' },
    pipelines: [
      { name: 'open', match: [{ paths: ['/**'] }], require: 'none' },
      { name: 'hidden', require: 'none' },
    ],
  });
}

async function problemsOf(file: string, text: string): Promise<string> {
  await writeFile(file, text);
  await using started = await startWatchword(file, log).catch((error: unknown) => {
    assert.ok(error instanceof ProblemsError, String(error));
    return Object.assign(error, { [Symbol.asyncDispose]: () => Promise.resolve() });
  });
  return started instanceof ProblemsError ? started.message : 'started';
}

test('a listener that the network reaches needs trusted peers', () =>
  inFolder(async (file) => {
    for (const address of ['0.0.0.0:0', '[::]:0']) {
      const said = await problemsOf(file, configuration(address));
      assert.match(
        said,
        /http\.trustedPeers: is mandatory where listen\.http is .*\(.*10\.0\.0\.0\/8/,
      );
    }
    assert.equal(await problemsOf(file, configuration('0.0.0.0:0', ['10.0.0.0/8'])), 'started');
    assert.equal(await problemsOf(file, configuration('127.0.0.1:0')), 'started');
    assert.equal(await problemsOf(file, configuration(undefined)), 'started');
    const wrong = await problemsOf(file, configuration('0.0.0.0:0', ['10.0.0.0/99']));
    assert.match(wrong, /http\.trustedPeers\[0\]: '10\.0\.0\.0\/99' is not an address or a block/);
  }));

const CHECK = 'GET /auth/envoy/-/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test('a reload replaces the trusted peers and never takes them away from an open listener', () =>
  inFolder(async (file) => {
    await writeFile(file, configuration('0.0.0.0:0', ['10.0.0.0/8']));
    await using watchword = await startWatchword(file, log);
    const port = watchword.httpPort ?? 0;
    const status = async () => (await sendRaw(port, CHECK)).slice(9, 12);
    const becomes = (wanted: string) =>
      until(`a ${wanted}`, async () => ((await status()) === wanted ? true : undefined));
    assert.equal(await status(), '403');
    await writeFile(file, configuration('0.0.0.0:0', ['127.0.0.0/8']));
    await becomes('200');
    await writeFile(file, configuration('0.0.0.0:0', ['10.0.0.0/8']));
    await becomes('403');
    // Valid by itself, since it names a loopback listener; the one that runs is still open to the network.
    await writeFile(file, configuration('127.0.0.1:0'));
    const reloads = async () =>
      /config_reloads_total\{result="success"\} (\d+)/.exec(
        await (await fetch(`http://127.0.0.1:${watchword.adminPort}/metrics`)).text(),
      )?.[1];
    await until('the third reload', async () => ((await reloads()) === '3' ? true : undefined));
    assert.equal(await status(), '403');
  }));

test('a pipeline that the context may not name cannot be named in the URL', () =>
  inFolder(async (file) => {
    await writeFile(file, configuration('127.0.0.1:0'));
    await using watchword = await startWatchword(file, log);
    const answer = await sendRaw(watchword.httpPort ?? 0, CHECK.replace('/-/', '/hidden/'));
    assert.match(answer, /^HTTP\/1.1 403 [\s\S]*pipeline_forbidden/);
  }));
