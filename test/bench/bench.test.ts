import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkRequest } from '../../bench/check-messages.ts';
import { verdictOn } from '../../bench/goals.ts';
import type { LoadJob } from '../../bench/load-job.ts';
import { startServer } from '../../bench/server.ts';
import { BenchIssuer } from '../../bench/tokens.ts';
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
    '--results',
    folder.path,
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
  const goals = ended.stdout.split('\n').filter((line) => line.startsWith('| '));
  assert.equal(goals.length, 1 + 11, 'a row for each goal, those that were not measured too');
  const page = await readFile(join(folder.path, 'bench.md'), 'utf8');
  for (const line of goals) assert.ok(page.includes(line), line);
  assert.match(page, /Node 24\..*OpenSSL/);
  const plot = await readFile(join(folder.path, 'bench.svg'), 'utf8');
  // HTTP, memory at rest, the start, and a bad signature beside no cold one.
  assert.equal(plot.match(/<rect [^>]*fill="#(?:2e7d32|c62828)"/g)?.length, 3);
});

test('a rival is measured by how soon it answers, and the keys of its issuer are kept', async () => {
  await using folder = await temporaryFolder('watchword-bench-test-');
  const socket = `unix:${join(folder.path, 'rival.sock')}`;
  await using rival = await startServer(
    {
      ...{ name: 'empty', command: process.execPath, socket },
      args: [join(ROOT, 'bench/empty-server.js'), socket],
      ...{ serving: /^serving/, verdict: { code: 0, reason: null } },
    },
    checkRequest(0, null),
  );
  const keys = join(folder.path, 'keys');
  const options = ['--cases', 'warm', '--rounds', '1', '--seconds', '0.3', '--warm-up', '0.1'];
  const own = ['--server', 'src/main.ts', '--results', folder.path, '--keys', keys];
  const ended = await runBench('run.ts', ...options, ...own, '--rival', rival.address);
  assert.equal(ended.stderr, '');
  const [, shown = ''] = /^ +rival +(.*)$/m.exec(ended.stdout) ?? [];
  assert.match(shown, /^- +- +\d+ /, ended.stdout);
  const { keys: published } = JSON.parse(await readFile(join(keys, 'jwks.json'), 'utf8')) as {
    keys: readonly object[];
  };
  assert.equal(published.length, 2);
  assert.equal((await BenchIssuer.inFolder(keys)).jwks, JSON.stringify({ keys: published }));
});

const goal = (reached: number) => ({
  ...({ what: 'a <thing>', unit: 'x', most: 2, reached, inTheWay: 'a wall' } as const),
});

test('a goal that is missed says what is in the way', () => {
  assert.equal(verdictOn(goal(1.5)), 'reached');
  assert.equal(verdictOn(goal(2.5)), 'missed: a wall');
  assert.equal(verdictOn(goal(Number.NaN)), 'not measured');
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
    pid: server.child?.pid ?? null,
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
