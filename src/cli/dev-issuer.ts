import { type Command, EXIT, printError } from './command.ts';
export const devIssuer: Command = {
  summary: 'x',
  usage: '',
  run: async () => {
    printError('stub');
    return EXIT.wrong;
  },
};
