/** What the issuer says of itself: OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2. */
export function metadata(issuer: string, scopes: Iterable<string>): object {
  return {
    issuer,
    token_endpoint: `${issuer}oauth/token`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    scopes_supported: [...new Set(scopes)],
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
