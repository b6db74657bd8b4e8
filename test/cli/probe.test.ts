import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { answerTo } from '../../src/answer/answer.ts';
import { refuse } from '../../src/check/decision.ts';
import { runProgram } from './program.ts';

/** What a gateway answers to a path: a status, a challenge and a body. */
const ANSWERS: Readonly<
  Record<string, readonly [status: number, challenge: string, body: string]>
> = {
  '/open': [200, '', 'hello'],
  '/other': [401, 'Bearer realm="other"', '{"reason":"token_missing"}'],
  '/nginx': [401, 'Bearer realm="watchword"', '<html>401 Authorization Required</html>'],
  '/expired': [401, 'Bearer realm="watchword", error="invalid_token"', '<html>401</html>'],
  '/basic': [401, 'Basic realm="watchword"', ''],
  '/forbidden': [403, '', '<html>403 Forbidden</html>'],
  '/login': [302, '', ''],
  '/broken': [503, '', 'upstream connect error'],
  ...Object.fromEntries(
    (['token_missing', 'pipeline_missing', 'keys_unavailable'] as const).map((reason) => {
      const answer = answerTo(refuse(reason), null);
      assert.ok(!answer.passes);
      const challenge = answer.headers.find(({ name }) => name === 'www-authenticate')?.value ?? '';
      return [`/${reason}`, [answer.http, challenge, answer.body] as const];
    }),
  ),
};

describe('probe', () => {
  let server: Server;
  let port: number;
  const hosts: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      assert.equal(request.headers.authorization, undefined);
      hosts.push(request.headers.host ?? '');
      const [status, challenge, body] = ANSWERS[request.url ?? ''] ?? [404, '', ''];
      response.writeHead(status, challenge === '' ? {} : { 'www-authenticate': challenge });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const rows: readonly (readonly [path: string, code: number, says: RegExp])[] = [
    ['/token_missing', 0, /: protected; 401 token_missing by Watchword$/],
    ['/nginx', 0, /: protected; 401 token_missing by Watchword$/],
    ['/expired', 1, /: not protected; 401, but not by Watchword$/],
    ['/open', 1, /: not protected; 200 without a token: Watchword was not asked/],
    ['/other', 1, /: not protected; 401, but not by Watchword/],
    ['/basic', 1, /: not protected; 401, but not by Watchword/],
    [
      '/forbidden',
      1,
      /: not protected; 403 without a token: refused, but nothing says that it was by/,
    ],
    ['/login', 1, /: not protected; 302/],
    ['/broken', 1, /: not protected; 503/],
    ['/pipeline_missing', 1, /: refused; Watchword answers 403 pipeline_missing/],
    ['/keys_unavailable', 1, /: refused; Watchword answers 503 keys_unavailable/],
  ];
  for (const [path, code, says] of rows) {
    test(`${path} ends with ${code}`, async () => {
      const ended = await runProgram(['probe', `http://127.0.0.1:${port}${path}`]);
      assert.equal(ended.code, code);
      const [line = ''] = (code === 0 ? ended.stdout : ended.stderr).split('\n');
      assert.match(line, says);
    });
  }

  test('HEAD has no body, and the challenge is enough', async () => {
    const url = `http://127.0.0.1:${port}/token_missing`;
    assert.equal((await runProgram(['probe', url, '--method', 'HEAD'])).code, 0);
  });

  test('--connect asks an address under the host of the URL', async () => {
    const args = ['probe', 'http://shop.example/token_missing', '--connect', `127.0.0.1:${port}`];
    assert.equal((await runProgram(args)).code, 0);
    assert.equal(hosts.at(-1), 'shop.example');
  });

  test('--json says it in one object', async () => {
    const { code, stdout } = await runProgram(['probe', `http://127.0.0.1:${port}/open`, '--json']);
    assert.equal(code, 1);
    assert.equal((JSON.parse(stdout) as { result: string }).result, 'not protected');
  });

  test('nobody there is one line', async () => {
    const { code, stderr } = await runProgram(['probe', 'http://127.0.0.1:1/']);
    assert.equal(code, 1);
    assert.match(stderr, /: no answer; ECONNREFUSED$/m);
  });

  for (const args of [
    [],
    ['x'],
    ['http://a/#b'],
    ['http://a/', 'http://b/'],
    ['ftp://a/'],
    ['http://a/', '--connect', 'x'],
    ['http://u:p@a/'],
  ]) {
    test(`'probe ${args.join(' ')}' is wrong usage`, async () => {
      const { code, stderr } = await runProgram(['probe', ...args]);
      assert.equal(code, 2);
      assert.match(stderr, /^watchword probe: /);
    });
  }
});
