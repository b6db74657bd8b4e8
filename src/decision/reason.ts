/**
 * The closed list of reasons. One word is the metric label, the log field, the dynamic metadata
 * value, the `reason` member of the answer's body and the row in the documentation.
 */

/** RFC 6750 section 3.1 error codes. */
export type BearerError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  // RFC 9470 section 3.
  | 'insufficient_user_authentication';

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

const allow = (says: string) => ({ outcome: 'allow', http: 200, challenge: 'none', says }) as const;

const deny = (http: 400 | 401 | 403, challenge: ReasonRow['challenge'], says: string) =>
  ({ outcome: 'deny', http, challenge, says }) as const;

/** No token could change the answer, so there is no challenge. */
const error = (http: 500 | 503, says: string) =>
  ({ outcome: 'error', http, challenge: 'none', says }) as const;

const REASON_TABLE = {
  verified: allow('the token satisfies the pipeline'),
  anonymous: allow('the pipeline asks for no token here'),
  // Lets nothing pass: the client is answered in the backend's place.
  resource_metadata: allow('the metadata of the protected resource (RFC 9728)'),

  request_malformed: deny(400, 'none', 'the request could not be read'),
  message_oversized: deny(400, 'none', 'the request is larger than what is read of one'),
  host_ambiguous: deny(400, 'none', 'the host is missing or has more than one reading'),
  path_ambiguous: deny(
    400,
    'none',
    'the path has several readings that lead to different policies',
  ),
  token_ambiguous: deny(400, 'invalid_request', 'the request carries more than one token'),
  token_oversized: deny(400, 'invalid_request', 'the token is longer than the limit'),

  token_missing: deny(401, 'bare', 'no Bearer token was sent'),
  token_malformed: deny(
    401,
    'invalid_token',
    'the token is not a signed JWT; an issuer may answer with an opaque token when it is asked without an audience',
  ),
  claim_malformed: deny(
    401,
    'invalid_token',
    'a claim of the token has a type that this claim never has',
  ),
  token_encrypted: deny(
    401,
    'invalid_token',
    'the token is encrypted (five parts); ask the issuer for a token with the audience of this API',
  ),
  token_unbounded: deny(
    401,
    'invalid_token',
    'the token has no usable expiry time, or one too far from its issue',
  ),
  type_wrong: deny(
    401,
    'invalid_token',
    'the token is of a type that is not accepted as an access token',
  ),
  algorithm_refused: deny(
    401,
    'invalid_token',
    'the token is signed with an algorithm that its issuer does not use here',
  ),
  issuer_untrusted: deny(401, 'invalid_token', 'the issuer of the token is not trusted here'),
  key_unknown: deny(401, 'invalid_token', 'the issuer has no key that fits the token'),
  signature_invalid: deny(401, 'invalid_token', 'the signature of the token does not verify'),
  token_expired: deny(401, 'invalid_token', 'the token has expired'),
  token_premature: deny(401, 'invalid_token', 'the token is not valid yet'),
  audience_wrong: deny(401, 'invalid_token', 'the token was issued for another audience'),
  claim_missing: deny(
    401,
    'invalid_token',
    'the token lacks a registered claim that is required here',
  ),

  authentication_insufficient: deny(
    401,
    'insufficient_user_authentication',
    'the sign-in is too long ago, or of a kind that is not enough here',
  ),

  scope_insufficient: deny(
    403,
    'insufficient_scope',
    'the token lacks a scope that is required here',
  ),
  claim_refused: deny(
    403,
    'bare',
    'a claim of the token is missing or has a value that is refused here',
  ),
  client_refused: deny(
    403,
    'bare',
    'the application that the token was issued to is not accepted here',
  ),
  consumer_unknown: deny(403, 'bare', 'the subject of the token is no consumer that may come here'),
  consumer_inactive: deny(403, 'bare', 'the subject of the token is a consumer that is inactive'),
  condition_refused: deny(403, 'bare', 'a condition of the pipeline does not hold'),
  rule_missing: deny(403, 'none', 'no rule of the pipeline covers this method and path'),
  pipeline_missing: deny(403, 'none', 'no pipeline covers this request'),
  pipeline_unknown: deny(403, 'none', 'the route names a pipeline that does not exist'),
  pipeline_forbidden: deny(403, 'none', 'the route names a pipeline that it may not use'),
  pipeline_conflict: deny(403, 'none', 'the request names two different pipelines'),
  method_refused: deny(
    403,
    'none',
    'no pipeline at this host and path covers the method, or its letter case would choose one',
  ),
  route_policy_invalid: deny(403, 'none', 'the policy of this route is not valid'),

  keys_unavailable: error(503, 'the keys of the issuer are not available'),
  routes_unavailable: error(503, 'the route of this request is not known yet'),
  deadline_exceeded: error(503, 'the decision took too long'),
  overloaded: error(503, 'too many tokens are being verified at once'),
  internal: error(500, 'an internal error'),
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASON_TABLE;
type ReasonOf<Outcome> = {
  [R in Reason]: (typeof REASON_TABLE)[R]['outcome'] extends Outcome ? R : never;
}[Reason];
/** Reasons of answers that the client gets in the backend's place. */
export type AnswerReason = 'resource_metadata';
export type AllowReason = Exclude<ReasonOf<'allow'>, AnswerReason>;
export type DenyReason = ReasonOf<'deny'>;
export type ErrorReason = ReasonOf<'error'>;
export type RefusalReason = DenyReason | ErrorReason;
/** Reasons for which another token may do. */
export type UnauthorizedReason = {
  [R in Reason]: (typeof REASON_TABLE)[R]['http'] extends 401 ? R : never;
}[Reason];

export const REASONS: {
  readonly [R in Reason]: ReasonRow & Pick<(typeof REASON_TABLE)[R], 'outcome'>;
} = REASON_TABLE;
export const REASON_NAMES: readonly Reason[] = Object.keys(REASON_TABLE) as Reason[];

/** Whether a reason means that the service could not tell, as opposed to that the caller was wrong. */
export function isErrorReason(reason: RefusalReason): reason is ErrorReason {
  return REASONS[reason].outcome === 'error';
}
