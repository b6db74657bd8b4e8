import { parseArgs } from 'node:util';
import { compile } from '../config/compile.ts';
import { IssuerPool } from '../config/open-issuers.ts';
import { readConfig } from '../config/read.ts';
import { openCertificates } from '../server/certificates.ts';
import { type Command, DEFAULT_CONFIG, EXIT, print } from './command.ts';
import { silentKeyEvents } from './silent-key-events.ts';

export const validate: Command = {
  summary:
    'Checks a configuration and the key files that it names. Prints every problem; fetches nothing.',
  usage: '[--config FILE_OR_FOLDER]',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string', default: DEFAULT_CONFIG } },
    });
    await using pool = new IssuerPool(() => silentKeyEvents);
    const read = await readConfig(values.config);
    const { policy } = await compile(read, pool);
    await openCertificates(read.config.listen);
    const { pipelines, issuers } = policy;
    print(
      `${values.config} is right: ${counted(pipelines.size, 'pipeline')}, ${counted(issuers.size, 'issuer')}`,
    );
    return EXIT.ok;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
