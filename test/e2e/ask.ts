import assert from 'node:assert/strict';
import { type Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { until } from './commands.ts';

/** A gateway, as its clients reach it. */
export interface Gateway {
  /** Address of its Service. */
  readonly address: string;
  readonly port: number;
  /** The host that clients ask for. */
  readonly host: string;
  /** Whose certificate it shows, in PEM; absent: it speaks no TLS. */
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Asks a gateway once. Rejects where the connection fails or nothing comes within 10 s. */
export function ask(
  { address, port, host, ca }: Gateway,
  path: string,
  headers: OutgoingHttpHeaders = {},
  agent?: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, path, headers: { host, ...headers }, timeout: 10_000 };
    // With TLS each request has a connection of its own: a kept one would be to another host's filters.
    const tls = { ...options, ca, servername: host, agent: false };
    const plain = { ...options, ...(agent !== undefined && { agent }) };
    const sent = (ca === undefined ? request(plain) : requestOverTls(tls)).on(
      'response',
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => {
          const body = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
        });
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.once('error', reject);
    sent.end();
  });
}

export function bearer(token: string): OutgoingHttpHeaders {
  return { authorization: `Bearer ${token}` };
}

/** Asks until the status is the expected one: a gateway takes a moment to learn of a route. */
export async function answers(
  gateway: Gateway,
  path: string,
  status: number,
  headers: OutgoingHttpHeaders = {},
  seconds = 30,
): Promise<Answer> {
  let last: Answer | undefined;
  try {
    return await until(`${status} at ${gateway.host}${path}`, seconds, async () => {
      last = await ask(gateway, path, headers);
      return last.status === status ? last : undefined;
    });
  } catch (error) {
    throw new Error(
      `${(error as Error).message}; last: ${last?.status} ${last?.body.slice(0, 300)}`,
      { cause: error },
    );
  }
}

/** An identity that the client made up, also in the spelling that CGI and WSGI cannot tell apart. */
const FORGED = { 'x-auth-subject': 'admin', x_auth_subject: 'admin' };

/** How a gateway differs from the others. */
export interface Manners {
  /** What clients forge in place of the usual. */
  readonly forged?: OutgoingHttpHeaders;
  /** Whether the gateway puts a body of its own in place of Watchword's. */
  readonly dropsBody?: boolean;
}

/** What the three requests of the tutorial get: 401 without a token, 200 with one, 403 with too little. Gives the reasons. */
export async function threeAnswers(
  gateway: Gateway,
  token: string,
  [allowed, forbidden]: readonly [allowed: string, forbidden: string],
  { forged = FORGED, dropsBody = false }: Manners = {},
): Promise<string> {
  const missing = await answers(gateway, allowed, 401);
  if (!dropsBody) assert.equal(JSON.parse(missing.body).reason, 'token_missing');
  assert.match(String(missing.headers['www-authenticate']), /^Bearer (?!.*error=)/);

  const passed = await answers(gateway, allowed, 200, { ...bearer(token), ...forged });
  const { headers } = JSON.parse(passed.body) as { headers: Readonly<Record<string, string>> };
  assert.equal(headers['x-auth-subject'], 'demo@clients');
  assert.equal(headers['x_auth_subject'], undefined);
  const refused = await answers(gateway, forbidden, 403, bearer(token));
  if (!dropsBody) assert.equal(JSON.parse(refused.body).reason, 'scope_insufficient');
  assert.match(String(refused.headers['www-authenticate']), /error="insufficient_scope"/);
  return '401 token_missing, 200 with the identity of the token, 403 scope_insufficient';
}
