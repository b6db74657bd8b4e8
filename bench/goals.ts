import type { CaseName } from './cases.ts';
import type { LoadResult } from './load-job.ts';
import { cpuOf, ratioOf } from './report.ts';
import type { Measured } from './run-case.ts';

/** All that a bench has measured. */
export interface Results {
  readonly cases: ReadonlyMap<CaseName, readonly Measured[]>;
  /** CPU of a decision over HTTP as a ratio to an empty node:http server, by convention; empty where it was not measured. */
  readonly http: ReadonlyMap<string, number>;
}

/** One thing that is asked of Watchword, and what came of it. */
export interface Goal {
  readonly what: string;
  /** `x` for a ratio, else the unit. */
  readonly unit: 'x' | 'MiB' | 'ms';
  /** The most that it may be. */
  readonly most: number;
  /** NaN where it was not measured. */
  readonly reached: number;
  /** What stands between a goal that is missed and what was reached. */
  readonly inTheWay: string;
}

const GRPC = 'grpc-js and node:http2 take 25 to 30 µs of a call, of which a decision is 3';
const OLD_STREAMS =
  'pauses of the garbage collector, which finds ended streams held by tables of node:http2';

/** The goals with what was reached, those that were not measured too. */
export function goalsOf({ cases, http }: Results): readonly Goal[] {
  const measured = (name: CaseName) => cases.get(name) ?? [];
  const own = (name: CaseName) => measured(name).find(({ server }) => server === 'watchword');
  const toGo = (name: CaseName, of: (round: LoadResult) => number) =>
    ratioOf(measured(name), of, 'watchword', 'empty Go');
  /** Both cases are divided by the empty server of their own rounds, since they were not measured at once. */
  const toCase = (name: CaseName, other: CaseName) =>
    ratioOf(measured(name), cpuOf, 'watchword', 'empty') /
    ratioOf(measured(other), cpuOf, 'watchword', 'empty');
  const mebibytes = (bytes: number | undefined) => (bytes ?? Number.NaN) / 1024 / 1024;
  const goal = (
    what: string,
    unit: Goal['unit'],
    most: number,
    reached: number,
    inTheWay: string,
  ): Goal => ({
    ...{ what, unit, most, reached, inTheWay },
  });
  return [
    goal('warm decision, CPU beside an empty Go server', 'x', 1.6, toGo('warm', cpuOf), GRPC),
    goal(
      'cold decision (RS256), CPU beside an empty Go server',
      'x',
      2.5,
      toGo('cold', cpuOf),
      `${GRPC}; the signature is 16`,
    ),
    goal(
      'no token, CPU beside a warm decision',
      'x',
      1.1,
      toCase('missing', 'warm'),
      'a body and a challenge are written',
    ),
    goal(
      'expired token, CPU beside a warm decision',
      'x',
      1.1,
      toCase('expired', 'warm'),
      'a body and a challenge are written',
    ),
    goal(
      'bad signature, CPU beside a cold decision',
      'x',
      1.1,
      toCase('denied', 'cold'),
      'a body and a challenge are written',
    ),
    goal(
      'p99 at 2,000 calls a second, beside an empty Go server',
      'x',
      3,
      toGo('paced', ({ p99 }) => p99),
      OLD_STREAMS,
    ),
    goal(
      'peak memory at full load with 100,000 cached tokens',
      'MiB',
      160,
      mebibytes(own('full')?.peak),
      `what is cached of 100,000 tokens; ${OLD_STREAMS}`,
    ),
    goal(
      'memory at rest, keys from a file',
      'MiB',
      80,
      mebibytes(own('warm')?.idle),
      'Node (42), grpc-js, the description of the configuration (zod)',
    ),
    goal(
      'start to first right answer, keys from a file',
      'ms',
      250,
      own('warm')?.ready ?? Number.NaN,
      'modules to load, some 600 files',
    ),
    goal(
      'HTTP forward-auth (nginx), CPU beside an empty node:http server',
      'x',
      1.25,
      http.get('nginx') ?? Number.NaN,
      'headers that node:http reads one by one',
    ),
    goal(
      '10,000 paths, 1,000 issuers, 1,000 pipelines, CPU beside one of each',
      'x',
      1.05,
      ratioOf(measured('many'), cpuOf, 'watchword', 'one of each'),
      'caches of the processor: the tables are larger than they',
    ),
  ];
}

/** `1.43 x`, `87 MiB`, or `-` where it was not measured. */
export function shownFigure(value: number, unit: Goal['unit']): string {
  if (Number.isNaN(value)) return '-';
  return `${unit === 'x' ? value.toFixed(2) : value.toFixed(0)} ${unit}`;
}

export function isReached({ reached, most }: Goal): boolean {
  return reached <= most;
}

/** Reached, missed and by what, or not measured. */
export function verdictOn(goal: Goal): string {
  if (Number.isNaN(goal.reached)) return 'not measured';
  return isReached(goal) ? 'reached' : `missed: ${goal.inTheWay}`;
}

/** The table as text; `|` stands around the cells, so that it is Markdown too. */
export function goalLines(goals: readonly Goal[]): readonly string[] {
  const cells = [
    ['what', 'goal', 'measured', ''],
    ...goals.map((goal) => [
      goal.what,
      shownFigure(goal.most, goal.unit),
      shownFigure(goal.reached, goal.unit),
      verdictOn(goal),
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [
    line(head),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|---|`,
    ...rest.map(line),
  ];
}
