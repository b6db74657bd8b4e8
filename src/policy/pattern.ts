import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Longest pattern, in characters: its program grows with it. */
const MAX_PATTERN = 1_000;

/** A regular expression in the syntax of RE2, which is matched in linear time whatever the text is. */
export interface Pattern {
  readonly source: string;
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

/** Compiles a pattern. Throws what RE2 says of one that it does not take; `patternFault` says it before. */
export function compilePattern(source: string): Pattern {
  const compiled = loadRe2().compile(source);
  return { source, matches: (text) => compiled.matches(text) };
}

/** Says why a pattern is not valid, or null. */
export function patternFault(source: string): string | null {
  if (source.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  try {
    loadRe2().compile(source);
    return null;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return `is no regular expression of RE2: ${said.replace(/^error parsing regexp: /, '')} (RE2 has no look-around and no back-references)`;
  }
}

/** Loaded with the first pattern: few configurations have one. */
function loadRe2() {
  return (require('re2js') as typeof import('re2js')).RE2JS;
}
