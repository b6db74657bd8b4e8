import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, REQUEST, start } from './start.ts';

const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
const form = (changes: Readonly<Record<string, string>>) =>
  new URLSearchParams({ ...REQUEST, ...changes });
const { client_secret: _, ...WITHOUT_SECRET } = REQUEST;

interface Refusal {
  /** A sentence. */
  readonly title: string;
  readonly sent: object | URLSearchParams | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly error: string;
  readonly description: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a wrong secret is refused',
    sent: { ...REQUEST, client_secret: 'demo-secre' },
    status: 401,
    error: 'invalid_client',
    description: /^no such client, or another secret$/,
  },
  {
    title: 'an unknown client is refused in the same words',
    sent: { ...REQUEST, client_id: 'constructor' },
    status: 401,
    error: 'invalid_client',
    description: /^no such client, or another secret$/,
  },
  {
    title: 'another grant is refused',
    sent: { ...REQUEST, grant_type: 'password' },
    status: 400,
    error: 'unsupported_grant_type',
    description: /client_credentials/,
  },
  {
    title: 'an unknown audience is refused with those that are known',
    sent: { ...REQUEST, audience: 'http://other"\\\n' },
    status: 403,
    error: 'access_denied',
    description:
      /^Service not found: http:\/\/other\?\?\? \(known: http:\/\/orders, http:\/\/bills;/,
  },
  {
    title: 'a scope that the client does not have is refused',
    sent: { ...REQUEST, scope: 'read:orders admin' },
    status: 400,
    error: 'invalid_scope',
    description: /admin/,
  },
  {
    title: 'a request without a grant type is refused',
    sent: { ...REQUEST, grant_type: 7 },
    status: 400,
    error: 'invalid_request',
    description: /grant_type is missing/,
  },
  {
    title: 'a request without a client is refused',
    sent: new URLSearchParams({ grant_type: 'client_credentials' }),
    status: 400,
    error: 'invalid_request',
    description: /client_id is missing/,
  },
  {
    title: 'a request without a secret is refused',
    sent: WITHOUT_SECRET,
    status: 400,
    error: 'invalid_request',
    description: /client_secret is missing/,
  },
  {
    title: 'a parameter that comes twice is refused',
    sent: new URLSearchParams([...form({}), ['audience', 'http://bills']]),
    status: 400,
    error: 'invalid_request',
    description: /audience comes twice/,
  },
  {
    title: 'a client that authenticates in two ways is refused',
    sent: REQUEST,
    headers: basic('demo:demo-secret'),
    status: 400,
    error: 'invalid_request',
    description: /two ways/,
  },
  {
    title: 'a wrong secret in the Basic scheme is refused',
    sent: WITHOUT_SECRET,
    headers: basic('demo:wrong'),
    status: 401,
    error: 'invalid_client',
    description: /another secret/,
  },
  {
    title: 'another scheme than Basic is refused',
    sent: WITHOUT_SECRET,
    headers: { authorization: 'Bearer demo' },
    status: 401,
    error: 'invalid_client',
    description: /Basic/,
  },
  {
    title: 'JSON that does not parse is refused',
    sent: '{"client_id":',
    status: 400,
    error: 'invalid_request',
    description: /no JSON object/,
  },
  {
    title: 'JSON that is no object is refused',
    sent: '[]',
    status: 400,
    error: 'invalid_request',
    description: /no JSON object/,
  },
  {
    title: 'another content type is refused with those that are taken',
    sent: JSON.stringify(REQUEST),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    error: 'invalid_request',
    description: /application\/x-www-form-urlencoded or application\/json/,
  },
];

for (const { title, sent, headers = {}, status, error, description } of REFUSALS) {
  test(`${title}: ${status} ${error}`, async () => {
    await using issuer = await start();
    const answer = await ask(issuer, sent, headers);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual(Object.keys(answer.body), ['error', 'error_description']);
    assert.equal(answer.body['error'], error);
    assert.match(String(answer.body['error_description']), description);
    assert.doesNotMatch(JSON.stringify(answer.body), /demo-secre/);
    const challenge = status === 401 && 'authorization' in headers ? /^Basic realm="/ : /^none$/;
    assert.match(answer.headers.get('www-authenticate') ?? 'none', challenge);
  });
}

test('a body of more than 16 KiB is refused with 413 before it is read', async () => {
  await using issuer = await start();
  const answer = await fetch(`${issuer.url}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...REQUEST, more: 'x'.repeat(20_000) }),
  });
  assert.equal(answer.status, 413);
  assert.equal(await answer.text(), 'the body is longer than 16384 bytes\n');
});

test('a path that is not there gets 404 with the paths that are', async () => {
  await using issuer = await start();
  for (const path of ['', 'rotate', 'oauth', 'constructor', 'oauth/token/']) {
    const answer = await fetch(`${issuer.url}${path}`, { method: 'POST' });
    assert.equal(answer.status, 404, path);
    assert.match(await answer.text(), /\/oauth\/token/);
  }
});

test('a method that a path does not have gets 405 with the one it has', async () => {
  await using issuer = await start();
  for (const [method, path, allow] of [
    ['GET', 'oauth/token', 'POST'],
    ['POST', '.well-known/jwks.json', 'GET, HEAD'],
    ['DELETE', 'pem', 'GET, HEAD'],
  ] as const) {
    const answer = await fetch(`${issuer.url}${path}`, { method });
    assert.equal(answer.status, 405, path);
    assert.equal(answer.headers.get('allow'), allow);
  }
});

test('HEAD gets what GET gets, without the body', async () => {
  await using issuer = await start();
  const [got, asked] = await Promise.all([
    fetch(`${issuer.url}pem`),
    fetch(`${issuer.url}pem?x=1`, { method: 'HEAD' }),
  ]);
  assert.equal(asked.status, 200);
  assert.equal(asked.headers.get('content-length'), String((await got.text()).length));
  assert.equal(await asked.text(), '');
});
