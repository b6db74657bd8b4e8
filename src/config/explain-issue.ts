import type { z } from 'zod';
import { foundValue } from './found-value.ts';
import { hintFor, meaningOf, nearLiteral } from './hints.ts';
import { meantName, otherNames, plainName } from './setting-names.ts';
import type { Settings } from './settings-at.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong, as a place and a sentence. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/**
 * Turns one issue into findings, each with the value found and, where it can be told, what to write: unknown keys one by one with
 * the likely name, or the place where it is known; unions by the branch that was meant.
 */
export function findingsOf(issue: Issue, settings: Settings): readonly Finding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownSetting(issue.path, key, settings));
  if (issue.code === 'invalid_union' && issue.input === undefined) {
    const meaning = meaningOf(issue.path);
    const hint = [expectations(issue.errors), ...(meaning === null ? [] : [meaning])].join('; ');
    return [{ path: issue.path, message: 'is missing', hint }];
  }
  if (issue.code === 'invalid_union') {
    const branch = nearLiteral(issue) === null ? meantBranch(issue.errors) : null;
    if (branch !== null) {
      return branch.flatMap((inner) =>
        findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, settings),
      );
    }
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path: issue.path, message: inner.message }));
  }
  const hint = hintFor(issue);
  const finding = { path: issue.path, message: plain(issue) };
  return [hint === null ? finding : { ...finding, hint }];
}

/** Whether it is the length of a text that stands where a list must: that it is no list is said already. */
export function isLengthOfOtherType(issue: Issue, all: readonly Issue[]): boolean {
  const isLength = issue.code === 'too_big' || issue.code === 'too_small';
  const path = issue.path.join('\0');
  return isLength && all.some((one) => one.code === 'invalid_type' && one.path.join('\0') === path);
}

function unknownSetting(at: readonly PropertyKey[], key: string, settings: Settings): Finding {
  const finding = { path: [...at, key], message: 'unknown setting' };
  if (key === '<<')
    return { ...finding, hint: 'merge keys are not part of YAML 1.2: write the settings out' };
  const valid = settings.at(at).filter((known) => known !== key);
  const meant = meantName(key, valid);
  if (meant !== null) return { ...finding, hint: `did you mean '${meant}'?` };
  const elsewhere = settings.whereIs([plainName(key), ...otherNames(key).map(plainName)], at);
  if (elsewhere.length > 0) return { ...finding, hint: `it belongs to ${elsewhere.join(' or ')}` };
  return valid.length === 0 ? finding : { ...finding, hint: `there is ${valid.join(', ')}` };
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
      if (!issue.message.startsWith('Invalid input')) return issue.message;
      return issue.input === undefined
        ? `is missing (${article(issue.expected)})`
        : instead(issue, `must be ${article(issue.expected)}`);
    case 'invalid_value':
      return instead(
        issue,
        `must be one of ${issue.values.map((one) => `'${String(one)}'`).join(', ')}`,
      );
    case 'invalid_union':
      return instead(issue, `must be ${expectations(issue.errors)}`);
    case 'invalid_format':
      return instead(issue, issue.message);
    case 'too_small':
      return issue.origin === 'array' && /^Too/.test(issue.message)
        ? 'must not be empty'
        : bounded(issue, `at least ${issue.minimum}`);
    case 'too_big':
      return issue.origin === 'array' && /^Too/.test(issue.message)
        ? `must have at most ${issue.maximum} entries`
        : bounded(issue, `at most ${issue.maximum}`);
    default:
      return issue.message;
  }
}

/** What must be, and what is. */
function instead({ input, path }: Issue, message: string): string {
  return input === null ? `is empty: ${message}` : `${message}, not ${foundValue(input, path)}`;
}

/** zod's own sentence is replaced; one that the schema gives stays. */
function bounded(issue: Issue, bound: string): string {
  return /^Too (?:small|big)/.test(issue.message)
    ? instead(issue, `must be ${bound}`)
    : issue.message;
}

/** What the branches of a union would have accepted. */
function expectations(branches: readonly (readonly Issue[])[]): string {
  return [...new Set(branches.flatMap((branch) => branch.map(expectation)))].join(', or ');
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value')
    return issue.values.map((value) => `\`${String(value)}\``).join(', ');
  return issue.code === 'invalid_type'
    ? article(issue.expected)
    : issue.message.replace(/^must be /, '');
}

function article(type: string): string {
  if (type === 'array' || type === 'tuple') return 'a list';
  if (type === 'record') return 'an object';
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
