import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../deploy/support/child.ts';

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Starts the command on a free port and waits until it is ready. */
async function startCommand(...args: string[]): Promise<{ child: Child; url: string }> {
  const child = await startChild({
    name: 'dev-issuer',
    command: process.execPath,
    args: [PROGRAM, 'dev-issuer', '--listen', '127.0.0.1:0', ...args],
  });
  const [, url = ''] = await child.line(/^dev-issuer ready at (http:\/\/127\.0\.0\.1:\d+\/)$/);
  return { child, url };
}

/** Runs the command to its end. */
function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'dev-issuer', ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

async function askFor(url: string, request: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', ...request }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

test('the command prints one line, gives the tutorial a token and ends with 0 at SIGTERM', async () => {
  const { child, url } = await startCommand();
  try {
    const client = { client_id: 'demo', client_secret: 'demo-secret' };
    const { scope, expires_in: lifetime } = await askFor(url, {
      ...client,
      audience: 'http://orders',
    });
    assert.deepEqual([scope, lifetime], ['read:orders', 86_400]);
    assert.deepEqual(child.lastLines(), [`dev-issuer ready at ${url}`]);
  } finally {
    await child[Symbol.asyncDispose]();
  }
  assert.equal(await child.ended, 'exit code 0');
});

test('the options say who may ask, for what, and for how long', async () => {
  const { child, url } = await startCommand(
    ...['--client', 'a:b:c', '--client', 'd:e', '--token-lifetime', '90s'],
    ...['--audience', 'http://x/?a=b=read:x write:x', '--audience', 'http://y=', '--allow-rotate'],
  );
  try {
    const client = { client_id: 'a', client_secret: 'b:c' };
    const x = await askFor(url, { ...client, audience: 'http://x/?a=b' });
    assert.deepEqual([x['scope'], x['expires_in']], ['read:x write:x', 90]);
    assert.equal((await askFor(url, { ...client, audience: 'http://y' }))['scope'], '');
    const demo = { client_id: 'demo', client_secret: 'demo-secret', audience: 'http://y' };
    assert.equal((await askFor(url, demo))['error'], 'invalid_client');
    assert.equal((await fetch(`${url}rotate`, { method: 'POST' })).status, 200);
  } finally {
    await child[Symbol.asyncDispose]();
  }
});

test('a port in use is one line and exit code 1', async () => {
  const { child, url } = await startCommand();
  try {
    const { host } = new URL(url);
    assert.deepEqual(await run('--listen', host), {
      code: 1,
      stdout: '',
      stderr: `watchword: cannot listen on ${host}: the port is in use\n`,
    });
  } finally {
    await child[Symbol.asyncDispose]();
  }
});

test('a listener that other machines may reach is warned of', async () => {
  const args = [PROGRAM, 'dev-issuer', '--listen', '0.0.0.0:0'];
  const child = await startChild({ name: 'dev-issuer', command: process.execPath, args });
  try {
    await child.line(/warning: 0\.0\.0\.0:0 may be reached from other machines/);
    await child.line(/^dev-issuer ready at http:\/\/localhost:\d+\/$/);
  } finally {
    await child[Symbol.asyncDispose]();
  }
});

for (const [args, message] of [
  [['--listen', '9400'], /--listen 9400 is not HOST:PORT/],
  [['--listen', 'localhost:70000'], /is not HOST:PORT/],
  [['--listen', 'unix:/tmp/x'], /is not HOST:PORT/],
  [['--issuer', 'https://issuer.example'], /with the slash/],
  [['--issuer', 'https://issuer.example/tenant/'], /is not of the form https:\/\/HOST\//],
  [['--client', 'mysecret'], /--client is not ID:SECRET/],
  [['--audience', '=read:orders'], /no URI before the =/],
  [['--token-lifetime', 'soon'], /--token-lifetime soon is not a duration/],
  [['--token-lifetime', '10ms'], /a second or more/],
  [['--frobnicate'], /frobnicate/],
] as const) {
  test(`'${args.join(' ')}' is refused with one line and exit code 2`, async () => {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.match(stderr, /^watchword dev-issuer: .*\n$/);
    assert.doesNotMatch(stderr, /mysecret/);
  });
}
