import { AUDIENCE } from './configuration.ts';

/** The request of the tutorial, with the client that dev-issuer knows from the start. */
export const TOKEN_REQUEST = {
  client_id: 'demo',
  client_secret: 'demo-secret',
  audience: AUDIENCE,
  grant_type: 'client_credentials',
} as const;

/** Asks an issuer for a token as the tutorial does. Throws where it gives none. */
export async function requestToken(issuer: string): Promise<string> {
  const answer = await fetch(new URL('/oauth/token', issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(TOKEN_REQUEST),
    signal: AbortSignal.timeout(5_000),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: unknown };
  if (typeof token !== 'string')
    throw new Error(`the issuer answered ${answer.status} without an access_token`);
  return token;
}

/** The claims of a token, not verified. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
