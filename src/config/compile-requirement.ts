import { milliseconds } from '../base/duration.ts';
import { type Condition, compileCondition } from '../policy/condition.ts';
import { compilePattern } from '../policy/pattern.ts';
import type { ClaimPath, ClaimRule, Requirement, TokenRequirement } from '../policy/requirement.ts';
import type { IssuerConfig, RequireConfig } from './shape.ts';
import type { TokenRequirementConfig } from './shape-require.ts';

/** Whether letters in paths have a case: `caseSensitivePaths`. */
export interface PathCase {
  readonly ignoreCase: boolean;
}

/** The pipeline that a requirement belongs to, by its name, and how its paths are read. */
export interface CompiledFor {
  readonly pipeline: string;
  readonly paths: PathCase;
}

const FOR_NONE: CompiledFor = { pipeline: '', paths: { ignoreCase: false } };

/** Accepted issuers, each with its audiences. */
type Accepted = TokenRequirement['audiencesByIssuer'];

/**
 * Compiles what a pipeline requires. Where there are alternatives, audiences that the pipeline itself does not name are theirs to
 * name: an alternative's own replace the issuer's default.
 */
export function compileRequirement(
  require: RequireConfig,
  issuers: readonly IssuerConfig[],
  to: CompiledFor = FOR_NONE,
): Requirement {
  const alternatives = require.anyOf ?? [];
  const accepted = issuersOf(require, issuers);
  const leavesAudiences = alternatives.length > 0 && require.audiences === undefined;
  return {
    ...compileParts(require, to),
    audiencesByIssuer: leavesAudiences
      ? new Map(accepted.map(({ name }) => [name, 'any']))
      : audiencesOf(require, accepted),
    anyOf: alternatives.map((one) => compileAlternative(one, require, issuers, to)),
    optional: require.optional,
  };
}

function compileAlternative(
  one: TokenRequirementConfig,
  base: TokenRequirementConfig,
  issuers: readonly IssuerConfig[],
  to: CompiledFor,
): TokenRequirement {
  const accepted = issuersOf(one, issuersOf(base, issuers));
  // What the pipeline names holds already, beside this.
  const isNamed = one.audiences === undefined && base.audiences !== undefined;
  return {
    ...compileParts(one, to),
    audiencesByIssuer: isNamed
      ? new Map(accepted.map(({ name }) => [name, 'any']))
      : audiencesOf(one, accepted),
  };
}

/** Compiles what a rule adds: issuers and audiences that it does not name are those of its pipeline. */
export function compileAddition(
  require: RequireConfig,
  issuers: readonly IssuerConfig[],
  to: CompiledFor,
): Requirement {
  const anyAudience = { audiences: 'any' as const };
  return {
    ...compileRequirement({ ...anyAudience, ...require }, issuers, to),
    optional: false,
  };
}

/** The issuers that are named, or all that may be. */
export function issuersOf(
  { issuers }: TokenRequirementConfig,
  all: readonly IssuerConfig[],
): readonly IssuerConfig[] {
  return issuers === undefined ? all : all.filter(({ name }) => issuers.includes(name));
}

function audiencesOf(
  { audiences }: TokenRequirementConfig,
  accepted: readonly IssuerConfig[],
): Accepted {
  return new Map(
    accepted.map((issuer) => {
      const all = audiences ?? issuer.audiences ?? [];
      return [issuer.name, all === 'any' ? all : new Set(all)];
    }),
  );
}

function compileParts(
  one: TokenRequirementConfig,
  { pipeline, paths }: CompiledFor,
): Omit<TokenRequirement, 'audiencesByIssuer'> {
  const { scopes, claims = [], clients, maxAge, authentication, when } = one;
  return {
    scopes: {
      all: scopes?.all ?? [],
      any: scopes?.any === undefined ? [] : [scopes.any],
      strategy: scopes?.strategy ?? 'exact',
    },
    claims: claims.map(compileClaim),
    clients: clients === undefined ? null : new Set(clients),
    maxAge: secondsOf(maxAge),
    consumerOf: one.consumer === undefined ? null : pipeline,
    condition: when === undefined ? null : conditionOf(when, paths),
    authentication:
      authentication === undefined
        ? null
        : { maxAge: secondsOf(authentication.maxAge), acr: authentication.acr ?? [] },
  };
}

/** Compiles an expression whose form was checked. Throws on any other: that is a defect. */
export function conditionOf(source: string, paths: PathCase = FOR_NONE.paths): Condition {
  const compiled = compileCondition(source, paths);
  if ('column' in compiled) throw new Error(`not a condition: ${compiled.message}`);
  return compiled;
}

function secondsOf(duration: string | undefined): number | null {
  return duration === undefined ? null : milliseconds(duration) / 1000;
}

function compileClaim(rule: NonNullable<TokenRequirementConfig['claims']>[number]): ClaimRule {
  return {
    path: rule.path as ClaimPath,
    accepted: rule.in === undefined ? null : new Set(rule.in),
    contains: rule.contains ?? [],
    containsAny: rule.containsAny ?? [],
    matches: rule.matches === undefined ? null : compilePattern(rule.matches),
    not: rule.not,
  };
}
