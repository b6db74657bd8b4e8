import { z } from 'zod';
import { STEPS } from '../check/trace.ts';
import { REASON_NAMES, REASONS } from '../decision/reason.ts';
import { tokenPlace } from './shape-token-place.ts';
import { METHOD, nonEmpty, path } from './shape-values.ts';

/** The file of `watchword test`: requests with what the configuration must say of each. */

/** RFC 9110 section 5.5: a line break in a value would be another header. */
const line = z.string().regex(/^[^\r\n\0]*$/, 'must be one line');
const headers = <T extends z.ZodType>(value: T) =>
  z.record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header'),
    value,
  );

const request = z.strictObject({
  method: z.string().regex(METHOD, 'must be a method in capitals, such as GET').default('GET'),
  url: z
    .string()
    .regex(/^https?:\/\/[^/?#]*(\/.*)?$/s, 'must be http(s)://HOST/PATH')
    .describe('As the client asks for it.'),
  headers: headers(z.union([line, z.array(line)]))
    .default({})
    .describe('Of the client; a list is a header that is there several times.'),
  context: z
    .record(nonEmpty, line)
    .default({})
    .describe(
      'Context extensions of the gateway; `watchword.dev/` may be left out. Over gRPC only.',
    ),
  pipeline: nonEmpty
    .optional()
    .describe("The pipeline that the gateway's configuration names, as `explain --pipeline`."),
  address: nonEmpty
    .optional()
    .describe("The client's address as the gateway gives it: `request.source.address` of `when`."),
  principal: nonEmpty
    .optional()
    .describe("The name in the client's certificate: `request.source.principal` of `when`."),
  via: nonEmpty
    .default('grpc')
    .describe('How the gateway asks: `grpc`, or `nginx` and the others of `explain --via`.'),
});

const NOW = 'must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970';

/** The time of a request, in seconds since the epoch. */
const now = z
  .union([
    z.int(NOW).min(0, NOW),
    z.iso.datetime({ offset: true, error: NOW }).transform((text) => Date.parse(text) / 1000),
  ])
  .describe(
    'The time of the request: `2026-01-31T12:00:00Z`, or seconds since 1970. Default: now.',
  );

const expect = z
  .strictObject({
    outcome: z.enum(['allow', 'deny', 'error']).optional(),
    reason: z.enum(REASON_NAMES).optional(),
    pipeline: z.union([nonEmpty, z.null()]).optional().describe('null: none was selected.'),
    status: z.int().optional().describe('Of the answer that the client gets.'),
    step: z.enum(STEPS).optional().describe('The step that refused.'),
    headers: headers(z.union([z.string(), z.null()]))
      .default({})
      .describe(
        'Set on the request where it passes, else headers of the answer. null: it is not set.',
      ),
  })
  .superRefine((value, context) => {
    const { headers: named, outcome, reason, ...rest } = value;
    const others = Object.values({ ...rest, outcome, reason }).some((one) => one !== undefined);
    if (!others && Object.keys(named).length === 0)
      context.addIssue({ code: 'custom', message: 'must say something: an outcome or a reason' });
    if (outcome !== undefined && reason !== undefined && REASONS[reason].outcome !== outcome)
      context.addIssue({
        code: 'custom',
        path: ['outcome'],
        message: `is '${outcome}', and the outcome of ${reason} is '${REASONS[reason].outcome}'`,
      });
  });

const policyCase = z
  .strictObject({
    name: nonEmpty.describe('A sentence; no two cases have the same.'),
    request,
    claims: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Judged as a token with these claims that verified. Default `iss`: the only issuer; `iat`: now; `exp`: 5 minutes later; null leaves one of these three out.',
      ),
    token: nonEmpty.optional().describe('A token, verified by the keys that are in files.'),
    tokenFile: path('A file with a token.').optional(),
    tokenIn: tokenPlace
      .optional()
      .describe(
        'Where the token is, as an entry of `tokenFrom`. Default: `{ header: authorization, scheme: Bearer }`.',
      ),
    now: now.optional(),
    expect,
  })
  .superRefine(({ claims, token, tokenFile, tokenIn }, context) => {
    const named = Object.entries({ claims, token, tokenFile }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    if (named.length > 1)
      context.addIssue({
        code: 'custom',
        message: `has ${named.join(' and ')}: one of them is enough`,
      });
    if (named.length === 0 && tokenIn !== undefined)
      context.addIssue({ code: 'custom', path: ['tokenIn'], message: 'is there, and no token' });
  });

/** The whole file. */
export const CASES = z.strictObject({
  cases: z
    .array(policyCase)
    .min(1)
    .superRefine((cases, context) => {
      const first = new Map<string, number>();
      for (const [index, { name }] of cases.entries()) {
        const before = first.get(name);
        if (before === undefined) first.set(name, index);
        else
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `is the name of cases[${before}] too`,
          });
      }
    }),
});

/** One request, and what the configuration must say of it. */
export type PolicyCase = z.output<typeof policyCase>;

/** The JSON Schema (2020-12) of the file. */
export function casesSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(CASES, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Cases of watchword test' };
}
