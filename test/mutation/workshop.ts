import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Mutation, mutated, SUITES, type Suite } from './mutation.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** What the suites need of the project. */
const COPIED = [
  'package.json',
  'proto',
  'src',
  'test/answer',
  'test/check',
  'test/console/guard.test.ts',
  'test/conformance',
  'test/mutation/kept-keys.ts',
  'test/policy',
  'test/routes',
  'test/support',
  'test/token',
  'test/transport/forward-auth',
  'test/wire',
];

/** How one test of a suite ended. */
export interface Ended {
  readonly passed: boolean;
  /** It failed because it saw something wrong, not because something broke. */
  readonly asserted: boolean;
}

/** A copy of the project that can be spoiled, one check at a time. */
export class Workshop implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'watchword-mutation-'));
    for (const path of COPIED) {
      await cp(join(PROJECT, path), join(folder, path), { recursive: true });
    }
    await writeFile(join(folder, 'keys.json'), JSON.stringify(rsaKeys()), { mode: 0o600 });
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    return new Workshop(folder);
  }

  /** Runs tests of a suite by their titles. */
  run(suite: Suite, titles: readonly string[]): Promise<ReadonlyMap<string, Ended>> {
    return runTests(this.#folder, SUITES[suite].file, titles);
  }

  /** Runs some work with a check disabled, and puts it back. */
  async disabled<T>(mutation: Mutation, work: () => Promise<T>): Promise<T> {
    const file = join(this.#folder, 'src', mutation.file);
    const source = await readFile(file, 'utf8');
    await writeFile(file, mutated(mutation, source));
    try {
      return await work();
    } finally {
      await writeFile(file, source);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** As many as a suite makes. */
const KEYS = 8;

function rsaKeys(): readonly string[] {
  return Array.from({ length: KEYS }, () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  });
}

/** Each test with one of the titles, as the test runner reports it (Test Anything Protocol, version 13). */
async function runTests(
  folder: string,
  file: string,
  titles: readonly string[],
): Promise<ReadonlyMap<string, Ended>> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  // Most of a run is the compiling of modules that are the same in every run.
  const env = { ...inherited, NODE_COMPILE_CACHE: join(folder, 'compiled') };
  const patterns = titles.map((title) => `--test-name-pattern=/^${escaped(title)}$/`);
  const options = ['--import', './test/mutation/kept-keys.ts', '--test-reporter=tap'];
  const runner = spawn(process.execPath, [...options, ...patterns, file], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [report, errors] = await Promise.all([text(runner.stdout), text(runner.stderr)]);
  const ended = readReport(report, new Set(titles));
  if (ended.size === 0) throw new Error(`${file} ran none of '${titles.join("', '")}': ${errors}`);
  return ended;
}

const RESULT = /^ *(not ok|ok) \d+ - (.*)$/;

function readReport(report: string, titles: ReadonlySet<string>): ReadonlyMap<string, Ended> {
  const ended = new Map<string, Ended>();
  let title = '';
  for (const line of report.split('\n')) {
    const [, result, shown = ''] = RESULT.exec(line) ?? [];
    if (result !== undefined) {
      title = shown.replace(/\\(.)/g, '$1');
      // A title that is there twice passes only if both do.
      const passed = result === 'ok' && ended.get(title)?.passed !== false;
      if (titles.has(title)) ended.set(title, { passed, asserted: false });
    } else if (/^ *code: 'ERR_ASSERTION'$/.test(line) && titles.has(title)) {
      ended.set(title, { passed: false, asserted: true });
    }
  }
  return ended;
}

function escaped(title: string): string {
  return title.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}
