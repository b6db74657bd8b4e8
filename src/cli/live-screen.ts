import type { Screen } from '../top/render.ts';

/** Of a terminal that does not say how large it is. */
const USUAL = { columns: 80, rows: 24 } as const;
/** Another screen than the one of the shell, without a cursor (xterm's control sequences, DECSET 1049 and 25). */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const END_OF_LINE = '\u001b[K';
const BELOW = '\u001b[J';
/** Ctrl-C and Ctrl-D are bytes like others while the terminal is raw. */
const ENDS = ['q', 'Q', '\u0003', '\u0004'];

/**
 * The terminal while something is drawn on it again and again, at its size of the moment. Disposing of it gives the shell its screen
 * back, however it ended.
 */
export class LiveScreen implements Disposable {
  readonly #stopped = Promise.withResolvers<'stopped'>();
  #last: (screen: Screen) => readonly string[] = () => [];

  constructor() {
    process.stdout.write(ENTER);
    process.stdout.on('resize', this.#redraw);
    process.on('SIGINT', this.#stop);
    process.on('SIGTERM', this.#stop);
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#typed);
    process.stdin.resume();
  }

  /** Draws what the lines are for the size of the screen; again where that changes. */
  draw(linesFor: (screen: Screen) => readonly string[]): void {
    this.#last = linesFor;
    this.#redraw();
  }

  /** Waits so many milliseconds. False where somebody has ended it: by q, Ctrl-C or a signal. */
  async waits(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<'waited'>((resolve) => {
      timer = setTimeout(() => resolve('waited'), milliseconds);
    });
    const ended = await Promise.race([waited, this.#stopped.promise]);
    clearTimeout(timer);
    return ended === 'waited';
  }

  readonly #redraw = (): void => {
    const { columns, rows } = process.stdout;
    const size = { columns: columns || USUAL.columns, rows: rows || USUAL.rows };
    const colors = (process.env['NO_COLOR'] ?? '') === '';
    const lines = this.#last({ ...size, colors }).slice(0, size.rows);
    const text = lines.map((line) => `${line}${END_OF_LINE}`).join('\r\n');
    process.stdout.write(`${HOME}${text}${BELOW}`);
  };

  readonly #stop = (): void => this.#stopped.resolve('stopped');

  readonly #typed = (typed: Buffer): void => {
    const text = typed.toString('latin1');
    if (ENDS.some((key) => text.includes(key))) this.#stop();
  };

  [Symbol.dispose](): void {
    process.stdout.off('resize', this.#redraw);
    process.off('SIGINT', this.#stop);
    process.off('SIGTERM', this.#stop);
    if (process.stdin.isTTY) {
      process.stdin.off('data', this.#typed);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
    process.stdout.write(LEAVE);
  }
}
