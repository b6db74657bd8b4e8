import { type DevIssuer, startDevIssuer } from '../../src/dev-issuer/dev-issuer.ts';
import type { DevIssuerSettings } from '../../src/dev-issuer/settings.ts';

/** Starts a dev-issuer on a free port, with two APIs and a client whose secret needs encoding. */
export function start(changes: Partial<DevIssuerSettings> = {}): Promise<DevIssuer> {
  return startDevIssuer({
    listen: '127.0.0.1:0',
    issuer: null,
    clients: new Map([
      ['demo', 'demo-secret'],
      ['odd:client', 'a b&c=d%e+f'],
    ]),
    audiences: new Map([
      ['http://orders', ['read:orders', 'write:orders']],
      ['http://bills', []],
    ]),
    tokenLifetime: 86_400,
    allowRotate: false,
    ...changes,
  });
}

/** The request of the Auth0 tutorial. */
export const REQUEST = {
  client_id: 'demo',
  client_secret: 'demo-secret',
  audience: 'http://orders',
  grant_type: 'client_credentials',
} as const;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** What the JSON object of the body has. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks the token endpoint: an object is sent as JSON, parameters as a form. */
export async function ask(
  { url }: DevIssuer,
  parameters: object | URLSearchParams | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const isForm = parameters instanceof URLSearchParams;
  const answer = await fetch(`${url}oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      ...headers,
    },
    body: isForm || typeof parameters === 'string' ? parameters : JSON.stringify(parameters),
  });
  return { status: answer.status, headers: answer.headers, body: await bodyOf(answer) };
}

/** A token for the request of the tutorial. */
export async function tokenOf(issuer: DevIssuer, changes: object = {}): Promise<string> {
  const { body } = await ask(issuer, { ...REQUEST, ...changes });
  return String(body['access_token']);
}

async function bodyOf(answer: Response): Promise<Answered['body']> {
  return (await answer.json()) as Answered['body'];
}
