import { pathPatternFault } from '../policy/path-pattern-fault.ts';

/**
 * A path pattern of `match` as segments in lower case: `*` is one segment that is not empty. Open patterns
 * end in `**`. Here that is what is below the path, `/a/` and `/a/b` for `/a/**`; `/a` itself is a pattern of its own.
 */
export interface PathPattern {
  readonly segments: readonly string[];
  readonly isOpen: boolean;
}

export const EVERY_PATH: PathPattern = { segments: [], isOpen: true };

export function patternText({ segments, isOpen }: PathPattern): string {
  return `/${[...segments, ...(isOpen ? ['**'] : [])].join('/')}`;
}

/** Whether `match` can have a segment as it is written. */
export function isLiteralSegment(segment: string): boolean {
  return !segment.includes('*') && pathPatternFault(`/${segment}/x`) === null;
}

/** The path of an open pattern itself, which `**` covers in `match` too; null for `/**`, which has none. */
export function baseOf({ segments, isOpen }: PathPattern): PathPattern | null {
  return isOpen && segments.length > 0 ? { segments, isOpen: false } : null;
}

/** Whether some path is in both. */
export function overlaps(a: PathPattern, b: PathPattern): boolean {
  const both = Math.min(a.segments.length, b.segments.length);
  for (let at = 0; at < both; at += 1) {
    const [one = '', other = ''] = [a.segments[at], b.segments[at]];
    if (one !== other && !isStarFor(one, other) && !isStarFor(other, one)) return false;
  }
  return isLongEnough(a, b) && isLongEnough(b, a);
}

function isLongEnough(path: PathPattern, pattern: PathPattern): boolean {
  if (path.isOpen) return true;
  const length = path.segments.length;
  return pattern.isOpen ? length > pattern.segments.length : length === pattern.segments.length;
}

/** Whether every path of `a` is in `b`. */
export function isWithin(a: PathPattern, b: PathPattern): boolean {
  const isDeepEnough = b.isOpen
    ? a.segments.length + (a.isOpen ? 1 : 0) > b.segments.length
    : !a.isOpen && a.segments.length === b.segments.length;
  return (
    isDeepEnough &&
    b.segments.every((other, at) => {
      const one = a.segments[at] ?? '';
      return one === other || isStarFor(other, one);
    })
  );
}

function isStarFor(star: string, segment: string): boolean {
  return star === '*' && segment !== '';
}

/** Which of two patterns that have a path in common `match` takes for it: negative for `a`, as PathTable finds them. */
export function compareSpecificity(a: PathPattern, b: PathPattern): number {
  const length = Math.max(a.segments.length, b.segments.length) + 1;
  for (let at = 0; at < length; at += 1) {
    const difference = rankAt(a, at) - rankAt(b, at);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankAt({ segments }: PathPattern, at: number): number {
  const segment = segments[at];
  if (segment === undefined) return 2;
  return segment === '*' ? 1 : 0;
}

/** What every path of a pattern begins with. */
export function literalStart(pattern: PathPattern): { text: string; isWhole: boolean } {
  const star = pattern.segments.indexOf('*');
  const literal = star === -1 ? pattern.segments : pattern.segments.slice(0, star);
  const isWhole = star === -1 && !pattern.isOpen;
  return { text: `/${literal.join('/')}${isWhole || literal.length === 0 ? '' : '/'}`, isWhole };
}
