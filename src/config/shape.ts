import { z } from 'zod';
import { blockFault } from '../base/peers.ts';
import { hostPatternFault } from '../policy/host-pattern-fault.ts';
import { pathPatternAdvice } from '../policy/path-pattern-fault.ts';
import { issuer } from './shape-issuer.ts';
import { log } from './shape-log.ts';
import { probes } from './shape-probes.ts';
import { refusal } from './shape-refusal.ts';
import { require, rules } from './shape-require.ts';
import { resource } from './shape-resource.ts';
import { namespaces, routes } from './shape-routes.ts';
import { tokenFrom } from './shape-token-place.ts';
import {
  address,
  bytes,
  checked,
  claimPath,
  duration,
  headerName,
  METHOD,
  name,
  nonEmpty,
  notYet,
  path,
} from './shape-values.ts';

/**
 * Every setting: its type, its message, its default and its description in one place. The JSON Schema, the chart's
 * `values.schema.json` and the documentation are made from it.
 */

const match = z.strictObject({
  hosts: z
    .array(checked(hostPatternFault))
    .min(1)
    .default(['*'])
    .describe("Hosts, '*.example.com', or '*'."),
  paths: z
    .array(checked(pathPatternAdvice))
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
  z.strictObject({ payload: z.literal(true).describe('The claims: base64url of their JSON.') }),
  z.strictObject({ consumer: nonEmpty.describe('An attribute of the consumer, or `id`.') }),
]);

const pipeline = z.strictObject({
  name,
  selectableBy: z
    .strictObject({
      namespaces: namespaces.optional().describe("Namespaces whose routes may, or '*'."),
      context: z.boolean().default(false).describe("The gateway's own configuration may."),
    })
    .optional()
    .describe('Who may name it. Default: nobody.'),
  match: z.array(match).default([]),
  tokenFrom,
  require: require.describe('What a token must satisfy. Mandatory: `none`, or an object.'),
  rules,
  otherRequests: z
    .enum(['refuse', 'allow-with-base'])
    .optional()
    .describe('What no rule fits: refused (default), or judged by `require` alone.'),
  resource,
  refusal,
  preflight: z.enum(['pass', 'refuse']).default('refuse').describe('CORS preflights.'),
  forward: z
    .strictObject({
      headers: z
        .record(headerName, forwardHeader)
        .default({})
        .describe('Request headers made from claims, or of the consumer.'),
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
  routeMay: z
    .array(z.literal('public-paths'))
    .default([])
    .describe('What a route may loosen. Default: nothing.'),
});

const tlsFiles = z.strictObject({
  cert: path('Certificate chain, PEM.'),
  key: path('Its private key, PEM.'),
  clientCa: path(
    'Certificate authorities of clients, PEM; with it a client certificate is demanded.',
  ).optional(),
});

/** The whole configuration. */
export const CONFIG = z.strictObject({
  listen: z
    .strictObject({
      grpc: address.default('127.0.0.1:9191').describe('ext_authz.'),
      admin: address.default('127.0.0.1:9190').describe('/metrics, /healthz, /readyz.'),
      http: address
        .optional()
        .describe('Forward-auth over HTTP, `/auth/<convention>/<pipeline or ->`. Default: off.'),
      httpTls: tlsFiles
        .optional()
        .describe('TLS of the HTTP listener. The files are watched; new connections use new ones.'),
      console: address
        .optional()
        .describe(
          'The web page that shows what happens here, and explains refusals. Loopback only: `kubectl port-forward` reaches it. Default: off.',
        ),
      grpcServer: z
        .enum(['grpc-js', 'lean'])
        .default('grpc-js')
        .describe(
          'What speaks gRPC: `grpc-js`, or `lean`, an HTTP/2 of our own for a fraction of its CPU time and memory, without reflection and `Health/Watch`.',
        ),
      tls: tlsFiles
        .optional()
        .describe('TLS of the gRPC listener. The files are watched; new connections use new ones.'),
    })
    .prefault({}),
  http: z
    .strictObject({
      trustedPeers: z
        .array(checked(blockFault))
        .min(1, 'must name a peer')
        .optional()
        .describe(
          'Addresses and blocks (CIDR) of the gateways that may ask over HTTP; others get a 403. Mandatory unless listen.http is loopback, a Unix socket, or demands client certificates (listen.httpTls.clientCa).',
        ),
    })
    .prefault({}),
  log,
  limits: z
    .strictObject({
      tokenBytes: bytes.default(8192).describe('Longest token that is looked at.'),
      headerBytes: bytes
        .default(8192)
        .describe(
          'Longest value of an identity header. A longer one is refused (`claim_refused`): the gateway or the backend would refuse the request for it.',
        ),
      messageBytes: bytes
        .default(128 * 1024)
        .describe(
          'Largest CheckRequest. Envoy sends the path twice, and the body where its filter says `with_request_body`.',
        ),
      unfinishedCalls: z
        .int()
        .min(1)
        .max(100_000)
        .default(500)
        .describe(
          'gRPC calls whose request has not come whole, or whose answer has not been taken, for a second or longer; beyond that the oldest are ended. Each may hold `messageBytes`.',
        ),
      decisionTimeout: duration
        .default('500ms')
        .describe("Longest that a decision may take; the caller's deadline counts too."),
      connectionAge: duration
        .default('10m')
        .describe(
          'A gRPC connection is closed gently at this age, so that new replicas get their share.',
        ),
      grpcConnections: z
        .int()
        .min(2)
        .max(1_000_000)
        .default(500)
        .describe(
          'gRPC connections at once; half of them from one address. A gateway has one for each of its worker threads.',
        ),
      httpConnections: z
        .int()
        .min(2)
        .max(1_000_000)
        .default(1_000)
        .describe(
          'Connections of gateways over HTTP at once; each takes up to 130 KB of memory with TLS. Peers that are not trusted may have half of them.',
        ),
      pendingVerifications: z
        .int()
        .min(0)
        .max(100_000)
        .default(1_000)
        .describe(
          'Signatures that wait for another thread or are checked there; one more is `overloaded`. Those that are checked at once (RSA of 2,048 bits, HMAC, others while they are few) do not count, nor do tokens that wait for the keys of their issuer.',
        ),
    })
    .prefault({}),
  tokenCache: z
    .strictObject({
      entries: z.int().min(1).max(10_000_000).default(50_000).describe('Tokens kept.'),
      bytes: bytes.default(32 * 1024 * 1024).describe('Estimated memory for them.'),
    })
    .prefault({})
    .describe('The verified-token cache.'),
  shutdown: z
    .strictObject({
      delay: duration
        .default('0s')
        .describe(
          'How long checks are still taken after SIGTERM while health says NOT_SERVING, so that gateways notice.',
        ),
      grace: duration.default('10s').describe('How long open checks may take after SIGTERM.'),
    })
    .prefault({}),
  identityHeaders: z
    .array(headerName)
    .optional()
    .describe(
      'Closed list of all request headers that any pipeline may set; removed from what clients send. Default: those the pipelines set.',
    ),
  routes,
  metrics: z
    .strictObject({
      routes: z
        .boolean()
        .default(false)
        .describe('Counts decisions for each route: watchword_route_decisions_total.'),
    })
    .prefault({}),
  caseSensitivePaths: z
    .boolean()
    .default(true)
    .describe(
      'Whether letters in the paths of `match`, `rules` and `when` have a case. false where backends or the gateway ignore it, as Express does: `/Admin` is then `/admin`. A path whose letter case decides which route object it belongs to is refused then.',
    ),
  consumers: z
    .strictObject({
      file: path('A list of consumers, or a folder of such lists. Watched like the configuration.'),
    })
    .optional()
    .describe(
      'Whom pipelines with `require.consumer` know: entries `{ id, active, pipelines, attributes }`, found by the `sub` of the token.',
    ),
  revocation: notYet(),
  telemetry: notYet(),
  probes,
  issuers: z.array(issuer).default([]),
  pipelines: z.array(pipeline).default([]),
  default: checked((text) =>
    /^allow$/i.test(text) ? `is never '${text}': name a pipeline that requires none` : null,
  )
    .default('deny')
    .describe("What judges a request that nothing selects: `deny`, or a pipeline's name."),
});

export type Config = z.output<typeof CONFIG>;
export type IssuerConfig = Config['issuers'][number];
export type PipelineConfig = Config['pipelines'][number];
/** What a pipeline requires, where it requires a token. */
export type RequireConfig = Exclude<PipelineConfig['require'], 'none'>;
