/** Something wrong in what the user wrote: where, what, and what to do about it. */
export interface Problem {
  /** File and setting, for example `watchword.yaml:12 pipelines[0].match[0].paths[1]`. */
  readonly path: string;
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
  /** What would be right, where that can be said. */
  readonly hint?: string;
}

/** One line for a terminal or a log: path, message, hint. */
export function describeProblem(problem: Problem): string {
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${problem.path}: ${problem.message}${hint}`;
}

/** Bad input that stops a command: carries every problem found, not only the first. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'ProblemsError';
    this.problems = problems;
  }
}
