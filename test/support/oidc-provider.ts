import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error The package ships no types; what is used of it is described below.
import UntypedProvider from 'oidc-provider';
import { makeKey, type TestKey } from './keys.ts';

const Provider = UntypedProvider as new (
  issuer: string,
  configuration: object,
) => { callback(): RequestListener };

export interface WantedToken {
  /** Default: `read:orders`. */
  readonly scope?: string;
  /** The audience; default: `http://orders`. */
  readonly resource?: string;
}

/** An issuer that nobody here wrote: the certified `oidc-provider`, with JWT access tokens (RFC 9068). */
export interface OidcProvider extends AsyncDisposable {
  /** As in `iss`. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** Asks for a token with the client credentials grant. Throws what the issuer answers in place of one. */
  token(wanted?: WantedToken): Promise<string>;
  /** Signs with a new key from now on; the old one stays in the key set unless it is to be dropped. */
  rotate(options?: { readonly dropOld?: boolean }): void;
}

/** The client that the issuer knows. */
export const CLIENT = { id: 'machine', secret: 'not-a-secret' };
const SCOPES = ['read:orders', 'write:orders'];

/** Starts the issuer on a free port of 127.0.0.1. `scopes` are those that it knows. */
export async function startOidcProvider({
  scopes = SCOPES,
}: {
  readonly scopes?: readonly string[];
} = {}): Promise<OidcProvider> {
  const server = createServer();
  const issuer = await listen(server);
  let keys: readonly TestKey[] = [makeKey('RS256')];
  let callback = providerOf(issuer, keys, scopes);
  server.on('request', (request, response) => callback(request, response));
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    token: (wanted) => requestToken(issuer, wanted),
    rotate: ({ dropOld = false } = {}) => {
      // It signs with the first key that fits.
      keys = [makeKey('RS256'), ...(dropOld ? [] : keys)];
      callback = providerOf(issuer, keys, scopes);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Nothing needs a store: its access tokens are JWTs, and its client is in the configuration. */
class NoStore {
  async find(): Promise<undefined> {
    return undefined;
  }
}

function providerOf(
  issuer: string,
  keys: readonly TestKey[],
  scopes: readonly string[],
): RequestListener {
  const privateKeys = keys.map(({ privateKey, kid, alg }) => ({
    ...privateKey.export({ format: 'jwk' }),
    kid,
    alg,
    use: 'sig',
  }));
  const provider = new Provider(issuer, {
    adapter: NoStore,
    ttl: { ClientCredentials: 3600 },
    jwks: { keys: privateKeys },
    scopes,
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenFormat: 'jwt',
        }),
      },
    },
  });
  return provider.callback();
}

async function requestToken(issuer: string, wanted: WantedToken = {}): Promise<string> {
  const { scope = 'read:orders', resource = 'http://orders' } = wanted;
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = (await answer.json()) as { access_token?: unknown };
  if (typeof body.access_token === 'string') return body.access_token;
  throw new Error(`the issuer answered ${answer.status}: ${JSON.stringify(body)}`);
}
