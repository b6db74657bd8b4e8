import { hasBar } from './http-match.ts';
import { EVERY_PATH, isLiteralSegment, literalStart, type PathPattern } from './path-pattern.ts';

/**
 * Paths that an endpoint of Express Gateway matches. Its `paths` are read by path-to-regexp 0.1, in any letter case and
 * with or without a slash at the end.
 */
export interface PathShape {
  /** Every path of the shape is in one of these. */
  readonly patterns: readonly PathPattern[];
  /** Whether nothing else is. */
  readonly isExact: boolean;
  /** What every path of the shape begins with, lower case. */
  readonly start: string;
}

const EVERY: PathShape = { patterns: [EVERY_PATH], isExact: true, start: '/' };

/** What ends the literal part of a path: the others are letters of the regular expression that the path becomes. */
const SPECIAL = /[\\^$|?*+()[\]{}:]/;
const QUANTIFIER = /^[?*+{]/;

/** An Express path as shapes; one that is not exact stands at its longest literal prefix. */
export function expressPath(path: string): readonly PathShape[] {
  if (path === '*' || path === '/*') return [EVERY];
  if (!path.startsWith('/') || hasBar(path)) return [anywhereBelow([], '')];
  const segments = splitSegments(path.slice(1));
  if (segments.at(-1) === '') segments.pop();
  return shapesOf(segments, []);
}

function shapesOf(rest: readonly string[], before: readonly string[]): readonly PathShape[] {
  const [segment, ...others] = rest;
  if (segment === undefined) return [exactly(before)];
  if (others.length === 0 && segment.endsWith('*') && isStem(segment.slice(0, -1)))
    return beginningWith(segment.slice(0, -1).toLowerCase(), before);
  const onward = (next: string) => shapesOf(others, [...before, next]);
  const words = wordsOf(segment);
  if (words !== null) return words.flatMap((word) => onward(word.toLowerCase()));
  const [, optional] = /^:\w+(\??)$/.exec(segment) ?? [];
  if (optional === '') return onward('*');
  if (optional === '?') return [...shapesOf(others, before), ...onward('*')];
  if (IN_ONE_SEGMENT.test(segment)) return onward('*').map(inexact);
  return [unsaid(segment, before)];
}

/** `/a/*`, and `/a*`, which matches `/ab` too. */
function beginningWith(stem: string, before: readonly string[]): readonly PathShape[] {
  if (stem === '') return [below(before)];
  const whole = [...before, stem];
  return [exactly(whole), below(whole), anywhereBelow(before, stem)];
}

function isStem(text: string): boolean {
  return text === '' || isLiteral(text);
}

/** The words that a segment may be: itself, or those of `(a|b)` and `:name(a|b)`; null where it is no literal. */
function wordsOf(segment: string): readonly string[] | null {
  const words = /^(?::\w+)?\(([^()]*)\)$/.exec(segment)?.[1]?.split('|') ?? [segment];
  return words.every(isLiteral) ? words : null;
}

/** A parameter of digits, word characters or a plain class: no slash is in it. `*` would become `(.*)`, and `.` a dot. */
const IN_ONE_SEGMENT =
  /^:\w+\((?:(?:\\[dw]|\[(?:[A-Za-z0-9_]|[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d)+-?\]|[A-Za-z0-9_-]|\|)(?:[+?]|\{\d+(?:,\d*)?\})?)+\)$/;

function isLiteral(segment: string): boolean {
  return segment !== '' && !SPECIAL.test(segment) && isLiteralSegment(segment);
}

/** From a segment on that has no pattern. A quantifier or an optional parameter takes the slash before it away. */
function unsaid(segment: string, before: readonly string[]): PathShape {
  if (QUANTIFIER.test(segment) || /^\.?:/.test(segment))
    return anywhereBelow(before.slice(0, -1), '');
  const end = SPECIAL.exec(segment)?.index ?? segment.length;
  const literal = segment.slice(0, QUANTIFIER.test(segment.slice(end)) ? end - 1 : end);
  return anywhereBelow(before, literal.replace(/\.$/, '').toLowerCase());
}

function exactly(segments: readonly string[]): PathShape {
  const withSlash = { segments: [...segments, ''], isOpen: false };
  const patterns = segments.length === 0 ? [withSlash] : [{ segments, isOpen: false }, withSlash];
  return { patterns, isExact: true, start: literalStart(patterns[0] ?? withSlash).text };
}

function below(segments: readonly string[]): PathShape {
  const pattern = { segments, isOpen: true };
  return { patterns: [pattern], isExact: true, start: literalStart(pattern).text };
}

function anywhereBelow(segments: readonly string[], literal: string): PathShape {
  const pattern = { segments, isOpen: true };
  const { text } = literalStart(pattern);
  const isLiteral = !segments.includes('*');
  return { patterns: [pattern], isExact: false, start: isLiteral ? text + literal : text };
}

function inexact(shape: PathShape): PathShape {
  return { ...shape, isExact: false };
}

/** The parts between slashes that are in no parentheses. */
function splitSegments(path: string): string[] {
  const segments = [''];
  let depth = 0;
  for (const character of path) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '/' && depth === 0) segments.push('');
    else segments[segments.length - 1] += character;
  }
  return segments;
}

/** A `pathRegex`, which is taken as it is written: where it begins with a literal path. */
export function regexPath(source: string): PathShape {
  if (!source.startsWith('^/') && !source.startsWith('^\\/')) return anywhereBelow([], '');
  if (hasBar(source)) return anywhereBelow([], '');
  const [literal = ''] = /^(?:[A-Za-z0-9_/~@!,=&'-]|\\[/.-])*/.exec(source.slice(1)) ?? [];
  const rest = source.slice(1 + literal.length);
  const cut = QUANTIFIER.test(rest) ? literal.replace(/\\?.$/, '') : literal;
  const text = cut.replaceAll('\\', '').toLowerCase();
  const segments = text.slice(1).split('/');
  const last = segments.pop() ?? '';
  if (!segments.every((one) => isLiteral(one))) return anywhereBelow([], '');
  const whole = last === '' ? segments : [...segments, last];
  if (cut === literal && WHOLE_SEGMENT.test(rest) && (last === '' || isLiteral(last))) {
    const { patterns } = exactly(whole);
    return { patterns: [...patterns, ...below(whole).patterns], isExact: false, start: text };
  }
  return anywhereBelow(segments, last);
}

/** After a literal part: the end, or a slash and more. */
const WHOLE_SEGMENT =
  /^(?:\\?\/\?)?\$$|^\((?:\?:)?(?:\\?\/\|\$|\$\|\\?\/)\)|^\((?:\?:)?\\?\/[^()|]*\)[?*]?\$$/;
