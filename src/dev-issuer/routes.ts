import type { IncomingMessage } from 'node:http';
import { grantToken, type Signer } from './grant.ts';
import { HttpError, json, type Reply, readBody, text } from './http.ts';
import type { SigningKeys } from './key-ring.ts';
import { metadata } from './metadata.ts';
import type { DevIssuerSettings } from './settings.ts';
import { errorBody, TokenError } from './token-error.ts';
import { readTokenRequest } from './token-request.ts';

/** What the routes need. */
export interface Issuer {
  readonly settings: DevIssuerSettings;
  /** The `iss`, ending with a slash. */
  readonly issuer: string;
  readonly keys: SigningKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly answer: (request: IncomingMessage, issuer: Issuer) => Reply | Promise<Reply>;
}

const BODY_LIMIT = 16_384;
/** RFC 6749 section 5.1 asks for both. */
const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };
/** As long as Auth0 allows: a rotation is seen soon. */
const STORED_BRIEFLY = { 'cache-control': 'public, max-age=15' };

const describe: Route = {
  method: 'GET',
  answer: (_, { issuer, settings }) =>
    json(200, metadata(issuer, [...settings.audiences.values()].flat()), STORED_BRIEFLY),
};

const ROUTES: Readonly<Record<string, Route>> = {
  '/.well-known/openid-configuration': describe,
  '/.well-known/oauth-authorization-server': describe,
  '/.well-known/jwks.json': {
    method: 'GET',
    answer: (_, { keys }) => json(200, keys.jwks, STORED_BRIEFLY),
  },
  '/pem': {
    method: 'GET',
    answer: (_, { keys }) => ({
      status: 200,
      headers: { 'content-type': 'application/x-pem-file', ...STORED_BRIEFLY },
      body: keys.current.pem,
    }),
  },
  '/oauth/token': { method: 'POST', answer: answerTokenRequest },
};

const ROTATE: Route = {
  method: 'POST',
  answer: async (_, { keys }) => {
    await keys.rotate();
    return json(200, { kid: keys.current.kid }, NOT_STORED);
  },
};

/** Answers a request. Throws `HttpError` for what no route takes. */
export async function answer(request: IncomingMessage, issuer: Issuer): Promise<Reply> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const route = routeOf(path, issuer);
  if (route === undefined) {
    throw new HttpError(404, `here are ${Object.keys(ROUTES).join(', ')}`);
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method !== route.method) {
    const allow = route.method === 'GET' ? 'GET, HEAD' : route.method;
    throw new HttpError(405, `only ${allow}`, { allow });
  }
  return route.answer(request, issuer);
}

function routeOf(path: string, { settings }: Issuer): Route | undefined {
  if (path === '/rotate') return settings.allowRotate ? ROTATE : undefined;
  return Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
}

async function answerTokenRequest(request: IncomingMessage, issuer: Issuer): Promise<Reply> {
  const { settings, keys, now } = issuer;
  const { authorization, 'content-type': contentType } = request.headers;
  const body = await readBody(request, BODY_LIMIT);
  const signer: Signer = { issuer: issuer.issuer, key: keys.current };
  try {
    const asked = readTokenRequest(contentType, authorization, body);
    return json(200, await grantToken(asked, settings, signer, now()), NOT_STORED);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    // RFC 6749 section 5.2: a 401 names the scheme, where the client used one.
    const challenge =
      error.status === 401 && authorization !== undefined
        ? { 'www-authenticate': 'Basic realm="dev-issuer"' }
        : {};
    return json(error.status, errorBody(error), { ...NOT_STORED, ...challenge });
  }
}

/** What is sent where `answer` throws. A defect says nothing of itself. */
export function refusal(error: unknown): Reply {
  if (error instanceof HttpError) {
    return text(error.status, `${error.message}\n`, { ...NOT_STORED, ...error.headers });
  }
  return text(500, 'internal error\n', NOT_STORED);
}
