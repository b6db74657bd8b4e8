import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startGateway } from '../../deploy/gateways/gateway.ts';
import { withSignIn } from '../../deploy/gateways/nginx-sign-in.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { ask } from '../support/http-client.ts';
import { makeFixture } from './fixtures.ts';
import { makeToken } from './signing.ts';

/** Redirects and bodies of refusals through real gateways that ask over HTTP: what each sends on to a browser. */

const ACCEPT = ['accept', 'text/html,*/*;q=0.8'] as const;
const START = 'https://login.example.com/start?app=shop&rd=';

/** Whether the body of a refusal reaches the client: nginx has pages of its own. */
const GATEWAYS = { nginx: false, haproxy: true, caddy: true, traefik: true, envoy: true } as const;

for (const [name, sendsBody] of Object.entries(GATEWAYS) as [keyof typeof GATEWAYS, boolean][]) {
  describe(`real ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let port = 0;
    before(async () => {
      const { path } = stack.use(await makeFixture('default', { http: '127.0.0.1:0' }));
      const watchword = stack.use(await startWatchword(path, pino({ level: 'silent' })));
      const backend = stack.use(await startBackend('application'));
      const recipe = {
        watchword: `127.0.0.1:${watchword.httpPort}`,
        backend: backend.address,
        identityHeaders: ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'],
        routes: [{ prefix: '/', pipeline: '-' }],
      };
      const gateway = await startGateway(name, recipe, (files) =>
        name === 'nginx' ? withSignIn(files) : files,
      );
      port = stack.use(gateway).port;
    });
    after(() => stack.disposeAsync());

    const get = (headers: readonly (readonly [string, string])[], path = '/pages/x?a=1') =>
      ask({ port, method: 'GET', host: 'orders.example.com', path, headers });

    test('sends a browser without a token to sign in, and nobody keeps that', async () => {
      const { status, headers } = await get([ACCEPT]);
      assert.equal(status, 302);
      const { location = '' } = headers;
      assert.ok(location.startsWith(START), location);
      const back = new URL(new URL(location).searchParams.get('rd') ?? '');
      assert.equal(`${back.host}${back.pathname}${back.search}`, 'orders.example.com/pages/x?a=1');
      assert.equal(headers['cache-control'], 'no-store');
    });

    test('tells a program what it lacks', async () => {
      for (const headers of [[], [['accept', 'application/json'] as const]]) {
        const answer = await get(headers);
        assert.equal(answer.status, 401);
        assert.equal(answer.headers['www-authenticate'], 'Bearer realm="watchword"');
        assert.equal(answer.headers['location'], undefined);
      }
    });

    test(`${sendsBody ? 'sends on' : 'has a page of its own in place of'} the page of the pipeline`, async () => {
      const token = makeToken({ claims: { scope: 'none' } });
      const { status, headers, body } = await get([ACCEPT, ['authorization', `Bearer ${token}`]]);
      assert.equal(status, 403);
      assert.match(headers['content-type'] ?? '', /^text\/html/);
      assert.equal(body.includes('>scope_insufficient</p>'), sendsBody, body);
    });

    test('passes a token that is enough', async () => {
      const { status } = await get([ACCEPT, ['authorization', `Bearer ${makeToken({})}`]]);
      assert.equal(status, 200);
    });
  });
}
