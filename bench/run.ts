import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import { CASES, type CaseName } from './cases.ts';
import { benchEnvoy } from './envoy-run.ts';
import { goalLines, goalsOf } from './goals.ts';
import { benchHttp } from './http-run.ts';
import { describeMachine, isBusy } from './machine.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { figuresOf, tableHead, tableLines } from './report.ts';
import { BUSY, writeResults } from './results.ts';
import { type Measured, runCase } from './run-case.ts';
import { BenchIssuer } from './tokens.ts';

/** `npm run bench`: what a decision costs, beside a server that decides nothing. See README.md. */

async function bench(options: BenchOptions): Promise<void> {
  if (!existsSync(options.server)) throw new Error(`there is no ${options.server}: npm run build`);
  await using folder = await temporaryFolder('watchword-bench-');
  const machine = await describeMachine(options.withGo);
  const { processor, versions, load } = machine;
  const how = howOf(options);
  print(`${processor}; ${versions}; load average ${load}`);
  print(isBusy(machine) ? `${how} ${BUSY}` : how);
  print('');
  const issuer =
    options.keys === null ? await BenchIssuer.create() : await BenchIssuer.inFolder(options.keys);
  const figures: string[] = [];
  const show = (line: string): void => {
    figures.push(line);
    print(line);
  };
  show(tableHead());
  const cases = new Map<CaseName, readonly Measured[]>();
  for (const one of CASES.filter(({ name }) => options.cases.includes(name))) {
    const measured = await runCase(one, issuer, options, folder.path);
    for (const line of tableLines(one.name, figuresOf(measured))) show(line);
    cases.set(one.name, measured);
  }
  let http: ReadonlyMap<string, number> = new Map();
  if (options.cases.includes('warm') && options.rate === null && !options.overSocket) {
    show('');
    http = await benchHttp(options, show);
  }
  const gateway = options.withEnvoy ? await benchEnvoy(options, issuer) : [];
  for (const line of ['', ...gateway]) print(line);
  const goals = goalsOf({ cases, http });
  for (const line of goalLines(goals)) print(line);
  await writeResults(options.results, { machine, how, goals, figures, gateway });
  print(`\nwritten to ${options.results}: bench.md, bench.svg`);
  if (options.json === null) return;
  const results = [...cases].map(([name, measured]) => ({
    ...{ case: name, about: CASES.find((one) => one.name === name)?.about },
    ...{ figures: figuresOf(measured), measured },
  }));
  const document = { machine, options, results, goals };
  await writeFile(options.json, `${JSON.stringify(document, null, 2)}\n`);
}

function howOf({ rounds, seconds, rate, overSocket, withGo }: BenchOptions): string {
  const load = rate === null ? '32 in flight' : `${rate} calls/s`;
  const over = overSocket ? 'Unix socket' : 'TCP';
  const go = withGo ? '' : ' Without --go there is no empty Go server to compare with.';
  return `${rounds} rounds of ${seconds} s, 2 connections over ${over}, ${load}; medians.${go}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

// The servers name their files from the root of the repository, wherever this was started.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// Without a listener a signal would end this process before its folder is removed; the children end with it.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}
try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) print(USAGE);
  else await bench(options);
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
