import type { Decision } from '../check/decision.ts';
import { findToken } from '../check/find-token.ts';
import type { Reason } from '../decision/reason.ts';
import type { ClaimPath } from '../policy/pipeline.ts';
import { CLIENT_CLAIMS } from '../policy/requirement.ts';
import type { Request } from '../request/request.ts';
import { claimAt } from '../token/claim-at.ts';
import type { JsonObject } from '../token/json-object.ts';
import { readJws } from '../token/jws.ts';

/** What a log line says of a token, beside what its decision knows. */
export interface TokenFacts {
  readonly kid: string | null;
  readonly client: string | null;
  /** By their paths joined with dots; only those that the token has. */
  readonly claims: ReadonlyMap<string, unknown>;
}

const NO_CLAIMS: ReadonlyMap<string, unknown> = new Map();
const NO_FACTS: TokenFacts = { kid: null, client: null, claims: NO_CLAIMS };

/** Where no one token was found, there is none to read again, however long what was there instead. */
const WITHOUT_TOKEN: ReadonlySet<Reason> = new Set<Reason>([
  'anonymous',
  'token_missing',
  'token_ambiguous',
  'token_oversized',
  'token_malformed',
]);

/**
 * Reads the token of a request once more, for a line that is written: the cache need not keep for every token what few lines say. Of
 * a token that did not verify only the `kid` is said; its claims are anybody's words.
 */
export function tokenFactsOf(
  request: Request | null,
  { pipeline, principal, reason }: Decision,
  fields: readonly ClaimPath[],
): TokenFacts {
  if (request === null || WITHOUT_TOKEN.has(reason)) return NO_FACTS;
  const found = findToken(request, pipeline?.tokenFrom ?? null, Number.POSITIVE_INFINITY);
  const read = found.ok ? readJws(found.token) : null;
  if (read === null || !read.ok) return NO_FACTS;
  const { header, claims } = read.jws;
  if (principal === null) return { ...NO_FACTS, kid: header.kid };
  return { kid: header.kid, client: clientOf(claims), claims: chosen(claims, fields) };
}

function clientOf(claims: JsonObject): string | null {
  const found = CLIENT_CLAIMS.map((name) => claims[name]).find((one) => typeof one === 'string');
  return (found as string | undefined) ?? null;
}

function chosen(claims: JsonObject, fields: readonly ClaimPath[]): ReadonlyMap<string, unknown> {
  if (fields.length === 0) return NO_CLAIMS;
  const found = fields.map((path) => [path.join('.'), claimAt(claims, path)] as const);
  return new Map(found.filter(([, value]) => value !== undefined));
}
