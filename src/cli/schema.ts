import { parseArgs } from 'node:util';
import { configSchema } from '../config/json-schema.ts';
import { casesSchema } from '../config/shape-cases.ts';
import { type Command, EXIT, print } from './command.ts';

export const schema: Command = {
  summary: 'Prints the JSON Schema of the configuration.',
  usage: '[--cases]',
  details: ['  --cases  that of the file of `watchword test`'],
  run: async (args) => {
    const options = { cases: { type: 'boolean', default: false } } as const;
    const { values } = parseArgs({ args: [...args], options });
    print(JSON.stringify(values.cases ? casesSchema() : configSchema(), null, 2));
    return EXIT.ok;
  },
};
