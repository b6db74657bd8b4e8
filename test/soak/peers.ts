import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsOf, HEAD, lineOf } from './peers/judgement.ts';
import { DEFAULTS, runPeer } from './peers/run.ts';
import { HOSTILE_PEERS } from './peers/table.ts';

/**
 * `npm run soak:peers [-- --control] [--seconds 8] [--only WORD] [--program dist/main.js]`: each hostile peer against each port that it
 * is for, in a process with the image's flags, and an honest client with 50 calls a second beside it. Exit code 0 where all of them
 * kept the budget, or with `--control`, where the unlimited stand-in did not.
 */

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const { values } = parseArgs({
    options: {
      control: { type: 'boolean', default: false },
      seconds: { type: 'string', default: String(DEFAULTS.seconds) },
      only: { type: 'string', default: '' },
      program: { type: 'string', default: DEFAULTS.program },
    },
  });
  const program = resolve(values.program);
  if (!existsSync(program)) throw new Error('the program is not built; run: npm run build');
  const options = {
    ...DEFAULTS,
    control: values.control,
    seconds: Number(values.seconds),
    program,
  };
  say(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)} before the first`);
  say(HEAD);
  let failed = 0;
  for (const peer of HOSTILE_PEERS)
    for (const port of peer.ports) {
      if (!`${peer.point} ${peer.attack} ${port}`.includes(values.only)) continue;
      const seen = await runPeer(peer, port, options);
      say(lineOf(seen));
      if (faultsOf(seen).length > 0) failed += 1;
    }
  if (values.control)
    say(failed > 0 ? `${failed} rows bite` : 'the control kept the budget, so no row can fail');
  else say(failed === 0 ? 'passed' : `${failed} rows failed`);
  process.exitCode = failed > 0 === values.control ? 0 : 1;
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
