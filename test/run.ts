import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run as runTests } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UNAVAILABLE } from '../deploy/support/found.ts';
import { report, summary } from './support/report.ts';
import { type Missing, setUp } from './support/setup.ts';

/*
 * Runs everything that needs no cluster: format, lint, types, build and all tests. What they need is
 * fetched meanwhile. Arguments: test files in place of all; with `--only`, nothing but them.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `make e2e` runs those that need Kubernetes, `make mutation` those that take minutes. */
const ELSEWHERE = ['test/chart/**', 'test/e2e/**', 'test/kube/**', 'test/mutation/mutation*'];

/** What goes through the gRPC listener; of these, what `lean` does not have. */
const OF_LISTENER = [
  'test/transport/*.test.ts',
  'test/server/*.test.ts',
  'test/conformance/{envoy,envoy-http2,grpc}.test.ts',
];
const OF_GRPC_JS = ['test/transport/{health,reflection}.test.ts'];

const CHECKS: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ['format and lint', 'biome', 'ci', process.stdout.isTTY ? '--colors=force' : '--colors=off', '.'],
  [
    'lint with types',
    'oxlint',
    '--type-aware',
    'src',
    'console',
    'test',
    'deploy',
    'bench',
    'tools',
  ],
  ['types of src, build', 'tsc'],
  ['types of the console', 'tsc', '-p', 'console'],
  ['build of the console', 'node', 'tools/build-page.mjs'],
  ['types of tests', 'tsc', '-p', 'test'],
];

const PATH = `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;

/** As many as a small machine has cores. */
const AT_ONCE = 2;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the checks in turn. Whether all of them passed. */
async function check(): Promise<boolean> {
  for (const [title, command, ...args] of CHECKS) {
    const start = performance.now();
    const env = { ...process.env, PATH };
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => said.push(chunk));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    const took = `${((performance.now() - start) / 1_000).toFixed(1)} s`;
    print(`${code === 0 ? 'ok' : 'NO'}  ${title}  ${took}`);
    if (code !== 0) {
      print(Buffer.concat(said).toString());
      return false;
    }
  }
  return true;
}

async function main(files: readonly string[]): Promise<boolean> {
  if (files[0] === '--only') return test(files.slice(1), []);
  print('=== format, lint, types, build; programs that the tests need');
  const [isClean, missing] = await Promise.all([check(), setUp(print)]);
  if (!isClean) return false;
  const unavailable = missing.flatMap(({ entry, why }) => (entry === null ? [] : [[entry, why]]));
  process.env[UNAVAILABLE] = JSON.stringify(Object.fromEntries(unavailable));
  if (files.length > 0) return test(files, missing);
  const isRight = await test(
    globSync('test/**/*.test.ts', { cwd: ROOT, exclude: ELSEWHERE }),
    missing,
  );
  print('\n=== the tests of the gRPC listener again, with listen.grpcServer: lean');
  process.env['TEST_GRPC_SERVER'] = 'lean';
  return (await test(globSync(OF_LISTENER, { cwd: ROOT, exclude: OF_GRPC_JS }), [])) && isRight;
}

/** Runs test files. Whether all passed, and no program was missing. */
async function test(files: readonly string[], missing: readonly Missing[]): Promise<boolean> {
  if (files.length === 0) throw new Error('there are no tests');
  print(`\n=== ${files.length} test files`);
  const events = runTests({ files: files.toSorted(), cwd: ROOT, concurrency: AT_ONCE });
  const ended = await report(events, print, ROOT);
  print('');
  for (const line of summary(ended)) print(line);
  for (const { program, why } of missing) print(`${program} is missing: ${why}`);
  return ended.failures.length === 0 && missing.length === 0;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
