import { withoutTokens } from '../base/without-tokens.ts';
import type { RoutePolicy } from './annotations.ts';
import type { ClaimDraft, PathClaim } from './route-object.ts';

/** Says which public path of an object lies outside of what it claims, or null. A path pattern lies within a claim that covers all it stands for. */
export function publicPathsWithin(
  { tightening }: RoutePolicy,
  claims: readonly ClaimDraft[],
): string | null {
  const outside = (tightening?.['public-paths'] ?? []).find(
    (pattern) => !claims.some(({ path }) => coversPattern(path, pattern)),
  );
  if (outside === undefined) return null;
  const fault = `watchword.dev/public-paths has '${withoutTokens(outside).slice(0, 64)}', which is not within the object's own paths`;
  return claims.some(({ path }) => path.type === 'unknown')
    ? `${fault}, of which one is a pattern (a regular expression, or pathType ImplementationSpecific): what it covers only the gateway knows; add a path of pathType Prefix or Exact for it`
    : fault;
}

function coversPattern(claim: PathClaim, pattern: string): boolean {
  const literal = literalPart(pattern);
  switch (claim.type) {
    case 'unknown':
      return false;
    case 'exact':
      return pattern === claim.path;
    case 'prefix': {
      const prefix = claim.path.replace(/\/+$/, '');
      return literal === prefix || literal.startsWith(`${prefix}/`);
    }
    case 'text-prefix':
      return (
        `${literal}/`.startsWith(claim.path) &&
        (literal !== pattern || literal.startsWith(claim.path))
      );
  }
}

/** The segments before the first wildcard: `/a/b` of `/a/b/**`. */
function literalPart(pattern: string): string {
  const star = pattern.indexOf('/*');
  return star === -1 ? pattern : pattern.slice(0, star);
}
