/** A segment that no pattern names. */
const ANY = ' ';
/** A path of a pattern. */
export const written = (pattern: string): string => pattern.replaceAll('*', ANY);
export const withoutSlash = (path: string): string => path.replace(/\/$/, '');

/** The path with a slash at its end, or without the one it has; and some path below. Patterns, as the path is one. */
export function neighboursOf(path: string): readonly string[] {
  const base = withoutSlash(path);
  return [path === base ? `${base}/` : base, `${base}/*`];
}
