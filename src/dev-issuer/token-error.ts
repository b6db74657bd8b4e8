/** A refusal of the token endpoint (RFC 6749 section 5.2). */
export class TokenError extends Error {
  readonly error: TokenErrorCode;
  readonly status: number;

  /** `description` is for developers and never has a secret in it. */
  constructor(error: TokenErrorCode, description: string, status: number = STATUS[error]) {
    super(description);
    this.name = 'TokenError';
    this.error = error;
    this.status = status;
  }
}

const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_scope: 400,
  unsupported_grant_type: 400,
  /** Not of RFC 6749: what Auth0 says to an audience that it does not know. */
  access_denied: 403,
} as const;

export type TokenErrorCode = keyof typeof STATUS;

/** The body of the answer. RFC 6749 allows printable ASCII without `"` and `\` in the description, whatever was sent. */
export function errorBody({ error, message }: TokenError): object {
  return { error, error_description: message.replace(/[^ !#-[\]-~]/g, '?') };
}
