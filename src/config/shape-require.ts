import { z } from 'zod';
import { compileCondition } from '../policy/condition.ts';
import { pathPatternAdvice } from '../policy/path-pattern-fault.ts';
import { patternFault } from '../policy/pattern.ts';
import { scopes } from './shape-scopes.ts';
import {
  audiences,
  checked,
  claimPath,
  duration,
  METHOD,
  name,
  nonEmpty,
  notYet,
  scope,
} from './shape-values.ts';

/** What tokens must satisfy, and which requests. */

const claimValues = z.array(z.union([z.string(), z.number(), z.boolean()])).min(1);

const claimRule = z.strictObject({
  path: claimPath,
  in: claimValues
    .optional()
    .describe(
      'One value equals one of these; a list needs one member. Without an operator the claim must only be there.',
    ),
  contains: claimValues
    .optional()
    .describe('A list, or words separated by spaces, has all of these.'),
  containsAny: claimValues
    .optional()
    .describe('A list, or words separated by spaces, has one of these.'),
  matches: checked(patternFault)
    .optional()
    .describe('The whole text matches (RE2 syntax, linear time); of a list one member.'),
  not: z
    .boolean()
    .default(false)
    .describe('The claim must not satisfy the operators; without one it must not be there.'),
});

/** What is wrong with an expression, with its column. */
function conditionFault(source: string): string | null {
  const compiled = compileCondition(source);
  return 'column' in compiled ? `column ${compiled.column}: ${compiled.message}` : null;
}

/** RFC 9470 section 3 puts them into a quoted list with spaces between. */
const acr = scope;

const authentication = z
  .strictObject({
    maxAge: duration.optional().describe('Longest time since `auth_time`.'),
    acr: z.array(acr).min(1).optional().describe('Accepted `acr`.'),
  })
  .refine((value) => value.maxAge !== undefined || value.acr !== undefined, {
    error: 'must have maxAge or acr',
  });

const TOKEN_REQUIREMENT = {
  issuers: z
    .array(name)
    .min(1, 'must name an issuer')
    .optional()
    .describe('Mandatory where there are several.'),
  audiences: audiences.optional().describe("This API's identifier; replaces the issuer's default."),
  scopes: scopes.optional(),
  claims: z.array(claimRule).optional(),
  clients: z
    .array(nonEmpty)
    .min(1)
    .optional()
    .describe('Applications that may come: azp, client_id, cid or appid.'),
  maxAge: duration.optional().describe('Longest time since `iat`.'),
  consumer: z
    .literal(true)
    .optional()
    .describe('The subject must be a known, active consumer of this pipeline: see `consumers`.'),
  when: checked(conditionFault)
    .optional()
    .describe('CEL over `claims`, `request` and `consumer`: must be true; an error refuses.'),
  authentication: authentication
    .optional()
    .describe('How the holder signed in; else a step-up challenge (RFC 9470).'),
};

const alternative = z.strictObject(TOKEN_REQUIREMENT);
/** What one alternative asks. */
export type TokenRequirementConfig = z.output<typeof alternative>;

const REQUIREMENT = {
  ...TOKEN_REQUIREMENT,
  anyOf: z
    .array(alternative)
    .min(1)
    .optional()
    .describe('Alternatives: one of them must hold, beside all else that is asked.'),
  proof: notYet(),
};

const pipelineRequirement = z.strictObject({
  ...REQUIREMENT,
  optional: z
    .boolean()
    .default(false)
    .describe('A missing token passes as anonymous, a bad one never.'),
});

/** What a pipeline requires. */
export const require = z.union([z.literal('none'), pipelineRequirement]);

const MAX_RULES = 100;

/** What is required beside that, by method and path. */
export const rules = z
  .array(
    z.strictObject({
      methods: z
        .array(z.string().regex(METHOD, 'must be an HTTP method in upper case'))
        .min(1)
        .optional()
        .describe('Default: all.'),
      paths: z
        .array(checked(pathPatternAdvice))
        .min(1)
        .optional()
        .describe('As in `match`; a gRPC method is a path. Default: all.'),
      require: z.strictObject(REQUIREMENT).describe('What it adds; `{}` adds nothing.'),
    }),
  )
  .min(1)
  .max(MAX_RULES)
  .optional()
  .describe('By method and path: the first that fits adds its requirement.');
