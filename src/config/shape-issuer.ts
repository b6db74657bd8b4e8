import { z } from 'zod';
import { ALGORITHM_NAMES } from '../keys/algorithm.ts';
import { audiences, claimPath, duration, name, nonEmpty, notYet, path } from './shape-values.ts';

/** Defaults of the settings that only remote keys have. */
export const REMOTE_DEFAULTS = {
  refreshAtLeast: '10s',
  refreshAtMost: '10m',
  maxStale: '12h',
  rotationGrace: '0s',
} as const;

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** Where keys come from: exactly one of these. */
const SOURCES = {
  file: path(
    'PEM public keys, X.509 certificates, a JWK Set, or a map from `kid` to PEM. Relative to the file that names it.',
  ).optional(),
  secretFile: path('HMAC secret, for HS256, HS384 and HS512 only.').optional(),
  jwks: httpUrl.optional().describe('URL of a remote JWK Set.'),
  discovery: z
    .union([z.literal(true), httpUrl])
    .optional()
    .describe(
      'Finds the JWK Set by the metadata of the issuer; a URL where it is reached under another name than its `iss`.',
    ),
  kubernetes: z
    .literal(true)
    .optional()
    .describe(
      "The cluster's own issuer of service-account tokens, asked with the pod's token and CA.",
    ),
};

/** Settings of remote keys only. */
const REMOTE = {
  allowHttp: z.boolean().optional().describe('Allows http: URLs.'),
  allowRedirects: z
    .boolean()
    .optional()
    .describe(
      'Follows redirects to another origin, and a `jwks_uri` of another origin than the metadata, as that of accounts.google.com is.',
    ),
  caFile: path("Certificate authorities to trust in place of the system's, PEM.").optional(),
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
  rotationGrace: duration
    .optional()
    .describe(
      `How long keys that left the set stay usable. Default: ${REMOTE_DEFAULTS.rotationGrace}.`,
    ),
  cacheDir: path(
    'Folder that keeps the last good key set over a restart. Whoever can write there can sign tokens.',
  ).optional(),
  fallbackFile: path('JWK Set that is used until the issuer has answered once.').optional(),
};

const sourceNames = Object.keys(SOURCES) as (keyof typeof SOURCES)[];
const remoteNames = Object.keys(REMOTE) as (keyof typeof REMOTE)[];

const settings = z.strictObject({ ...SOURCES, ...REMOTE });
type Settings = z.output<typeof settings>;
/** A setting, none for all of them together, and what is wrong with it. */
type Fault = readonly [keyof Settings | null, string];

const keys = settings.superRefine((value, context) => {
  const faults = [...sourceFaults(value), ...plainFaults(value), ...foreignFaults(value)];
  for (const [name, message] of faults)
    context.addIssue({ code: 'custom', path: name === null ? [] : [name], message });
});

function sourceFaults(value: Settings): readonly Fault[] {
  return sourceNames.filter((key) => value[key] !== undefined).length === 1
    ? []
    : [[null, `must have exactly one of ${sourceNames.join(', ')}`]];
}

function plainFaults({ jwks, discovery, allowHttp }: Settings): readonly Fault[] {
  const url = jwks ?? (typeof discovery === 'string' ? discovery : undefined);
  if (!url?.startsWith('http:') || allowHttp === true) return [];
  const name = jwks === undefined ? 'discovery' : 'jwks';
  return [[name, 'must be https; allowHttp: true beside it allows http']];
}

/** Settings of another source of keys than the one that is named. */
function foreignFaults(value: Settings): readonly Fault[] {
  const { kubernetes, file, secretFile } = value;
  if (kubernetes === true) {
    return (['allowHttp', 'allowRedirects'] as const)
      .filter((name) => value[name] === true)
      .map((name) => [name, "is not for kubernetes: true, which is asked with the pod's token"]);
  }
  if (file === undefined && secretFile === undefined) return [];
  return remoteNames
    .filter((name) => value[name] !== undefined)
    .map((name) => [name, 'is for remote keys only']);
}

/** The part of an `issuer` that stands for each of `tenants`. */
export const TENANT = '{tenant}';

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
  audienceClaim: claimPath
    .default(['aud'])
    .describe('Where it writes the audience: a path of names. Cognito: `[client_id]`.'),
  scopeClaims: z
    .array(claimPath)
    .min(1)
    .default([['scope'], ['scp'], ['permissions']])
    .describe(
      'Where it writes scopes: paths of names, all count. Keycloak: `[realm_access, roles]`.',
    ),
  maxLifetime: duration
    .optional()
    .describe(
      'Longest `exp` - `iat` that is accepted; then `iat` is mandatory. Default: no limit.',
    ),
  introspection: notYet(),
  allowDevIssuer: z
    .boolean()
    .default(false)
    .describe('Accepts keys of `watchword dev-issuer`. Not for production.'),
  required: z
    .boolean()
    .default(true)
    .describe('Whether readiness waits until the issuer has keys.'),
  tenants: z
    .array(
      z
        .string()
        .regex(
          /^[A-Za-z0-9._-]{1,128}$/,
          'must be a tenant name: letters, digits, dots, dashes, underscores',
        ),
    )
    .min(1)
    .optional()
    .describe(`Stands for one issuer each: '${TENANT}' in issuer, jwks and discovery is replaced.`),
  keys: keys.describe('Where the keys come from.'),
});
