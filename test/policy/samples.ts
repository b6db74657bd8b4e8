import { createHmac } from 'node:crypto';
import { secretKey } from '../../src/keys/fixed-keys.ts';
import { HostTable } from '../../src/policy/host.ts';
import type { Issuer } from '../../src/policy/issuer.ts';
import { PathTable } from '../../src/policy/path-table.ts';
import type { Pipeline, Requirement, Rule } from '../../src/policy/pipeline.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { ClaimRule } from '../../src/policy/requirement.ts';
import type { Request } from '../../src/request/request.ts';
import { SCOPE_CLAIMS } from '../../src/token/claims.ts';

/** A requirement that any token of the sample issuer satisfies. */
export function sampleRequirement(changed: Partial<Requirement> = {}): Requirement {
  return {
    audiencesByIssuer: new Map([['sample', 'any']]),
    scopes: { all: [], any: [], strategy: 'exact' },
    claims: [],
    clients: null,
    maxAge: null,
    authentication: null,
    consumerOf: null,
    condition: null,
    anyOf: [],
    optional: false,
    ...changed,
  };
}

/** A rule that a claim is there, and what is laid over it. */
export function sampleClaimRule(
  path: ClaimRule['path'],
  changed: Partial<ClaimRule> = {},
): ClaimRule {
  const none = { accepted: null, contains: [], containsAny: [], matches: null, not: false };
  return { path, ...none, ...changed };
}

/** A pipeline that requires a token of the sample issuer and forwards nothing of it. */
export function samplePipeline(name: string, changed: Partial<Pipeline> = {}): Pipeline {
  return {
    name,
    require: sampleRequirement(),
    rules: null,
    readsConsumers: false,
    tokenFrom: null,
    stripsFrom: [],
    preflight: 'refuse',
    forward: [],
    removes: { always: [], unlessSet: [] },
    resource: null,
    refusal: null,
    mode: 'enforce',
    selectableByNamespaces: new Set(),
    routeMay: new Set(),
    extraClaims: [],
    selectableByContext: false,
    ...changed,
  };
}

const SECRET = Buffer.alloc(32, 's');

/** A token of the sample issuer that is valid for ever; `claims` are laid over its own. */
export function sampleToken(claims: Readonly<Record<string, unknown>> = {}): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { iss: 'https://sample.example/', sub: 'client-1', exp: 4_102_444_800 };
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...good, ...claims })}`;
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
}

/** An issuer with an HMAC secret, the cheapest key there is. */
export function sampleIssuer(changed: Partial<Issuer> = {}): Issuer {
  return {
    name: 'sample',
    label: 'sample',
    required: true,
    iss: 'https://sample.example/',
    algorithms: new Set(['HS256']),
    types: new Set(['jwt']),
    typeOptional: true,
    leeway: 30,
    allowDevIssuer: false,
    audienceClaim: ['aud'],
    scopeClaims: SCOPE_CLAIMS,
    maxLifetime: null,
    keys: secretKey(SECRET, 0),
    claimNames: new Set(['sub']),
    ...changed,
  };
}

/** Rules by host and path; a pipeline stands for a rule that covers every method. */
export type Matches = Readonly<Record<string, Readonly<Record<string, Pipeline | Rule>>>>;

export interface PolicyParts {
  readonly issuers?: readonly Issuer[];
  /** Pipelines that only a name selects. */
  readonly named?: readonly Pipeline[];
  readonly matches?: Matches;
  readonly fallback?: Pipeline;
}

/** A policy of the parts that a test is about. */
export function samplePolicy(parts: PolicyParts): Policy {
  const { issuers = [], named = [], matches = {}, fallback = null } = parts;
  return {
    issuers: new Map(issuers.map((issuer) => [issuer.iss, issuer])),
    pipelines: new Map(named.map((pipeline) => [pipeline.name, pipeline])),
    matches: new HostTable(
      new Map(
        Object.entries(matches).map(([host, paths]) => [
          host,
          new PathTable<Rule>(
            Object.entries(paths).map(([path, one]) => [path, ruleOf(one)] as const),
          ),
        ]),
      ),
    ),
    fallback,
    ignoresPathCase: false,
    identityHeaders: [],
    resources: new Map(),
    readHeaders: [],
    readsSource: false,
    consumers: new Map(),
  };
}

function ruleOf(one: Pipeline | Rule): Rule {
  return 'byMethod' in one ? one : { byMethod: new Map(), otherwise: one };
}

/** `GET http://a.example/` with nothing else. */
export function sampleRequest(changed: Partial<Request> = {}): Request {
  return {
    method: 'GET',
    host: 'a.example',
    path: '/',
    authorization: null,
    preflightFor: null,
    protocol: 'http',
    route: null,
    context: [],
    id: '',
    ...changed,
  };
}
