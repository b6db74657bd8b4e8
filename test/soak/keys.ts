import { existsSync } from 'node:fs';
import { PROGRAM } from '../../deploy/demo/stack.ts';
import { judge } from './judgement.ts';
import { readOptions } from './options.ts';
import { runSoak } from './soak.ts';

/**
 * `npm run soak:keys [-- --control] [--seconds 60] [--rate 2000] [--flood 500]`: two instances behind a real Envoy, an issuer that
 * rotates its keys, is flooded and goes away, and restarts under load. Exit code 0 where no valid token was refused, or with
 * `--control`, where some were.
 */

// So that what removes processes and files at the exit runs.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  if (!existsSync(PROGRAM)) throw new Error('the program is not built; run: npm run build');
  const options = readOptions(process.argv.slice(2));
  const result = await runSoak(options, (line) => process.stdout.write(`${line}\n`));
  const faults = judge(options, result);
  for (const fault of faults) process.stdout.write(`FAILED: ${fault}\n`);
  if (faults.length === 0) process.stdout.write('passed\n');
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
