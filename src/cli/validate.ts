import { parseArgs } from 'node:util';
import { describeProblem } from '../base/problem.ts';
import { configHash } from '../config/hash.ts';
import { DEFAULT_CONFIG, readConfig } from '../config/read.ts';
import { compile } from '../live/compile.ts';
import { IssuerPool } from '../live/issuer-pool.ts';
import { openCertificates } from '../server/certificates.ts';
import { type Command, EXIT, print, printError } from './command.ts';
import { silentKeyEvents } from './silent-key-events.ts';

export const validate: Command = {
  summary:
    'Checks a configuration with the key files and the list of consumers that it names. Prints every problem, and warnings of what is valid and probably a mistake; fetches nothing.',
  usage: '[--config FILE_OR_FOLDER] [--hash]',
  details: [
    `  --config  default: ${DEFAULT_CONFIG}`,
    '  --hash    prints only the hash that watchword_config_info has where this configuration runs',
  ],
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: DEFAULT_CONFIG },
        hash: { type: 'boolean', default: false },
      },
    });
    await using pool = new IssuerPool(() => silentKeyEvents);
    const read = await readConfig(values.config);
    const { policy, warnings } = await compile(read, pool);
    await openCertificates(read.config.listen);
    for (const warning of warnings) printError(`warning: ${describeProblem(warning)}`);
    const { pipelines, issuers, consumers } = policy;
    const found = [
      counted(pipelines.size, 'pipeline'),
      counted(issuers.size, 'issuer'),
      ...(read.config.consumers === undefined ? [] : [counted(consumers.size, 'consumer')]),
    ];
    const right = `${values.config} is right: ${found.join(', ')}`;
    print(values.hash ? configHash(read.config) : right);
    return EXIT.ok;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
