/** Exit codes of the commands; the contract fixes those of `explain`. */
export const EXIT = { ok: 0, wrong: 1, usage: 2, incomplete: 2, deny: 3, error: 4 } as const;

/** Something wrong with the command line; the message is one line. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A command of the program. */
export interface Command {
  readonly summary: string;
  /** Options as `--help` shows them. */
  readonly usage: string;
  /** Paragraphs that `--help` shows besides. */
  readonly details?: readonly string[];
  /** Runs it and gives the exit code. Throws `UsageError`, `ProblemsError` or `ListenError` for what the user can mend. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}
