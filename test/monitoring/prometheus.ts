import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../deploy/support/free-port.ts';
import { until } from '../../deploy/support/until.ts';
import { findPromtool } from '../support/promtool.ts';
import type { Scrape } from './scripted-hour.ts';

const run = promisify(execFile);

/** Labels that a scrape adds. */
export type TargetLabels = Readonly<Record<string, string>>;

/** A series of an answer: its labels, and its values with their times in seconds. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** A real Prometheus with an hour in its store. */
export interface Prometheus extends AsyncDisposable {
  /** When the hour ends, in seconds since the epoch. */
  readonly end: number;
  /** The answer at the end of the hour, or at a minute of it. Throws with what Prometheus says of a query that is wrong. */
  at(query: string, minute?: number): Promise<readonly Series[]>;
  /** The answers over the hour, a minute apart. */
  over(query: string): Promise<readonly Series[]>;
}

/** Writes scrapes into the store of a Prometheus, a minute apart, the last one now, and starts it. */
export async function prometheusWith(
  targets: readonly (readonly [labels: TargetLabels, scrapes: readonly Scrape[]])[],
): Promise<Prometheus> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'watchword-prometheus-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const promtool = await findPromtool();
  const end = Math.floor(Date.now() / 1000);
  const last = Math.max(...targets.flatMap(([, scrapes]) => scrapes.map(({ minute }) => minute)));
  const timeOf = (minute: number): number => end - (last - minute) * 60;
  await writeFile(join(folder, 'hour.txt'), openMetricsOf(targets, timeOf));
  const data = join(folder, 'data');
  const blocks = ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'hour.txt'), data];
  await run(promtool, blocks, { maxBuffer: 1e8 });
  await writeFile(join(folder, 'prometheus.yml'), '');
  const [port = 0] = await freePorts(1);
  const program = join(dirname(promtool), 'prometheus');
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const ready = (): Promise<true | undefined> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  await until('Prometheus', ready, 30_000);
  const owned = stack.move();
  return {
    end,
    at: async (query, minute = last) => {
      const found = await ask(`${url}/api/v1/query`, { query, time: String(timeOf(minute)) });
      return found.map(({ metric, value }) => ({ metric, values: value ? [value] : [] }));
    },
    over: async (query) => {
      const range = { start: String(timeOf(0)), end: String(end), step: '60' };
      const found = await ask(`${url}/api/v1/query_range`, { query, ...range });
      return found.map(({ metric, values = [] }) => ({ metric, values }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

async function ask(url: string, query: Readonly<Record<string, string>>) {
  const response = await fetch(`${url}?${new URLSearchParams(query)}`);
  const { error, data } = (await response.json()) as Answer;
  if (data === undefined) throw new Error(`${query['query']}: ${error}`);
  return data.result;
}

/** All scrapes as one text with times: the lines of a family stand together, which the format demands. */
function openMetricsOf(
  targets: readonly (readonly [labels: TargetLabels, scrapes: readonly Scrape[]])[],
  timeOf: (minute: number) => number,
): string {
  const families = new Map<string, { readonly type: string; readonly lines: string[] }>();
  for (const [labels, scrapes] of targets) {
    for (const { minute, text } of scrapes) addScrape(families, labels, text, timeOf(minute));
  }
  const filled = [...families].filter(([, { lines }]) => lines.length > 0);
  const texts = filled.map(([name, { type, lines }]) => {
    const family = type === 'counter' ? name.replace(/_total$/, '') : name;
    return `# TYPE ${family} ${type}\n${lines.join('\n')}\n`;
  });
  return `${texts.join('')}# EOF\n`;
}

function addScrape(
  families: Map<string, { readonly type: string; readonly lines: string[] }>,
  labels: TargetLabels,
  text: string,
  time: number,
): void {
  const added = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== '') {
      const family = families.get(name) ?? { type, lines: [] };
      families.set(name, family);
      lines = family.lines;
    } else if (line !== '' && !line.startsWith('#')) {
      lines.push(`${withLabels(line, added)} ${time}`);
    }
  }
}

function withLabels(line: string, added: readonly string[]): string {
  const [, name = '', own = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  return `${name}{${[...(own === '' ? [] : [own]), ...added].join(',')}} ${value}`;
}
