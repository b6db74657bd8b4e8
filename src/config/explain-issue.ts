import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What zod found wrong, as a place and a sentence. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/** Turns one issue into findings: unknown keys one by one with the likely name among those of `keysAt`, unions by the branch that was meant. */
export function findingsOf(
  issue: Issue,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): readonly Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const valid = keysAt(issue.path).filter((known) => known !== key);
      const meant = closest(key, valid);
      const finding = { path: [...issue.path, key], message: 'unknown setting' };
      return meant === null ? finding : { ...finding, hint: `did you mean '${meant}'?` };
    });
  }
  if (issue.code === 'invalid_union' && issue.input === undefined) {
    const hint = issue.errors.flatMap((branch) => branch.map(expectation)).join(', or ');
    return [{ path: issue.path, message: 'is missing', hint }];
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch !== null) {
      return branch.flatMap((inner) =>
        findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, keysAt),
      );
    }
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path: issue.path, message: inner.message }));
  }
  return [{ path: issue.path, message: plain(issue) }];
}

/** The branch whose type fits: its issues lie deeper than the union itself, or say more than "wrong type". */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fits = (issues: readonly Issue[]) =>
    issues.length > 0 &&
    issues.every(
      (one) => one.path.length > 0 || !['invalid_type', 'invalid_value'].includes(one.code),
    );
  return branches.find(fits) ?? null;
}

function plain(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      // A setting that this version does not have: its own message says so.
      if (issue.expected === 'never') return issue.message;
      return issue.input === undefined
        ? `is missing (${article(issue.expected)})`
        : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => `'${String(value)}'`).join(', ')}`;
    case 'invalid_union':
      return 'has a wrong type or value';
    case 'too_small':
      return issue.origin === 'array' && /^Too/.test(issue.message)
        ? 'must not be empty'
        : bounded(issue, `at least ${issue.minimum}`);
    case 'too_big':
      return bounded(issue, `at most ${issue.maximum}`);
    default:
      return issue.message;
  }
}

/** zod's own sentence is replaced; one that the schema gives stays. */
function bounded(issue: Issue, bound: string): string {
  return /^Too (?:small|big)/.test(issue.message) ? `must be ${bound}` : issue.message;
}

/** What one branch of a union would have accepted. */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value')
    return issue.values.map((value) => `\`${String(value)}\``).join(', ');
  return issue.code === 'invalid_type' ? article(issue.expected) : issue.message;
}

function article(type: string): string {
  if (type === 'array' || type === 'tuple') return 'a list';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** The known name that differs least, where it differs little. */
function closest(word: string, known: readonly string[]): string | null {
  const [best] = known
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.name
    : null;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
