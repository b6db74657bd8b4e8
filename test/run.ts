import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { setUp } from './support/setup.ts';

/** Tests that need Kubernetes; `make e2e` runs them. */
const NEED_A_CLUSTER = ['test/chart/**', 'test/e2e/**', 'test/kubernetes/**'];

/** Runs everything: what is missing is installed, then format, lint, types, build and all tests. Arguments: test files in place of all. */
const COMMANDS: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ['format and lint', 'biome', 'ci', process.stdout.isTTY ? '--colors=force' : '--colors=off', '.'],
  ['lint with types', 'oxlint', '--type-aware', 'src'],
  ['types of src, build', 'tsc'],
  ['types of tests', 'tsc', '-p', 'test'],
];

function run(title: string, command: string, args: readonly string[]): void {
  process.stdout.write(`\n=== ${title}\n`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const files = process.argv.slice(2);
await setUp((line) => process.stdout.write(`${line}\n`));
for (const [title, command, ...args] of COMMANDS) run(title, command, args);
const tests =
  files.length > 0 ? files : globSync('test/**/*.test.ts', { exclude: NEED_A_CLUSTER }).sort();
if (tests.length === 0) throw new Error('there are no tests');
run(`${tests.length} test files`, process.execPath, ['--test', '--test-concurrency=2', ...tests]);
