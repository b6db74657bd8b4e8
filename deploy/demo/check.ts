import assert from 'node:assert/strict';
import type { Received } from './backend.ts';
import { checkCounts } from './counts.ts';
import { explainRefusal } from './explain.ts';
import { type Refused, refusedRequests } from './refused.ts';
import type { Stack } from './stack.ts';
import type { Tally } from './tally.ts';
import { claimsOf, requestToken } from './token.ts';

/** Drives the demo as a newcomer would, and compares what everybody counted. */
export async function checkDemo(stack: Stack, tally: Tally): Promise<void> {
  let token = '';
  await tally.check('token request', async () => {
    token = await requestToken(stack.issuer);
    return `scope ${JSON.stringify(claimsOf(token)['scope'])}`;
  });
  const refused = refusedRequests(token);
  for (const one of refused) await tally.check(one.title, () => refusal(stack, one));
  await tally.check('200 with the token on /orders/1', () => passes(stack, token));
  await checkCounts(stack, refused, tally);
  for (const one of refused) {
    await tally.check(`explain ${one.path} ${one.reason}`, () => explainRefusal(stack, one));
  }
}

async function refusal(stack: Stack, { status, reason, path, token }: Refused): Promise<string> {
  const answer = await ask(stack, path, token === null ? {} : { authorization: `Bearer ${token}` });
  const text = await answer.text();
  assert.equal(answer.status, status, 'status:');
  assert.equal(answer.headers.get('content-type'), 'application/problem+json', 'content-type:');
  const problem = JSON.parse(text) as { status?: unknown; reason?: unknown };
  assert.equal(problem.status, status, 'status in the body:');
  assert.equal(problem.reason, reason, 'reason in the body:');
  const challenge = answer.headers.get('www-authenticate') ?? 'no WWW-Authenticate';
  assert.match(challenge, CHALLENGES[status] ?? /^$/, `${challenge}:`);
  return `${reason}, ${challenge}`;
}

/** RFC 6750 section 3.1: no error code where no token was sent. */
const CHALLENGES: Readonly<Record<number, RegExp>> = {
  401: /^Bearer (?!.*error=)|^Bearer .*error="invalid_token"/,
  403: /^Bearer .*error="insufficient_scope"/,
};

/** Sends identity headers of its own too, in both spellings that backends take for one. */
async function passes(stack: Stack, token: string): Promise<string> {
  const spoofed = { 'x-auth-subject': 'admin', x_auth_subject: 'admin', 'x-auth-scope': 'all' };
  const answer = await ask(stack, '/orders/1', { authorization: `Bearer ${token}`, ...spoofed });
  assert.equal(answer.status, 200, 'status:');
  const { backend, path, headers } = (await answer.json()) as Received;
  const { sub, scope } = claimsOf(token);
  assert.equal(backend, 'billings', 'backend:');
  assert.equal(path, '/orders/1', 'path:');
  assert.equal(headers['x-auth-subject'], sub, 'x-auth-subject at the backend:');
  assert.equal(headers['x-auth-scope'], scope, 'x-auth-scope at the backend:');
  assert.equal(headers['x_auth_subject'], undefined, 'x_auth_subject at the backend:');
  return `${backend} got x-auth-subject ${JSON.stringify(sub)} and not the spoofed ones`;
}

function ask(
  stack: Stack,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(`${stack.envoy.url}${path}`, { headers, signal: AbortSignal.timeout(10_000) });
}
