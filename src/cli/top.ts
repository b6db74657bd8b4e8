import { parseArgs } from 'node:util';
import { parseDuration } from '../base/duration.ts';
import { systemCode } from '../base/system-code.ts';
import { boardOf } from '../top/board.ts';
import { renderBoard, type Screen } from '../top/render.ts';
import { readSnapshot, type Snapshot } from '../top/snapshot.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';
import { LiveScreen } from './live-screen.ts';

const OPTIONS = {
  url: { type: 'string', default: 'http://127.0.0.1:9190' },
  interval: { type: 'string', default: '2s' },
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** An answer takes no longer, in milliseconds. */
const TIMEOUT = 5_000;

export const top: Command = {
  summary: 'Shows live decisions in the terminal, from the admin port. q ends it.',
  usage: '[--url http://127.0.0.1:9190] [--interval 2s] [--once] [--json]',
  details: [
    `  --url       where /metrics and /readyz are: listen.admin. In a cluster: kubectl port-forward deploy/watchword 9190
  --interval  time between two looks; rates are those of the time between
  --once      looks twice and ends, as it does where the output is no terminal
  --json      an object for each look, one a line`,
  ],
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { once, json } = values;
    const interval = parseDuration(values.interval);
    if (interval === null || interval < 100)
      throw new UsageError('--interval must be a duration of 100ms or more, such as 2s');
    const url = adminUrl(values.url);
    try {
      const first = await look(url);
      if (process.stdout.isTTY && !once && !json) await showLive(url, first, interval);
      else await printLooks(url, first, interval, { once: once || !json, json });
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      printError(`watchword top: ${error.message}`);
      return EXIT.wrong;
    }
  },
};

/** The admin port did not answer as a Watchword does; the message is one line. */
class NoAnswer extends Error {}

function adminUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url must be http://HOST:PORT of listen.admin');
  return url;
}

/** Asks the admin port. Throws `NoAnswer`. */
async function look(url: URL): Promise<Snapshot> {
  const [metrics, readyz] = await Promise.all([textAt(url, '/metrics'), textAt(url, '/readyz')]);
  const snapshot = readSnapshot(metrics, readyz, Date.now());
  if (snapshot === null)
    throw new NoAnswer(`${new URL('/metrics', url)} is not that of Watchword; is it listen.admin?`);
  return snapshot;
}

async function textAt(base: URL, path: string): Promise<string> {
  const url = new URL(path, base);
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
    return await answer.text();
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    const why = (error as Error).name === 'TimeoutError' ? 'no answer in 5 s' : systemCode(cause);
    throw new NoAnswer(
      `nothing answers at ${url}: ${why}; name listen.admin with --url, in a cluster after kubectl port-forward deploy/watchword 9190`,
    );
  }
}

/** Prints a look for each interval, or one. */
async function printLooks(
  url: URL,
  first: Snapshot,
  interval: number,
  { once, json }: { readonly once: boolean; readonly json: boolean },
): Promise<void> {
  let before = first;
  do {
    await new Promise((resolve) => setTimeout(resolve, interval));
    const now = await look(url);
    const board = boardOf(before, now);
    if (json) print(JSON.stringify(board));
    else for (const line of renderBoard(board, PAPER)) print(line);
    before = now;
  } while (!once);
}

/** What a file or a pipe has room for. */
const PAPER: Screen = { columns: 120, rows: 10_000, colors: false };

/** Draws the board again and again, until somebody ends it. A server that goes away is waited for. */
async function showLive(url: URL, first: Snapshot, interval: number): Promise<void> {
  using screen = new LiveScreen();
  let before = first;
  let board = boardOf(first, first);
  const draw = (fault: string | null): void =>
    screen.draw((size) => {
      const note = fault === null ? [] : [fault.slice(0, size.columns)];
      return [...note, ...renderBoard(board, { ...size, rows: size.rows - note.length })];
    });
  draw(null);
  while (await screen.waits(interval)) {
    try {
      const now = await look(url);
      board = boardOf(before, now);
      before = now;
      draw(null);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      draw(error.message);
    }
  }
}
