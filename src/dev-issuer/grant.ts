import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { CompactEncrypt, SignJWT } from 'jose';
import type { DevIssuerSettings } from './settings.ts';
import type { SigningKey } from './signing-key.ts';
import { TokenError } from './token-error.ts';
import type { TokenRequest } from './token-request.ts';

/** The answer to a token request (RFC 6749 section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly scope?: string;
  /** In seconds. */
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** Who signs, under which name. */
export interface Signer {
  readonly issuer: string;
  readonly key: SigningKey;
}

/** Gives a token of the client credentials grant (RFC 6749 section 4.4). Throws `TokenError`. */
export async function grantToken(
  request: TokenRequest,
  settings: DevIssuerSettings,
  signer: Signer,
  now: number,
): Promise<TokenAnswer> {
  authenticate(request, settings);
  if (request.grantType !== 'client_credentials') {
    throw new TokenError('unsupported_grant_type', 'the only grant here is client_credentials');
  }
  const lifetime = request.expiresIn ?? settings.tokenLifetime;
  if (request.audience === null) {
    const token = await opaqueToken(signer.issuer);
    return { access_token: token, expires_in: lifetime, token_type: 'Bearer' };
  }
  const scopes = grantedScopes(request, request.audience, settings);
  const token = await signedToken(request.clientId, request.audience, scopes, signer, {
    from: Math.floor(now / 1000),
    lifetime,
  });
  return {
    access_token: token,
    scope: scopes.join(' '),
    expires_in: lifetime,
    token_type: 'Bearer',
  };
}

function authenticate(
  { clientId, clientSecret }: TokenRequest,
  { clients }: DevIssuerSettings,
): void {
  const secret = clients.get(clientId);
  // One answer for both faults, so that client identifiers cannot be tried out.
  if (secret === undefined || !timingSafeEqual(digest(secret), digest(clientSecret))) {
    throw new TokenError('invalid_client', 'no such client, or another secret');
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function grantedScopes(
  { scopes: wanted }: TokenRequest,
  audience: string,
  { audiences }: DevIssuerSettings,
): readonly string[] {
  const granted = audiences.get(audience);
  if (granted === undefined) {
    const known = [...audiences.keys()].join(', ');
    throw new TokenError(
      'access_denied',
      `Service not found: ${audience} (known: ${known}; --audience adds one)`,
    );
  }
  const refused = wanted?.find((scope) => !granted.includes(scope));
  if (refused !== undefined) {
    throw new TokenError('invalid_scope', `the client has no scope ${refused} at ${audience}`);
  }
  return wanted ?? granted;
}

/** The claims that Auth0 puts into the token of an API with role-based access control. */
function signedToken(
  clientId: string,
  audience: string,
  scopes: readonly string[],
  { issuer, key }: Signer,
  { from, lifetime }: { readonly from: number; readonly lifetime: number },
): Promise<string> {
  return new SignJWT({
    iss: issuer,
    sub: `${clientId}@clients`,
    aud: audience,
    // A token that has expired was issued before that.
    iat: Math.min(from, from + lifetime - 1),
    exp: from + lifetime,
    scope: scopes.join(' '),
    gty: 'client-credentials',
    azp: clientId,
    permissions: scopes,
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
    .sign(key.privateKey);
}

/**
 * What Auth0 gives where no audience was asked for: an encrypted token that only Auth0 itself can read. It is the most
 * frequent mistake of beginners, and here they can make it.
 */
function opaqueToken(issuer: string): Promise<string> {
  return new CompactEncrypt(randomBytes(32))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', iss: issuer })
    .encrypt(randomBytes(32));
}
