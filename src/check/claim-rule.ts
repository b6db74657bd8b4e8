import { shown, shownWithType } from '../base/shown.ts';
import type { ClaimRule, ClaimValue } from '../policy/requirement.ts';

/** Longest text that `matches` looks at, in characters: linear time is still time. */
const MAX_MATCHED = 8_192;

/** JSON's null says that there is no value. */
export function isAbsent(value: unknown): boolean {
  return (value ?? null) === null;
}

/** Whether a claim's value satisfies a rule. Never throws, whatever the value is. */
export function satisfies(rule: ClaimRule, value: unknown): boolean {
  // `not` must not turn "too long to look at" into a pass.
  if (rule.matches !== null && textsOf(value).some((text) => text.length > MAX_MATCHED))
    return false;
  return holds(rule, value) !== rule.not;
}

function holds({ accepted, contains, containsAny, matches }: ClaimRule, value: unknown): boolean {
  if (isAbsent(value)) return false;
  const words = contains.length + containsAny.length === 0 ? [] : wordsOf(value);
  return (
    (accepted === null || isOneOf(accepted, value)) &&
    contains.every((one) => words.includes(one)) &&
    (containsAny.length === 0 || containsAny.some((one) => words.includes(one))) &&
    (matches === null || textsOf(value).some((text) => matches.matches(text)))
  );
}

/** A list satisfies `in` with one of its members: that is what `groups` and `roles` mean. */
function isOneOf(accepted: ReadonlySet<ClaimValue>, value: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.some((one) => accepted.has(one as ClaimValue));
}

/** The members of a list, the words of a text, or the one value. */
function wordsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? value.split(' ') : [value];
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

/** What a rule accepts, and what is there in its place. */
export function ruleShown({ path, not, ...rule }: ClaimRule, value: unknown): string {
  const found = `claim ${shown(path)} is ${shownWithType(value)}`;
  const asked = askedBy(rule);
  if (asked === '') return `${found}, it must ${not ? 'not ' : ''}be there`;
  return `${found}, ${not ? 'not ' : ''}accepted: ${asked}`;
}

function askedBy({
  accepted,
  contains,
  containsAny,
  matches,
}: Omit<ClaimRule, 'path' | 'not'>): string {
  const all = (values: Iterable<ClaimValue>) =>
    [...values].map(shownWithType).join(', ').slice(0, 512);
  return [
    ...(accepted === null ? [] : [all(accepted)]),
    ...(contains.length === 0 ? [] : [`what contains ${all(contains)}`]),
    ...(containsAny.length === 0 ? [] : [`what contains one of ${all(containsAny)}`]),
    ...(matches === null
      ? []
      : [`what matches ${shown(matches.source)} with at most ${MAX_MATCHED} characters`]),
  ].join(' and ');
}
