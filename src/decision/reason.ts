/**
 * The closed list of reasons. One word is the metric label, the log field, the dynamic metadata
 * value, the `reason` member of the answer's body and the row in the documentation.
 */

/** RFC 6750 section 3.1 error codes. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

interface ReasonRow {
  readonly outcome: 'allow' | 'deny' | 'error';
  /** The HTTP status that the caller gets. */
  readonly http: 200 | 400 | 401 | 403 | 500 | 503;
  /**
   * What `WWW-Authenticate` says: an RFC 6750 error code; `bare`, a challenge without an error
   * (RFC 6750 section 3.1, last paragraph); or `none`, where no token could change the answer.
   */
  readonly challenge: BearerError | 'bare' | 'none';
  /** The public text. A constant, so that no answer can leak anything about the token or the keys. */
  readonly says: string;
}

const REASON_TABLE = {
  verified: {
    outcome: 'allow',
    http: 200,
    challenge: 'none',
    says: 'the token satisfies the pipeline',
  },
  anonymous: {
    outcome: 'allow',
    http: 200,
    challenge: 'none',
    says: 'the pipeline asks for no token here',
  },

  request_malformed: {
    outcome: 'deny',
    http: 400,
    challenge: 'none',
    says: 'the request could not be read',
  },
  host_ambiguous: {
    outcome: 'deny',
    http: 400,
    challenge: 'none',
    says: 'the host is missing or has more than one reading',
  },
  path_ambiguous: {
    outcome: 'deny',
    http: 400,
    challenge: 'none',
    says: 'the path has several readings that lead to different policies',
  },
  token_ambiguous: {
    outcome: 'deny',
    http: 400,
    challenge: 'invalid_request',
    says: 'the request carries more than one token',
  },
  token_oversized: {
    outcome: 'deny',
    http: 400,
    challenge: 'invalid_request',
    says: 'the token is longer than the limit',
  },

  token_missing: {
    outcome: 'deny',
    http: 401,
    challenge: 'bare',
    says: 'no Bearer token was sent',
  },
  token_malformed: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token is not a signed JWT; an issuer may answer with an opaque token when it is asked without an audience',
  },
  token_encrypted: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token is encrypted (five parts); ask the issuer for a token with the audience of this API',
  },
  token_unbounded: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token has no usable expiry time',
  },
  type_wrong: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token is of a type that is not accepted as an access token',
  },
  algorithm_refused: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token is signed with an algorithm that its issuer does not use here',
  },
  issuer_untrusted: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the issuer of the token is not trusted here',
  },
  key_unknown: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the issuer has no key that fits the token',
  },
  signature_invalid: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the signature of the token does not verify',
  },
  token_expired: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token has expired',
  },
  token_premature: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token is not valid yet',
  },
  audience_wrong: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token was issued for another audience',
  },
  claim_missing: {
    outcome: 'deny',
    http: 401,
    challenge: 'invalid_token',
    says: 'the token lacks a claim that is required here',
  },

  scope_insufficient: {
    outcome: 'deny',
    http: 403,
    challenge: 'insufficient_scope',
    says: 'the token lacks a scope that is required here',
  },
  claim_refused: {
    outcome: 'deny',
    http: 403,
    challenge: 'bare',
    says: 'a claim of the token has a value that is refused here',
  },
  pipeline_missing: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'no pipeline covers this request',
  },
  pipeline_unknown: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'the route names a pipeline that does not exist',
  },
  pipeline_forbidden: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'the route names a pipeline that it may not use',
  },
  pipeline_conflict: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'the request names two different pipelines',
  },
  method_refused: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'no pipeline at this host and path covers the method',
  },
  route_policy_invalid: {
    outcome: 'deny',
    http: 403,
    challenge: 'none',
    says: 'the policy of this route is not valid',
  },

  keys_unavailable: {
    outcome: 'error',
    http: 503,
    challenge: 'none',
    says: 'the keys of the issuer are not available',
  },
  routes_unavailable: {
    outcome: 'error',
    http: 503,
    challenge: 'none',
    says: 'the route of this request is not known yet',
  },
  deadline_exceeded: {
    outcome: 'error',
    http: 503,
    challenge: 'none',
    says: 'the decision took too long',
  },
  overloaded: {
    outcome: 'error',
    http: 503,
    challenge: 'none',
    says: 'too many tokens are being verified at once',
  },
  internal: { outcome: 'error', http: 500, challenge: 'none', says: 'an internal error' },
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASON_TABLE;
type ReasonOf<Outcome> = {
  [R in Reason]: (typeof REASON_TABLE)[R]['outcome'] extends Outcome ? R : never;
}[Reason];
export type AllowReason = ReasonOf<'allow'>;
export type DenyReason = ReasonOf<'deny'>;
export type ErrorReason = ReasonOf<'error'>;
export type RefusalReason = DenyReason | ErrorReason;

export const REASONS: {
  readonly [R in Reason]: ReasonRow & Pick<(typeof REASON_TABLE)[R], 'outcome'>;
} = REASON_TABLE;
export const REASON_NAMES: readonly Reason[] = Object.keys(REASON_TABLE) as Reason[];

/** Whether a reason means that the service could not tell, as opposed to that the caller was wrong. */
export function isErrorReason(reason: RefusalReason): reason is ErrorReason {
  return REASONS[reason].outcome === 'error';
}
