import type { Board } from './board.ts';

/** The terminal: how much room there is, and whether it has colours. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

type Color = 'green' | 'yellow' | 'red' | 'bold' | 'dim';
/** ECMA-48 section 8.3.117. */
const CODES: Readonly<Record<Color, number>> = { green: 32, yellow: 33, red: 31, bold: 1, dim: 2 };
const OUTCOMES: Readonly<Record<string, Color>> = { allow: 'green', deny: 'yellow', error: 'red' };

/** Lines that are shown of what readiness says. */
const MAX_REMARKS = 4;
/** Narrower, the mode has no column. */
const WITH_MODE = 72;

/** A board as lines that fit a screen: no line is longer, and no more lines than rows. */
export function renderBoard(board: Board, screen: Screen): readonly string[] {
  const head = [...headOf(board, screen), ''];
  const room = Math.max(1, screen.rows - head.length - 2);
  const { decisions } = board;
  const rows = decisions.slice(0, room).map((one) => rowOf(one, screen));
  const rest = decisions.length - rows.length;
  const lines = [...head, titlesOf(screen), ...rows];
  if (rest > 0) lines.push(line([[`and ${rest} more`, 'dim']], screen));
  return lines.slice(0, screen.rows);
}

type Piece = readonly [text: string, color?: Color];

/** Cuts a line where the screen ends; colours take no room. */
function line(pieces: readonly Piece[], { columns, colors }: Screen): string {
  let left = columns;
  return pieces
    .map(([text, color]) => {
      // What a terminal would obey; an issuer's answer may be quoted in what readiness says.
      const shown = text.replace(/\p{Cc}/gu, '?').slice(0, left);
      left -= shown.length;
      return color === undefined || !colors || shown === ''
        ? shown
        : `\u001b[${CODES[color]}m${shown}\u001b[0m`;
    })
    .join('')
    .trimEnd();
}

function headOf(board: Board, screen: Screen): readonly string[] {
  const { version, hash, ready, up, perSecond, latency, cache, remarks } = board;
  const { allow, deny, error } = perSecond;
  const found =
    cache.hitShare === null ? '' : `, ${(100 * cache.hitShare).toFixed(1)} % of look-ups found`;
  return [
    line(
      [
        [`watchword ${version}  `, 'bold'],
        ready ? ['ready', 'green'] : ['not ready', 'red'],
        [`  up ${duration(up)}  configuration ${hash}`],
      ],
      screen,
    ),
    line(
      [
        [`${rate(allow)}/s allow  `, 'green'],
        [`${rate(deny)}/s deny  `, 'yellow'],
        [`${rate(error)}/s error  `, 'red'],
        [latencyShown(latency)],
      ],
      screen,
    ),
    line([[`${cache.entries} tokens in the cache${found}`]], screen),
    ...remarks.slice(0, MAX_REMARKS).map((remark) => line([['! ', 'yellow'], [remark]], screen)),
    ...(remarks.length > MAX_REMARKS
      ? [line([[`! and ${remarks.length - MAX_REMARKS} more: /readyz`, 'dim']], screen)]
      : []),
  ];
}

/** Widths of rate, total, outcome and mode; pipeline and reason share the rest. */
const WIDTHS = { rate: 9, total: 12, outcome: 8, mode: 9 } as const;

function cells(
  screen: Screen,
  texts: readonly [string, string, string, string, string, string],
): readonly [string, string, string] {
  const [rateText, total, outcome, mode, pipeline, reason] = texts;
  const hasMode = screen.columns >= WITH_MODE;
  const rest =
    screen.columns - WIDTHS.rate - WIDTHS.total - WIDTHS.outcome - (hasMode ? WIDTHS.mode : 0) - 2;
  const width = Math.max(8, Math.floor(rest / 2));
  const before = `${rateText.padStart(WIDTHS.rate)}${total.padStart(WIDTHS.total)}  `;
  const after = `${hasMode ? mode.padEnd(WIDTHS.mode) : ''}${cut(pipeline, width)}${reason}`;
  return [before, outcome.padEnd(WIDTHS.outcome), after];
}

function titlesOf(screen: Screen): string {
  const titles = cells(screen, ['/s', 'in all', 'outcome', 'mode', 'pipeline', 'reason']);
  return line([[titles.join(''), 'dim']], screen);
}

function rowOf(row: Board['decisions'][number], screen: Screen): string {
  const { perSecond, total, outcome, mode, pipeline, reason } = row;
  const texts = [rate(perSecond), String(total), outcome, mode, pipeline, reason] as const;
  const [before, middle, after] = cells(screen, texts);
  return line([[before], [middle, OUTCOMES[outcome] ?? 'dim'], [after]], screen);
}

function cut(text: string, width: number): string {
  return text.length < width ? text.padEnd(width) : `${text.slice(0, width - 2)}… `;
}

function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

/** Nothing where nothing was decided. */
function latencyShown({ p50, p99 }: Board['latency']): string {
  return p50 === null || p99 === null ? '' : `p50 ≤ ${seconds(p50)}  p99 ≤ ${seconds(p99)}`;
}

function seconds(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '∞';
  return value < 0.001 ? `${Math.round(value * 1e6)} µs` : `${Math.round(value * 1e4) / 10} ms`;
}

function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes} min`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}
