import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeProblem, type Problem, ProblemsError } from '../base/problem.ts';
import { fileHint, systemCode } from '../base/system-code.ts';
import { DEFAULT_CONFIG, readConfig } from '../config/read.ts';
import { type CasesRead, readCases } from '../config/read-cases.ts';
import type { PolicyCase } from '../config/shape-cases.ts';
import { REASONS } from '../decision/reason.ts';
import { AskedError } from '../explain/asked.ts';
import { compile } from '../live/compile.ts';
import { IssuerPool } from '../live/issuer-pool.ts';
import { type FileResults, junitOf, linesOf } from '../policy-test/junit.ts';
import { claimsPolicy, offlinePolicy } from '../policy-test/policies.ts';
import { askedIn, type CaseContext, type CaseResult, runCase } from '../policy-test/run-case.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';
import { routesIn } from './route-files.ts';
import { silentKeyEvents } from './silent-key-events.ts';

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  objects: { type: 'string', multiple: true, default: [] as string[] },
  junit: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const test: Command = {
  summary:
    'Checks what a configuration decides about the requests of a file, without network. Exit code 0 all as expected, 1 some are not, 2 a file is wrong.',
  usage:
    '[--config FILE_OR_FOLDER] [--objects ROUTES.yaml] [--junit FILE] [--json] CASES.yaml [CASES.yaml ...]',
  details: [
    `  --config   default: ${DEFAULT_CONFIG}
  --objects  route objects, as the cluster would have them
  --junit    writes the results as JUnit XML too
  --json     prints them as JSON
Cases: docs/policy-tests.md; their JSON Schema: watchword schema --cases`,
  ],
  run: async (args) => {
    const options = { args: [...args], options: OPTIONS, allowPositionals: true } as const;
    const { values, positionals } = parseArgs(options);
    if (positionals.length === 0) throw new UsageError('a file of cases is missing');
    try {
      const files = await Promise.all(positionals.map(readCases));
      const results = await resultsOf(files, values.config, values.objects);
      if (values.junit !== undefined) await writeJunit(values.junit, junitOf(results));
      const all = results.flatMap((one) => one.results);
      const failed = all.filter(({ passed }) => !passed).length;
      if (values.json) print(JSON.stringify(jsonOf(results, failed), null, 2));
      else printResults(results, failed);
      return failed === 0 ? EXIT.ok : EXIT.wrong;
    } catch (error) {
      // 1 says that a case fails; a file that cannot be judged is something else.
      if (!(error instanceof ProblemsError)) throw error;
      for (const problem of error.problems) printError(describeProblem(problem));
      return EXIT.usage;
    }
  },
};

/** Judges every case. Throws `ProblemsError` where the configuration or a case is wrong. */
async function resultsOf(
  files: readonly CasesRead[],
  config: string,
  objects: readonly string[],
): Promise<readonly FileResults[]> {
  const read = await readConfig(config);
  // Its issuers are never put to use, so nothing is fetched.
  await using pool = new IssuerPool(() => silentKeyEvents);
  const { policy } = await compile(read, pool);
  const context: CaseContext = {
    offline: offlinePolicy(policy),
    claims: await claimsPolicy(policy),
    tokenBytes: read.config.limits.tokenBytes,
    headerBytes: read.config.limits.headerBytes,
    ...(await routesIn(objects, read.config.routes)),
  };
  const asked = await Promise.all(files.map((one) => askedInFile(one, context)));
  const problems = asked.flatMap((one) => one.problems);
  if (problems.length > 0) throw new ProblemsError(problems);
  return Promise.all(
    asked.map(async ({ file, ready }) => ({
      file,
      results: await Promise.all(ready.map((run) => run())),
    })),
  );
}

/** The cases of a file, ready to be judged, or what is wrong with them. */
async function askedInFile(
  { file, cases, placeOf }: CasesRead,
  context: CaseContext,
): Promise<{
  readonly file: string;
  readonly ready: readonly (() => Promise<CaseResult>)[];
  readonly problems: readonly Problem[];
}> {
  const ready: (() => Promise<CaseResult>)[] = [];
  const problems: Problem[] = [];
  for (const [index, one] of cases.entries()) {
    try {
      const asked = askedIn(one, await tokenOf(one), context);
      ready.push(() => runCase(one, asked, context));
    } catch (error) {
      problems.push({ path: placeOf(['cases', index, ...partOf(error)]), ...faultOf(error) });
    }
  }
  return { file, ready, problems };
}

async function tokenOf({ token, tokenFile }: PolicyCase): Promise<string | null> {
  return tokenFile === undefined ? (token ?? null) : (await readFile(tokenFile, 'utf8')).trim();
}

/** Which part of a case an error is about. */
function partOf(error: unknown): readonly string[] {
  return error instanceof AskedError ? ['request', error.option] : ['tokenFile'];
}

function faultOf(error: unknown): Pick<Problem, 'message' | 'hint'> {
  if (error instanceof AskedError) return { message: error.fault };
  const hint = fileHint(error);
  const message = `cannot be read: ${systemCode(error)}`;
  return hint === null ? { message } : { message, hint };
}

async function writeJunit(file: string, xml: string): Promise<void> {
  await writeFile(file, xml).catch((error: unknown) => {
    throw new UsageError(`--junit ${file} cannot be written: ${systemCode(error)}`);
  });
}

function printResults(files: readonly FileResults[], failed: number): void {
  for (const { file, results } of files) {
    if (files.length > 1) print(file);
    results.forEach(printResult);
  }
  const total = files.flatMap(({ results }) => results).length;
  print(`\n${total - failed} of ${total} as expected`);
}

function printResult(result: CaseResult): void {
  print(`${result.passed ? 'ok  ' : 'FAIL'} ${result.name}`);
  if (!result.passed) for (const line of linesOf(result)) print(`       ${line}`);
}

function jsonOf(files: readonly FileResults[], failed: number): unknown {
  const cases = files.flatMap(({ file, results }) =>
    results.map(({ name, passed, reason, ...rest }) => {
      return { file, name, passed, outcome: REASONS[reason].outcome, reason, ...rest };
    }),
  );
  return { passed: cases.length - failed, failed, cases };
}
