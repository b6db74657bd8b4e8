import { redactTokens } from '../../base/redact.ts';
import type { RoutePolicy } from '../policy/annotations.ts';
import type { MatchDraft, PathMatch } from '../route-object.ts';

/** Says which public path of an object lies outside of what it matches, or null. A path pattern lies within a match that covers all it stands for. */
export function publicPathsWithin(
  { tightening }: RoutePolicy,
  matches: readonly MatchDraft[],
): string | null {
  const outside = (tightening?.['public-paths'] ?? []).find(
    (pattern) => !matches.some(({ path }) => coversPattern(path, pattern)),
  );
  if (outside === undefined) return null;
  const fault = `watchword.dev/public-paths has '${redactTokens(outside).slice(0, 64)}', which is not within the object's own paths`;
  return matches.some(({ path }) => path.type === 'unknown')
    ? `${fault}, of which one is a pattern (a regular expression, or pathType ImplementationSpecific): what it covers only the gateway knows; add a path of pathType Prefix or Exact for it`
    : fault;
}

function coversPattern(match: PathMatch, pattern: string): boolean {
  const literal = literalPart(pattern);
  switch (match.type) {
    case 'unknown':
      return false;
    case 'exact':
      return pattern === match.path;
    case 'prefix': {
      const prefix = match.path.replace(/\/+$/, '');
      return literal === prefix || literal.startsWith(`${prefix}/`);
    }
    case 'text-prefix':
      return (
        `${literal}/`.startsWith(match.path) &&
        (literal !== pattern || literal.startsWith(match.path))
      );
  }
}

/** The segments before the first wildcard: `/a/b` of `/a/b/**`. */
function literalPart(pattern: string): string {
  const star = pattern.indexOf('/*');
  return star === -1 ? pattern : pattern.slice(0, star);
}
