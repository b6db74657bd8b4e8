import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { checkRequest, isRefusal, reasonOf } from '../server/question.ts';
import { settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { CheckClient } from '../support/check-client.ts';
import { ask } from '../support/http-client.ts';
import { runProgram, serve } from './program.ts';

/** Long, so that a server that waits for it instead of its calls is found out. */
const GRACE = '15s';
/** What a stop may take of it, in milliseconds. */
const SOON = 5_000;

const signer = makeSigner();

function served(own: object = {}) {
  return folderWith({
    'watchword.yaml': settings({ shutdown: { grace: GRACE }, ...own }),
    'jwks.json': { keys: [signer.jwk] },
  });
}

const endsSoon = async (ended: Promise<string>): Promise<string> => {
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
  });
  return await until('the end of the server', () => end, SOON);
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`serve answers until ${signal}, then ends with 0, idle connections or not`, async () => {
    await using folder = await served();
    await using serving = await serve(folder.at('watchword.yaml'));
    using client = new CheckClient(`127.0.0.1:${serving.grpcPort}`);
    const answer = await client.check(checkRequest({ token: signer.token() }));
    assert.equal(reasonOf(answer), 'verified');
    process.kill(serving.child.pid, signal);
    assert.equal(await endsSoon(serving.child.ended), 'exit code 0');
    await serving.child.line(new RegExp(`"signal":"${signal}".*"msg":"stopping"`));
  });
}

test('a call that is open at SIGTERM gets its answer', async () => {
  await using issuer = await startIssuer({ keys: [signer.jwk] });
  const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
  await using folder = await served({ issuers });
  await using serving = await serve(folder.at('watchword.yaml'));
  using client = new CheckClient(`127.0.0.1:${serving.grpcPort}`);
  await until('keys', async () => {
    const answer = await client.check(checkRequest({ token: signer.token() }));
    return reasonOf(answer) === 'verified' || undefined;
  });
  // From now on it hangs, and a check whose key is unknown waits for it.
  issuer.answer = null;
  const open = await until('a check that waits for a key', async () => {
    const asked = issuer.nextAsked().then(() => 'waits' as const);
    const token = signer.token({}, { kid: `unknown-${Math.random()}` });
    const answer = client.check(checkRequest({ token }));
    const first = await Promise.race([asked, answer]);
    return first === 'waits' ? { answer } : undefined;
  });
  process.kill(serving.child.pid, 'SIGTERM');
  const answer = await open.answer;
  assert.ok(isRefusal(answer));
  assert.equal(reasonOf(answer), 'keys_unavailable');
  assert.equal(await endsSoon(serving.child.ended), 'exit code 0');
});

test('for shutdown.delay checks are still taken, while readiness says that it stops', async () => {
  await using folder = await served({ shutdown: { delay: '1s', grace: GRACE } });
  await using serving = await serve(folder.at('watchword.yaml'));
  using client = new CheckClient(`127.0.0.1:${serving.grpcPort}`);
  process.kill(serving.child.pid, 'SIGTERM');
  await serving.child.line(/"msg":"stopping"/);
  const ready = {
    port: serving.adminPort,
    method: 'GET',
    host: 'admin',
    path: '/readyz',
    headers: [],
  };
  assert.equal((await ask(ready)).status, 503);
  assert.equal(reasonOf(await client.check(checkRequest({}))), 'token_missing');
  assert.equal(await endsSoon(serving.child.ended), 'exit code 0');
});

for (const listener of ['grpc', 'admin'] as const) {
  test(`a port that is in use for ${listener} is one line and exit 1`, async (t) => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', [listener]: `127.0.0.1:${port}` };
    await using folder = await served({ listen });
    const { code, stdout, stderr } = await runProgram([
      'serve',
      '--config',
      folder.at('watchword.yaml'),
    ]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(`^watchword: cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*\\n$`),
    );
  });
}

test('SIGUSR1 opens no debugger', async () => {
  await using folder = await served({});
  await using serving = await serve(folder.at('watchword.yaml'));
  process.kill(serving.child.pid, 'SIGUSR1');
  await serving.child.line(/"signal":"SIGUSR1".*"msg":"ignored"|Debugger listening/);
  assert.ok(serving.child.lastLines().every((line) => !line.includes('Debugger listening')));
});
