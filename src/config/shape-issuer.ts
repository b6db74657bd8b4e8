import { z } from 'zod';
import { ALGORITHM_NAMES } from '../keys/algorithm.ts';
import { audiences, duration, name, nonEmpty, notYet } from './shape-values.ts';

/** Defaults of the settings that only remote keys have. */
export const REMOTE_DEFAULTS = {
  refreshAtLeast: '10s',
  refreshAtMost: '10m',
  maxStale: '12h',
} as const;

const keys = z
  .strictObject({
    file: nonEmpty
      .optional()
      .describe(
        'PEM public key, X.509 certificate, or JWK Set. Relative to the file that names it.',
      ),
    secretFile: nonEmpty.optional().describe('HMAC secret, for HS256, HS384 and HS512 only.'),
    jwks: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .optional()
      .describe('URL of a remote JWK Set.'),
    discovery: notYet(),
    kubernetes: notYet(),
    allowHttp: z.boolean().optional().describe('Allows an http: URL.'),
    caFile: nonEmpty.optional().describe('Certificate authorities to trust for the URL, PEM.'),
    refreshAtLeast: duration
      .optional()
      .describe(`Shortest time between two refreshes. Default: ${REMOTE_DEFAULTS.refreshAtLeast}.`),
    refreshAtMost: duration
      .optional()
      .describe(
        `Longest time between two refreshes; the issuer's Cache-Control decides between the two. Default: ${REMOTE_DEFAULTS.refreshAtMost}.`,
      ),
    maxStale: duration
      .optional()
      .describe(
        `How long good keys outlive an issuer that does not answer. Default: ${REMOTE_DEFAULTS.maxStale}.`,
      ),
  })
  .superRefine((value, context) => {
    const named = (['file', 'secretFile', 'jwks'] as const).filter(
      (key) => value[key] !== undefined,
    );
    if (named.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: 'must have exactly one of file, secretFile, jwks',
      });
    }
    if (value.jwks?.startsWith('http:') && value.allowHttp !== true) {
      context.addIssue({
        code: 'custom',
        path: ['jwks'],
        message: 'must be https; allowHttp: true beside it allows http',
      });
    }
    for (const key of [
      'allowHttp',
      'caFile',
      'refreshAtLeast',
      'refreshAtMost',
      'maxStale',
    ] as const) {
      if (value[key] !== undefined && value.jwks === undefined) {
        context.addIssue({ code: 'custom', path: [key], message: 'is for remote keys only' });
      }
    }
  });

/** An issuer of tokens. */
export const issuer = z.strictObject({
  name: name.describe('The name in metrics and logs.'),
  issuer: nonEmpty.describe('Must equal `iss` exactly.'),
  audiences: audiences
    .optional()
    .describe('The default for pipelines that name none: any of them, or `any`.'),
  algorithms: z
    .array(z.enum(ALGORITHM_NAMES as [string, ...string[]]))
    .min(1)
    .optional()
    .describe('Default: the asymmetric ones that fit the keys. HS* only with a secretFile.'),
  types: z
    .array(nonEmpty)
    .min(1)
    .optional()
    .describe('Accepted `typ` values. Default: JWT, at+jwt, or none.'),
  leeway: duration.default('30s').describe('Allowed difference between clocks.'),
  allowDevIssuer: z
    .boolean()
    .default(false)
    .describe('Accepts keys of `watchword dev-issuer`. Not for production.'),
  keys: keys.describe('Where the keys come from.'),
});
