import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { DEFAULT_CONFIG } from '../config/read.ts';
import { VERSION } from '../server/version.ts';
import { startWatchword } from '../server/watchword.ts';
import { type Command, EXIT } from './command.ts';

export const serve: Command = {
  summary: 'Answers checks until it is stopped. Reloads the configuration when its files change.',
  usage: '[--config FILE_OR_FOLDER]',
  details: [`  --config  default: ${DEFAULT_CONFIG}`],
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string', default: DEFAULT_CONFIG } },
    });
    const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
    // Before the start, so that a signal during it stops in order too.
    const stopped = stopSignal();
    await using watchword = await startWatchword(values.config, log);
    log.info(
      {
        version: VERSION,
        grpcPort: watchword.grpcPort,
        adminPort: watchword.adminPort,
        ...(watchword.httpPort === null ? {} : { httpPort: watchword.httpPort }),
        ...(watchword.consolePort === null ? {} : { consolePort: watchword.consolePort }),
      },
      'serving',
    );
    // Without a listener Node opens a debugger, which shows whoever connects to it the keys and the tokens.
    process.on('SIGUSR1', () => log.info({ signal: 'SIGUSR1' }, 'ignored'));
    const signal = await stopped;
    log.info({ signal }, 'stopping');
    return EXIT.ok;
  },
};

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}
