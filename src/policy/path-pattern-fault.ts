import { SEVERAL_READINGS, segmentsOf } from './path.ts';

/** What regular expressions have and paths of APIs seldom: anchors, classes, groups with operators, quantifiers. */
const REGEX = /^[\^~]|\$$|\([^)]*[|?*+\\.^$[][^)]*\)|\[[^\]]*\]|\.[*+]|\\[dws/.-]|\{\d+,?\d*\}/;
const NO_REGEX =
  "regular expressions are not taken: '*' stands for one segment, '**' at the end for the rest";

/** The same as `pathPatternFault`, with the pattern that was meant where that can be told. Not for paths that are to be open. */
export function pathPatternAdvice(pattern: string): string | null {
  const fault = pathPatternFault(pattern);
  if (fault === null) return null;
  const meant = meantBy(pattern);
  return meant === null ? fault : `${fault}: write '${meant}'`;
}

/** Whether a valid pattern looks like a regular expression, which would be compared as it is written. */
export function looksLikeRegex(pattern: string): boolean {
  return REGEX.test(pattern);
}

/**
 * Says why a path pattern is not valid, or null. A pattern is a path of literal segments, `*` for one segment, and `**` as the last
 * segment for the rest.
 */
export function pathPatternFault(pattern: string): string | null {
  if (pattern === '') return "'' does not begin with '/': '/' is the root alone, '/**' everything";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(pattern))
    return `'${pattern}' is a URL: scheme and host do not belong to a path, which begins with '/'`;
  const fault = formFault(pattern);
  return fault !== null && REGEX.test(pattern) ? `${fault}; ${NO_REGEX}` : fault;
}

function formFault(pattern: string): string | null {
  if (!pattern.startsWith('/')) return `'${pattern}' does not begin with '/'`;
  if (pattern.includes('?')) return `'${pattern}' has a query; only the path is matched`;
  if (SEVERAL_READINGS.test(pattern)) {
    return /[^ -~]|%[89a-f]/i.test(pattern)
      ? `'${pattern}' has characters outside ASCII, which gateways and backends read in several ways: '*' alone can stand for such a segment`
      : `'${pattern}' has several readings: write it decoded, without '//', '.', '..', '%', ';' or '\\'`;
  }
  const segments = segmentsOf(pattern);
  const wrong = segments.find((s) => s.includes('*') && s !== '*' && s !== '**');
  if (wrong !== undefined) return `'${wrong}' in '${pattern}': '*' stands for a whole segment only`;
  const rest = segments.indexOf('**');
  if (rest !== -1 && rest !== segments.length - 1)
    return `'**' in '${pattern}' is not at the end; '*' stands for one segment`;
  return null;
}

/** The pattern that was meant, where it can be told and covers no less: a hint must not open what was to be protected. */
function meantBy(pattern: string): string | null {
  if (/^\*+$/.test(pattern.trim())) return '/**';
  const isAnchored = /^[~^]/.test(pattern);
  const path = pattern
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/\?[^()]*[=&].*$/, '')
    .replace(/^[~^*\s]+(?=\/)/, '')
    // The ways in which regular expressions, and globs, say "and what is below".
    .replace(
      /(?:\/?\(?\.[*+]\)?|\/?\((?:\?:)?(?:\/\.\*\)\?|\/\|\$\)(?:\(?\.\*\)?)?)|\*+\/?)\$?$/,
      '/**',
    )
    .replace(/\/{2,}/g, '/')
    // A segment that has to be encoded can only be named by what stands for any.
    .replace(/[^/]*(?:[^ -~]|%[89a-f])[^/]*/gi, '*');
  const isOpen = isAnchored && !path.endsWith('$') && !path.endsWith('/**');
  const rooted = `${path.startsWith('/') ? '' : '/'}${path.replace(/\$$/, '')}${isOpen ? '/**' : ''}`;
  return rooted !== pattern && rooted !== '/' && !REGEX.test(rooted) && formFault(rooted) === null
    ? rooted
    : null;
}
