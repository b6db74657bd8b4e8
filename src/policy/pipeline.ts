import type { RefusalForm } from './refusal-form.ts';
import type { RequestRules } from './request-rule.ts';
import type { ClaimPath, Requirement } from './requirement.ts';
import type { Resource } from './resource.ts';
import type { TokenPlace } from './token-place.ts';

export type { ClaimPath, ClaimRule, Requirement } from './requirement.ts';

/** A request header made from a claim. */
export interface ClaimHeader {
  readonly from: 'claim';
  /** Lower case. */
  readonly name: string;
  readonly path: ClaimPath;
  /** `text`: strings, numbers and booleans as they are, lists of them joined with a comma. `json`: compact JSON in ASCII. */
  readonly as: 'text' | 'json';
}

/** A request header made from a consumer. */
export interface ConsumerHeader {
  readonly from: 'consumer';
  /** Lower case. */
  readonly name: string;
  /** The name of an attribute, or `id`. */
  readonly attribute: string;
}

/** A request header with the payload of the token: base64url of the JSON of its claims, as it was signed. */
export interface PayloadHeader {
  readonly from: 'payload';
  /** Lower case. */
  readonly name: string;
}

/** A request header that says who calls. */
export type ForwardRule = ClaimHeader | ConsumerHeader | PayloadHeader;

/** A named policy, compiled. Immutable. */
export interface Pipeline {
  readonly name: string;
  /** Null where the pipeline requires no token. */
  readonly require: Requirement | null;
  /** What it requires beside that by method and path. Null: nothing. */
  readonly rules: RequestRules | null;
  /** Whether it asks whose consumer a token's subject is. */
  readonly readsConsumers: boolean;
  /** Whether CORS preflights pass without a token. */
  readonly preflight: 'pass' | 'refuse';
  /** Where its token is. Null: `Authorization: Bearer` only. */
  readonly tokenFrom: readonly TokenPlace[] | null;
  /** The places from which the token is taken out, where it is a part of something else. */
  readonly stripsFrom: readonly TokenPlace[];
  /** The identity headers that it sets. */
  readonly forward: readonly ForwardRule[];
  /** Headers that are removed from what the client sent. */
  readonly removes: {
    /** Whatever the answer is: twins of identity headers, override headers, the token where it is stripped. */
    readonly always: readonly string[];
    /** Those of the identity headers that the answer does not set. */
    readonly unlessSet: readonly string[];
  };
  /** The protected resource that challenges name. Null: none. */
  readonly resource: Resource | null;
  /** How its refusals look. Null: problem details (RFC 9457). */
  readonly refusal: RefusalForm | null;
  readonly mode: 'enforce' | 'shadow';
  /** Whether a context extension of the gateway may name it. */
  readonly selectableByContext: boolean;
  /** The namespaces whose routes may name it. */
  readonly selectableByNamespaces: ReadonlySet<string> | 'any';
  /** What a route may loosen. */
  readonly routeMay: ReadonlySet<'public-paths'>;
  /** Top-level claims that a route forwards and that the configuration does not read. */
  readonly extraClaims: readonly string[];
}

/** The pipelines that share one host and path, by method. */
export interface Rule {
  readonly byMethod: ReadonlyMap<string, Pipeline>;
  /** The pipeline for methods that no other names. */
  readonly otherwise: Pipeline | null;
}

/** The pipeline of a rule for a method, or null where none covers it. */
export function pipelineFor(rule: Rule, method: string): Pipeline | null {
  return rule.byMethod.get(method) ?? rule.otherwise;
}
