import { parseArgs } from 'node:util';
import { type LoggerOptions, pino } from 'pino';
import { DEFAULT_CONFIG } from '../config/read.ts';
import { VERSION } from '../server/version.ts';
import { startWatchword } from '../server/watchword.ts';
import { type Command, EXIT } from './command.ts';
import { openSink } from './log-sink.ts';

const STDOUT = 1;
/** How long the last lines may take to be read, in milliseconds. */
const LAST_LINES = 1_000;

/** Times and levels as words. */
const LOG_OPTIONS: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};

export const serve: Command = {
  summary: 'Answers checks until it is stopped. Reloads the configuration when its files change.',
  usage: '[--config FILE_OR_FOLDER] [--candidate FILE_OR_FOLDER]',
  details: [
    `  --config     default: ${DEFAULT_CONFIG}
  --candidate  a configuration that judges every request too, without changing the answer; differences are counted and logged`,
  ],
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: DEFAULT_CONFIG },
        candidate: { type: 'string' },
      },
    });
    const sink = openSink(STDOUT);
    await using _ = { [Symbol.asyncDispose]: () => sink.close(LAST_LINES) };
    const log = pino(LOG_OPTIONS, sink);
    // Without a listener Node opens a debugger, which shows whoever connects to it the keys and the tokens.
    process.on('SIGUSR1', () => log.info({ signal: 'SIGUSR1' }, 'ignored'));
    // Before the start, so that a signal during it stops in order too.
    const stopped = stopSignal();
    const candidate = values.candidate ?? null;
    await using watchword = await startWatchword(values.config, log, sink, candidate);
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
