import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { ALGORITHM_NAMES } from '../keys/algorithm.ts';
import { hostPatternFault } from '../policy/host.ts';
import { pathPatternFault } from '../policy/path.ts';

/**
 * Every setting: its type, its message, its default and its description in one place. The JSON Schema, the chart's
 * `values.schema.json` and the documentation are made from it.
 */

/** A setting of the contract that this version does not have: refused, never accepted and ignored. */
const notYet = () => z.never({ error: 'not supported yet' }).optional();

/** Text that must satisfy a rule; `fault` says what is wrong with it. */
const checked = (fault: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = fault(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** RFC 6749 section 3.3: also what may stand in a quoted challenge. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const METHOD = /^[A-Z][A-Z-]{0,19}$/;
const HEADER_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const NAME_HINT = 'lower case letters, digits and dashes, at most 63';

const name = z.string().regex(NAME, `must be ${NAME_HINT}`);
const nonEmpty = z.string().min(1, 'must not be empty');
const scope = z
  .string()
  .regex(SCOPE, "must be a scope: printable ASCII without spaces, '\"' and '\\'");
const duration = checked((text) =>
  parseDuration(text) === null ? 'must be a duration such as 150ms, 30s, 5m or 12h' : null,
);
const bytes = z
  .int()
  .min(1)
  .max(1024 * 1024 * 1024);
const address = checked((text) =>
  /^(?:unix:\/.+|\[[0-9a-fA-F:.]+\]:\d{1,5}|[^:/\s]+:\d{1,5})$/.test(text)
    ? null
    : 'must be HOST:PORT or unix:/PATH',
);
const audiences = z.union([
  z.array(nonEmpty).min(1, 'must name an audience; `any` accepts every one'),
  z.literal('any'),
]);
const claimPath = z
  .tuple([nonEmpty], nonEmpty)
  .describe(
    'The names that lead to the claim, from the top. A list, so that dots and slashes in names are safe.',
  );
const headerName = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(checked(headerNameFault));

/** Headers that decide where a request goes or how it is framed; no claim may ever set them. */
const FORBIDDEN_HEADERS = new Set([
  'host',
  'authorization',
  'cookie',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-type',
  'content-encoding',
  'forwarded',
  'expect',
  'x-request-id',
]);
/** An identity header has 2^n spellings with `-` and `_`, and all are removed from what clients send. */
const MOST_DASHES = 4;

function headerNameFault(header: string): string | null {
  if (!HEADER_NAME.test(header))
    return `'${header}' is not a header name of letters, digits and dashes`;
  if (
    FORBIDDEN_HEADERS.has(header) ||
    header.startsWith('x-forwarded-') ||
    header.startsWith('x-envoy-')
  ) {
    return `'${header}' decides about routing or framing and cannot be an identity header`;
  }
  return header.split('-').length - 1 > MOST_DASHES
    ? `'${header}' has more than ${MOST_DASHES} dashes`
    : null;
}

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

const issuer = z.strictObject({
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

const claimRule = z.strictObject({
  path: claimPath,
  in: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .optional()
    .describe('Accepted values; without it the claim must only be there.'),
});

const require = z.union([
  z.literal('none'),
  z.strictObject({
    issuers: z
      .array(name)
      .min(1, 'must name an issuer')
      .optional()
      .describe('Mandatory where there are several.'),
    audiences: audiences
      .optional()
      .describe("This API's identifier; replaces the issuer's default."),
    scopes: z
      .strictObject({ all: z.array(scope).optional(), any: z.array(scope).min(1).optional() })
      .optional(),
    claims: z.array(claimRule).optional(),
    when: notYet(),
    optional: z
      .boolean()
      .default(false)
      .describe('A missing token passes as anonymous, a bad one never.'),
  }),
]);

const match = z.strictObject({
  hosts: z
    .array(checked(hostPatternFault))
    .min(1)
    .default(['*'])
    .describe("Hosts, '*.example.com', or '*'."),
  paths: z
    .array(checked(pathPatternFault))
    .min(1)
    .default(['/**'])
    .describe("Exact, '*' one segment, '**' the rest."),
  methods: z
    .array(z.string().regex(METHOD, 'must be an HTTP method in upper case'))
    .min(1)
    .optional()
    .describe('Default: all.'),
});

const forwardHeader = z.union([
  nonEmpty,
  z.strictObject({ claim: claimPath, as: z.enum(['text', 'json']).default('text') }),
]);

const pipeline = z.strictObject({
  name,
  selectableBy: z
    .strictObject({ namespaces: notYet(), context: z.boolean().default(false) })
    .optional()
    .describe('Who may name it. Default: nobody.'),
  match: z.array(match).default([]),
  require: require.describe('What a token must satisfy. Mandatory: `none`, or an object.'),
  preflight: z.enum(['pass', 'refuse']).default('refuse').describe('CORS preflights.'),
  forward: z
    .strictObject({
      headers: z
        .record(headerName, forwardHeader)
        .default({})
        .describe('Request headers made from claims.'),
      token: z
        .enum(['keep', 'strip'])
        .default('keep')
        .describe('Whether the backend gets the token.'),
      overrideHeaders: z
        .enum(['keep', 'strip'])
        .default('strip')
        .describe('x-original-url, x-rewrite-url, x-http-method*, x-method-override.'),
    })
    .prefault({}),
  mode: z
    .enum(['enforce', 'shadow'])
    .default('enforce')
    .describe('In shadow mode refusals of this pipeline are counted and pass.'),
  routeMay: notYet(),
});

/** The whole configuration. */
export const CONFIG = z.strictObject({
  listen: z
    .strictObject({
      grpc: address.default('127.0.0.1:9191').describe('ext_authz.'),
      admin: address.default('127.0.0.1:9190').describe('/metrics, /healthz, /readyz.'),
      http: notYet(),
      console: notYet(),
      tls: notYet(),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  limits: z
    .strictObject({
      tokenBytes: bytes.default(8192).describe('Longest token that is looked at.'),
      messageBytes: bytes.default(1024 * 1024).describe('Largest CheckRequest.'),
      decisionTimeout: duration
        .default('500ms')
        .describe("Longest that a decision may take; the caller's deadline counts too."),
      pendingVerifications: z
        .int()
        .min(0)
        .max(100_000)
        .default(1_000)
        .describe('Tokens verified at once; one more is `overloaded`.'),
    })
    .prefault({}),
  tokenCache: z
    .strictObject({
      entries: z.int().min(1).max(10_000_000).default(50_000),
      bytes: bytes.default(32 * 1024 * 1024),
    })
    .prefault({})
    .describe('The verified-token cache.'),
  shutdown: z
    .strictObject({
      grace: duration.default('10s').describe('How long open checks may take after SIGTERM.'),
    })
    .prefault({}),
  identityHeaders: z
    .array(headerName)
    .optional()
    .describe(
      'Closed list of all request headers that any pipeline may set; removed from what clients send. Default: those the pipelines set.',
    ),
  issuers: z.array(issuer).default([]),
  pipelines: z.array(pipeline).default([]),
  default: nonEmpty
    .default('deny')
    .describe("What judges a request that nothing selects: `deny`, or a pipeline's name."),
});

export type Config = z.output<typeof CONFIG>;
export type IssuerConfig = Config['issuers'][number];
export type PipelineConfig = Config['pipelines'][number];
