import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkRequest } from '../../bench/check-messages.ts';
import type { LoadJob } from '../../bench/load-job.ts';
import { startServer } from '../../bench/server.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Runs a file of the bench; the exit code and what it printed. */
async function runBench(file: string, ...args: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [join(ROOT, 'bench', file), ...args], {
      cwd: ROOT,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

// Never whether a time is good: the bench is what says so, on a quiet machine.
test('the bench runs to its end and gives every figure of every server', async () => {
  await using folder = await temporaryFolder('watchword-bench-test-');
  const json = join(folder.path, 'figures.json');
  const short = [
    '--rounds',
    '1',
    '--seconds',
    '0.5',
    '--warm-up',
    '0.2',
    '--server',
    'src/main.ts',
  ];
  const ended = await runBench('run.ts', '--cases', 'warm,denied', ...short, '--json', json);
  assert.equal(ended.stderr, '');
  assert.equal(ended.code, 0);
  const { results } = JSON.parse(await readFile(json, 'utf8')) as {
    results: readonly { case: string; figures: readonly Record<string, string | number>[] }[];
  };
  assert.deepEqual(
    results.flatMap(({ case: name, figures }) => figures.map(({ server }) => [name, server])),
    [
      ['warm', 'watchword'],
      ['warm', 'empty'],
      ['denied', 'watchword'],
      ['denied', 'empty'],
    ],
  );
  for (const figures of results.flatMap((one) => one.figures)) {
    assert.deepEqual(Object.keys(figures), FIGURES);
    for (const name of FIGURES.slice(1)) {
      assert.ok(Number(figures[name]) > 0, `${name} of ${figures['server']} is ${figures[name]}`);
    }
  }
  const rows = ended.stdout.split('\n').filter((line) => /^\S* +(watchword|empty) /.test(line));
  // Two cases over gRPC, three conventions over HTTP.
  assert.equal(rows.length, 2 * 2 + 3 * 2);
});

const FIGURES = [
  'server',
  'cpu',
  'ratio',
  'decisionsPerSecond',
  'p50',
  'p99',
  'ready',
  'peak',
  'idle',
];

test('the load fails where answers are not what they must be', async () => {
  await using folder = await temporaryFolder('watchword-bench-test-');
  const requests = join(folder.path, 'requests');
  await writeFile(requests, checkRequest(0, null));
  await using server = await startServer(
    {
      name: 'empty',
      command: process.execPath,
      args: [join(ROOT, 'bench/empty-server.js'), `unix:${join(folder.path, 'empty.sock')}`],
      serving: /^serving/,
      socket: `unix:${join(folder.path, 'empty.sock')}`,
      verdict: { code: 0, reason: null },
    },
    checkRequest(0, null),
  );
  const job: LoadJob = {
    address: server.address,
    pid: server.child.pid,
    requests,
    first: 0,
    connections: 2,
    inFlight: 32,
    rate: 1000,
    warmUp: 0.1,
    // On a busy machine a tenth of a second may pass without one answer that is decoded.
    seconds: 2,
    verdict: { code: 16, reason: 'token_missing' },
  };
  const failed = await runBench('load.ts', JSON.stringify(job));
  assert.match(failed.stdout, /an answer has code 0, reason null; it should have code 16/);
  assert.equal(failed.code, 1);
  const passed = await runBench(
    'load.ts',
    JSON.stringify({ ...job, verdict: server.plan.verdict }),
  );
  assert.equal(passed.code, 0, passed.stdout);
});

test('a wrong option is said in one line', async () => {
  const { code, stderr } = await runBench('run.ts', '--rounds', 'many');
  assert.equal(code, 1);
  assert.equal(stderr, 'bench: --rounds many is not a number above 0\n');
});

test('the cost of consumers is given for both kinds of attributes', async () => {
  const { code, stdout, stderr } = await runBench('consumers.ts', '100');
  assert.equal(stderr, '');
  assert.equal(code, 0);
  const rows = stdout.split('\n').filter((line) => line.startsWith('| 100 |'));
  assert.equal(rows.length, 2);
});
