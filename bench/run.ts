import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import { CASES } from './cases.ts';
import { benchHttp } from './http-run.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { figuresOf, tableHead, tableLines } from './report.ts';
import { runCase } from './run-case.ts';
import { BenchIssuer } from './tokens.ts';

/** `npm run bench`: what a decision costs, beside a server that decides nothing. See README.md. */

async function bench(options: BenchOptions): Promise<void> {
  if (!existsSync(options.server)) throw new Error(`there is no ${options.server}: npm run build`);
  await using folder = await temporaryFolder('watchword-bench-');
  const issuer = await BenchIssuer.create();
  const results = [];
  print(machineLine(options));
  print('');
  print(tableHead());
  for (const one of CASES.filter(({ name }) => options.cases.includes(name))) {
    const measured = await runCase(one, issuer, options, folder.path);
    const figures = figuresOf(measured);
    for (const line of tableLines(one.name, figures)) print(line);
    results.push({ case: one.name, about: one.about, figures, measured });
  }
  if (options.cases.includes('warm') && options.rate === null && !options.overSocket) {
    print('');
    await benchHttp(options, print);
  }
  if (options.json === null) return;
  const document = { node: process.version, cpu: cpuModel(), options, results };
  await writeFile(options.json, `${JSON.stringify(document, null, 2)}\n`);
}

function machineLine({ rounds, seconds, rate, overSocket }: BenchOptions): string {
  const load = rate === null ? '32 in flight' : `${rate} calls/s`;
  const over = overSocket ? 'Unix socket' : 'TCP';
  return `${cpuModel()}, Node ${process.version}; ${rounds} rounds of ${seconds} s, 2 connections over ${over}, ${load}`;
}

function cpuModel(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
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
