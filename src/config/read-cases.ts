import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Problem, ProblemsError } from '../base/problem.ts';
import { systemCode } from '../base/system-code.ts';
import { findingsOf } from './explain-issue.ts';
import { readFragment } from './fragment.ts';
import { dotted } from './read.ts';
import { settingsOf } from './settings-at.ts';
import { CASES, type PolicyCase } from './shape-cases.ts';

/** The cases of a file, and how to name a part of one to its author. */
export interface CasesRead {
  readonly file: string;
  readonly cases: readonly PolicyCase[];
  /** `file:line:column cases[0].request.url`. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

const FORM = { schema: CASES, called: 'a file of cases' };

/** Reads a file of cases. Throws `ProblemsError` with every problem. */
export async function readCases(file: string): Promise<CasesRead> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ProblemsError([{ path: file, message: `cannot be read: ${systemCode(error)}` }]);
  });
  const read = readFragment(resolve(file), basename(file), text, FORM);
  if (!read.ok) throw new ProblemsError(read.problems);
  const { value, placeOf: at } = read.fragment;
  const placeOf = (path: readonly PropertyKey[]): string => `${at(path)} ${dotted(path)}`.trim();
  const parsed = CASES.safeParse(value, { reportInput: true });
  if (parsed.success) return { file, cases: parsed.data.cases, placeOf };
  const settings = settingsOf(CASES);
  const problems = parsed.error.issues
    .flatMap((issue) => findingsOf(issue, settings))
    .map(({ path, message, hint }): Problem => {
      return { path: placeOf(path), message, ...(hint === undefined ? {} : { hint }) };
    });
  throw new ProblemsError(problems);
}
