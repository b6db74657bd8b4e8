import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { until } from '../../deploy/support/until.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { folderWith } from '../server/folder.ts';
import { RESOURCE, type SignInProvider, startSignInProvider, type Wanted } from './sign-in.ts';

/** RFC 9470 from end to end: a refusal, its challenge, a new sign-in by `oidc-provider` as the challenge asks, and a 200. */

const AGE = 15 * 60;

/** What a client reads in a challenge (RFC 9470 section 3), to send it to the authorization endpoint (section 4). */
function wantedBy(challenge: string): Wanted {
  assert.match(challenge, /^Bearer .*error="insufficient_user_authentication"/);
  const all = [...challenge.matchAll(/\b(acr_values|max_age)="([^"]*)"/g)];
  return Object.fromEntries(all.map(([, name, value]) => [name, value]));
}

describe('a step-up through real Envoy', () => {
  const stack = new AsyncDisposableStack();
  let provider: SignInProvider;
  let url = '';
  before(async () => {
    provider = stack.use(await startSignInProvider());
    const configuration = {
      listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0' },
      log: { level: 'silent' },
      shutdown: { grace: '1s' },
      issuers: [
        {
          name: 'login',
          issuer: provider.issuer,
          audiences: [RESOURCE],
          keys: { discovery: true, allowHttp: true },
        },
      ],
      pipelines: [
        {
          name: 'payments',
          match: [{ paths: ['/payments/**'] }],
          require: { authentication: { maxAge: '15m', acr: ['phr'] } },
        },
        { name: 'orders', match: [{ paths: ['/orders/**'] }], require: {} },
      ],
    };
    const folder = stack.use(await folderWith({ 'watchword.yaml': configuration }));
    const watchword = stack.use(
      await startWatchword(folder.at('watchword.yaml'), pino({ level: 'silent' })),
    );
    const backend = stack.use(await startBackend('application'));
    const envoy = await startEnvoy({
      authz: `127.0.0.1:${watchword.grpcPort}`,
      timeout: '5s',
      pipelines: [{ name: 'all', address: backend.address }],
    });
    url = stack.use(envoy).url;
    const ready = `http://127.0.0.1:${watchword.adminPort}/readyz`;
    await until('keys', async () => (await fetch(ready)).status === 200 || undefined);
  });
  after(() => stack.disposeAsync());

  const pay = async (token: string, path = '/payments/1') => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    await answer.body?.cancel();
    return { status: answer.status, challenge: answer.headers.get('www-authenticate') ?? '' };
  };
  const now = () => Math.floor(Date.now() / 1000);

  for (const [title, earlier] of [
    ['a sign-in of another kind', { acr: 'pwd', at: now() }],
    ['a sign-in that is too long ago', { acr: 'phr', at: now() - 2 * AGE }],
  ] as const) {
    test(`${title} is refused, the challenge says which would do, and that one passes`, async () => {
      const browser = provider.browser(earlier);
      const first = await browser.token(RESOURCE);
      assert.equal((await pay(first, '/orders/1')).status, 200, 'it is a good token elsewhere');
      const refused = await pay(first);
      assert.equal(refused.status, 401);
      const wanted = wantedBy(refused.challenge);
      assert.deepEqual(wanted, { acr_values: 'phr', max_age: String(AGE) });

      const again = await browser.token(RESOURCE);
      assert.equal(
        (await pay(again)).status,
        401,
        'a new token of the same sign-in changes nothing',
      );

      const second = await browser.token(RESOURCE, wanted);
      assert.equal((await pay(second)).status, 200);
    });
  }
});
