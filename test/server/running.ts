import { pino } from 'pino';
import { until } from '../../deploy/support/until.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { CheckClient, type CheckResponse } from '../support/check-client.ts';
import { ask, type HttpResponse } from '../support/http-client.ts';
import { checkRequest, type HttpCheck, reasonOf } from './question.ts';
import { readSeries, type Series } from './series.ts';

/** A Watchword in this process, and what can be asked of it. Disposing of it stops it. */
export interface Running extends AsyncDisposable {
  readonly grpcPort: number;
  readonly adminPort: number;
  readonly httpPort: number | null;
  readonly consolePort: number | null;
  readonly client: CheckClient;
  /** Every line that it has logged, parsed. */
  readonly log: readonly LogLine[];
  check(httpCheck: HttpCheck): Promise<CheckResponse>;
  /** The reason of the answer to a question. */
  reason(httpCheck: HttpCheck): Promise<string>;
  get(path: string): Promise<HttpResponse>;
  metrics(): Promise<Series>;
  /** Waits for a log line that says this. */
  said(message: string): Promise<LogLine>;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** Starts a Watchword with the configuration at a path; its ports are free ones where the configuration says 0. `candidate` judges beside. */
export async function run(path: string, candidate: string | null = null): Promise<Running> {
  await using stack = new AsyncDisposableStack();
  const log: LogLine[] = [];
  const sink = { write: (line: string) => void log.push(JSON.parse(line) as LogLine) };
  const started = stack.use(
    await startWatchword(path, pino({ base: null }, sink), undefined, candidate),
  );
  const { grpcPort, adminPort, httpPort, consolePort } = started;
  const client = stack.use(new CheckClient(`127.0.0.1:${grpcPort}`));
  const check = (httpCheck: HttpCheck) => client.check(checkRequest(httpCheck));
  const get = (target: string) =>
    ask({ port: adminPort, method: 'GET', host: 'admin', path: target, headers: [] });
  const owned = stack.move();
  return {
    grpcPort,
    adminPort,
    httpPort,
    consolePort,
    client,
    log,
    check,
    reason: async (httpCheck) => reasonOf(await check(httpCheck)),
    get,
    metrics: async () => readSeries((await get('/metrics')).body),
    said: (message) =>
      until(`the log line '${message}'`, () => log.find(({ msg }) => msg === message)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
