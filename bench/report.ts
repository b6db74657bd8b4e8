import type { CaseName } from './cases.ts';
import type { LoadResult } from './load-job.ts';
import type { Measured } from './run-case.ts';
import type { ServerName } from './server.ts';
import { median } from './statistics.ts';

/** The figures of one server in one case: medians over the rounds. */
export interface Figures {
  readonly server: ServerName;
  /** CPU time of the server for each decision, all threads, in microseconds. */
  readonly cpu: number;
  /** `cpu` divided by that of the empty server in the same round; of Watchword with one of each, where that is beside it. */
  readonly ratio: number;
  readonly decisionsPerSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly ready: number;
  /** In MiB. */
  readonly peak: number;
  readonly idle: number;
}

const MEBIBYTE = 1024 * 1024;

/** Sums up what was measured in a case. */
export function figuresOf(measured: readonly Measured[]): readonly Figures[] {
  const base = measured.find(({ server }) => server === 'empty' || server === 'one of each');
  return measured.map(({ server, ready, idle, peak, rounds }) => {
    const middle = (of: (round: LoadResult, index: number) => number) => median(rounds.map(of));
    return {
      server,
      cpu: middle(cpuOf),
      ratio: middle((round, index) => cpuOf(round) / cpuOf(base?.rounds[index])),
      decisionsPerSecond: middle(({ calls, seconds }) => calls / seconds),
      p50: middle((round) => round.p50 / 1000),
      p99: middle((round) => round.p99 / 1000),
      ready,
      peak: peak / MEBIBYTE,
      idle: idle / MEBIBYTE,
    };
  });
}

/** Microseconds of CPU of one decision. */
export function cpuOf(round: LoadResult | undefined): number {
  return round === undefined || round.serverCpu === 0 ? Number.NaN : round.serverCpu / round.calls;
}

/** The median over the rounds of what a server has, as a ratio to what another one has in the same round; NaN where one is not there. */
export function ratioOf(
  measured: readonly Measured[],
  of: (round: LoadResult) => number,
  server: ServerName,
  to: ServerName,
): number {
  const [a, b] = [server, to].map((name) => measured.find((one) => one.server === name));
  if (a === undefined || b === undefined) return Number.NaN;
  return median(
    a.rounds.map((round, index) => {
      const other = b.rounds[index];
      return other === undefined ? Number.NaN : of(round) / of(other);
    }),
  );
}

const COLUMNS: readonly (readonly [title: string, value: (figures: Figures) => string])[] = [
  ['CPU us/decision', ({ cpu }) => cpu.toFixed(1)],
  ['x empty', ({ ratio }) => ratio.toFixed(2)],
  ['decisions/s', ({ decisionsPerSecond }) => decisionsPerSecond.toFixed(0)],
  ['p50 ms', ({ p50 }) => p50.toFixed(2)],
  ['p99 ms', ({ p99 }) => p99.toFixed(2)],
  ['peak MiB', ({ peak }) => peak.toFixed(0)],
  ['idle MiB', ({ idle }) => idle.toFixed(0)],
  ['ready ms', ({ ready }) => ready.toFixed(0)],
];

/** The first line of the table. */
export function tableHead(): string {
  return ['case'.padEnd(9), 'server'.padEnd(11), ...COLUMNS.map(([title]) => title)].join('  ');
}

/** The lines of one case. */
export function tableLines(name: CaseName, rows: readonly Figures[]): readonly string[] {
  return rows.map((figures, index) =>
    [
      (index === 0 ? name : '').padEnd(9),
      figures.server.padEnd(11),
      ...COLUMNS.map(([title, value]) => value(figures).replace('NaN', '-').padStart(title.length)),
    ].join('  '),
  );
}
