import { parseArgs } from 'node:util';
import { configSchema } from '../config/json-schema.ts';
import { type Command, EXIT, print } from './command.ts';

export const schema: Command = {
  summary: 'Prints the JSON Schema of the configuration.',
  usage: '',
  run: async (args) => {
    parseArgs({ args: [...args], options: {} });
    print(JSON.stringify(configSchema(), null, 2));
    return EXIT.ok;
  },
};
