import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Goal, goalLines, isReached, shownFigure } from './goals.ts';
import { isBusy, type Machine } from './machine.ts';

/** What a bench leaves for people to read. */
export interface Written {
  readonly machine: Machine;
  /** How it was measured, as a sentence. */
  readonly how: string;
  readonly goals: readonly Goal[];
  /** The figures of each server in each case, as printed. */
  readonly figures: readonly string[];
  /** Those through a gateway; empty where none was measured. */
  readonly gateway: readonly string[];
}

export const BUSY =
  'Other processes were at work, so each figure has some of theirs in it: trust the ratios, and not to a tenth.';

/** Writes `bench.md` and `bench.svg` into a folder. */
export async function writeResults(folder: string, written: Written): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bench.svg'), plot(written));
  await writeFile(join(folder, 'bench.md'), page(written));
}

function page({ machine, how, goals, figures, gateway }: Written): string {
  const { processor, memory, kernel, versions, load } = machine;
  const fenced = (lines: readonly string[]) => ['```', ...lines, '```'];
  return [
    '# What a decision costs',
    '',
    `${processor}, ${memory}, ${kernel}; ${versions}. Load average before: ${load}.`,
    how,
    ...(isBusy(machine) ? ['', BUSY] : []),
    '',
    ...goalLines(goals),
    '',
    '![Each goal and what was reached](bench.svg)',
    '',
    ...fenced(figures),
    ...(gateway.length === 0 ? [] : ['', ...fenced(gateway)]),
    '',
  ].join('\n');
}

const WIDTH = 900;
const ROW = 34;
const TOP = 64;
const LABELS = 430;
/** Where every goal is drawn. */
const GOAL = 280;

/** Bars from 0, each in units of its goal, so that one line is the goal of all. */
function plot({ machine, goals }: Written): string {
  const shown = goals.filter(({ reached }) => !Number.isNaN(reached));
  const height = TOP + shown.length * ROW + 40;
  const line = LABELS + GOAL;
  const bars = shown.map((goal, index) => {
    const y = TOP + index * ROW;
    const width = Math.min(WIDTH - LABELS - 10, (goal.reached / goal.most) * GOAL);
    const colour = isReached(goal) ? '#2e7d32' : '#c62828';
    const figures = `${shownFigure(goal.reached, goal.unit)} of ${shownFigure(goal.most, goal.unit)}`;
    return [
      `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${escaped(goal.what)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="22" fill="${colour}"/>`,
      `<text x="${LABELS + 6}" y="${y + 15}" fill="#fff">${figures}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="10" y="22" font-size="16">What was reached, in units of its goal: shorter is better</text>',
    `<text x="10" y="42" fill="#555">${escaped(`${machine.processor}; ${machine.versions}`)}</text>`,
    ...bars,
    `<line x1="${line}" x2="${line}" y1="${TOP - 6}" y2="${height - 28}" stroke="#000" stroke-dasharray="4"/>`,
    `<text x="${line}" y="${height - 12}" text-anchor="middle">goal</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
