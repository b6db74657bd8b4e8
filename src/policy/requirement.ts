import type { Condition } from './condition.ts';
import type { Pattern } from './pattern.ts';

/** A claim in a token: the names that lead to it, from the top. A list, so that dots and slashes in names are safe. */
export type ClaimPath = readonly [string, ...string[]];

/** A claim's value that can be compared: with its type, so `"true"` is not `true`. */
export type ClaimValue = string | number | boolean;

/** What a claim must be. Every operator that is set must hold; where none is, the claim must be there. */
export interface ClaimRule {
  readonly path: ClaimPath;
  /** `in`: one value equals one of these; a claim that is a list needs one of them. Null: not asked. */
  readonly accepted: ReadonlySet<ClaimValue> | null;
  /** `contains`: a list, or words separated by spaces, has all of them. Empty: not asked. */
  readonly contains: readonly ClaimValue[];
  /** `containsAny`: it has one of them. Empty: not asked. */
  readonly containsAny: readonly ClaimValue[];
  /** `matches`: the whole of one text. Null: not asked. */
  readonly matches: Pattern | null;
  /** The claim must not satisfy the operators; where there are none, it must not be there. */
  readonly not: boolean;
}

/** How the holder signed in (OpenID Connect Core section 2, RFC 9470). */
export interface Authentication {
  /** Longest time since `auth_time`, in seconds; null where it does not matter. */
  readonly maxAge: number | null;
  /** Accepted `acr`; empty where it does not matter. */
  readonly acr: readonly string[];
}

/** How scopes of a token stand for those that are asked: each for itself, for what is below it, or as patterns. */
export type ScopeStrategy = 'exact' | 'hierarchic' | 'wildcard';

/** What a token must satisfy, without alternatives. */
export interface TokenRequirement {
  /** Accepted issuers by their configured name, each with the audiences of which the token must name one. */
  readonly audiencesByIssuer: ReadonlyMap<string, ReadonlySet<string> | 'any'>;
  readonly scopes: {
    /** Every one of them. */
    readonly all: readonly string[];
    /** One of each group. */
    readonly any: readonly (readonly string[])[];
    readonly strategy: ScopeStrategy;
  };
  readonly claims: readonly ClaimRule[];
  /** Applications that may come, by `azp`, `client_id`, `cid` or `appid`. Null: every one. */
  readonly clients: ReadonlySet<string> | null;
  /** Longest time since `iat`, in seconds. Null: no limit. */
  readonly maxAge: number | null;
  readonly authentication: Authentication | null;
  /** `consumer`: the pipeline of which the subject must be a known, active consumer. Null: not asked. */
  readonly consumerOf: string | null;
  /** `when`: must be true. Null: not asked. */
  readonly condition: Condition | null;
}

/** What a token must satisfy. */
export interface Requirement extends TokenRequirement {
  /** One of these must hold as well. Empty: there are no alternatives. */
  readonly anyOf: readonly TokenRequirement[];
  /** A missing token passes as anonymous. A bad one never does. */
  readonly optional: boolean;
}

/** The claims that name an application, by who writes them: OpenID Connect, RFC 9068, Okta, Microsoft Entra version 1. */
export const CLIENT_CLAIMS = ['azp', 'client_id', 'cid', 'appid'] as const;
