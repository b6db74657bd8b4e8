import { createHash, randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error The package ships no types; what is used of it is described below.
import * as untyped from 'oidc-provider';
import { makeKey } from '../support/keys.ts';

/** A sign-in of a person with `oidc-provider`: the authorization code flow with PKCE, and RFC 9470's two parameters. */

interface Context {
  readonly oidc: {
    readonly params: { readonly acr_values?: string };
    readonly session: { readonly acr?: string };
    readonly result?: { readonly login?: unknown };
    readonly client: { readonly clientId: string };
    readonly account?: { readonly accountId: string };
    readonly entities: {
      readonly AuthorizationCode?: { readonly acr?: string; readonly authTime?: number };
    };
  };
}

interface Grant {
  addOIDCScope(scope: string): void;
  addResourceScope(resource: string, scope: string): void;
  save(): Promise<string>;
}

interface Provider {
  callback(): RequestListener;
  interactionDetails(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ readonly params: { readonly acr_values?: string } }>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
  ): Promise<void>;
  readonly Grant: new (of: { accountId: string; clientId: string }) => Grant;
}

type Policy = { get(prompt: string): { readonly checks: { add(check: object): void } } };

const { Provider, interactionPolicy } = untyped as unknown as {
  readonly Provider: new (issuer: string, configuration: object) => Provider;
  readonly interactionPolicy: {
    readonly base: () => Policy;
    readonly Check: new (
      reason: string,
      description: string,
      check: (context: Context) => boolean,
    ) => object;
  };
};

const CLIENT_ID = 'shop';
const REDIRECT_URI = 'https://shop.example/back';
const PERSON = 'alice';
const SCOPE = 'read:orders';

/** How the person has signed in before. */
export interface Earlier {
  readonly acr: string;
  /** `auth_time`, seconds since the epoch. */
  readonly at: number;
}

/** What a sign-in is asked for (RFC 9470 section 4). */
export interface Wanted {
  readonly acr_values?: string;
  readonly max_age?: string;
}

/** An issuer that people sign in to. */
export interface SignInProvider extends AsyncDisposable {
  readonly issuer: string;
  /** A browser with cookies of its own, whose person has signed in once. */
  browser(earlier: Earlier): { token(resource: string, wanted?: Wanted): Promise<string> };
}

/** Starts the issuer on a free port of 127.0.0.1. Whoever is asked to sign in does so at once, in the way that is asked for. */
export async function startSignInProvider(): Promise<SignInProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let earlier: Earlier | null = null;
  const provider = new Provider(
    issuer,
    configuration(() => provider),
  );
  const callback = provider.callback();
  const signIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { params } = await provider.interactionDetails(request, response);
    const [acr] = params.acr_values?.split(' ') ?? [];
    const login = earlier === null ? { acr } : { acr: earlier.acr, ts: earlier.at };
    earlier = null;
    const result = { login: { accountId: PERSON, ...login } };
    await provider.interactionFinished(request, response, result);
  };
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) void signIn(request, response);
    else void callback(request, response);
  });
  return {
    issuer,
    browser: (before) => {
      earlier = before;
      const cookies = new Map<string, string>();
      return { token: (resource, wanted = {}) => tokenFor(issuer, cookies, resource, wanted) };
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configuration(provider: () => Provider): object {
  const key = makeKey('RS256');
  const policy = interactionPolicy.base();
  // The provider asks again for a sign-in that is too old; one of another kind is its operator's to know.
  policy.get('login').checks.add(
    new interactionPolicy.Check(
      'acr_values',
      'another kind of sign-in is asked for',
      ({ oidc }) => {
        const wanted = oidc.params.acr_values?.split(' ') ?? [];
        const { acr = '' } = oidc.session;
        return wanted.length > 0 && !wanted.includes(acr) && oidc.result?.login === undefined;
      },
    ),
  );
  return {
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig' }] },
    cookies: { keys: ['a key of the test'] },
    acrValues: ['pwd', 'phr'],
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      Session: 7200,
    },
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        redirect_uris: [REDIRECT_URI],
      },
    ],
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    interactions: {
      policy,
      url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}`,
    },
    // No page that asks for consent.
    loadExistingGrant: async ({ oidc }: Context) => {
      const { Grant } = provider();
      const grant = new Grant({
        accountId: oidc.account?.accountId ?? '',
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope('openid');
      grant.addResourceScope(RESOURCE, SCOPE);
      await grant.save();
      return grant;
    },
    extraTokenClaims: ({ oidc: { entities } }: Context) => ({
      acr: entities.AuthorizationCode?.acr,
      auth_time: entities.AuthorizationCode?.authTime,
    }),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: SCOPE,
          audience: resource,
          accessTokenFormat: 'jwt',
        }),
      },
    },
  };
}

/** The API that the tokens are for. */
export const RESOURCE = 'http://orders';

async function tokenFor(
  issuer: string,
  cookies: Map<string, string>,
  resource: string,
  wanted: Wanted,
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    // With `acr_values` the provider takes no request that is not one of OpenID Connect.
    scope: `openid ${SCOPE}`,
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...wanted,
  });
  const back = await followed(new URL(`${issuer}/auth?${query}`), cookies);
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`the issuer sent the browser back with ${back.search}`);
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      code,
      code_verifier: verifier,
      resource,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = (await answer.json()) as { access_token?: unknown };
  if (typeof body.access_token === 'string') return body.access_token;
  throw new Error(`the issuer answered ${answer.status}: ${JSON.stringify(body)}`);
}

const MAX_REDIRECTS = 10;

/** Follows redirects as a browser does, until one leads back to the client. */
async function followed(start: URL, cookies: Map<string, string>): Promise<URL> {
  let url = start;
  for (let count = 0; count < MAX_REDIRECTS; count += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(url, {
      headers: { cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null)
      throw new Error(`${url.href} answered ${answer.status} ${await answer.text()}`);
    url = new URL(location, url);
    if (url.href.startsWith(REDIRECT_URI)) return url;
  }
  throw new Error('too many redirects');
}
