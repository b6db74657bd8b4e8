import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { GATEWAY_NAMES, startGateway } from '../../deploy/gateways/gateway.ts';
import type { RecipeFile } from '../../deploy/gateways/recipe.ts';
import { freePort } from '../../deploy/support/free-port.ts';
import { until } from '../../deploy/support/until.ts';
import { runProgram } from '../cli/program.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';

const KEYS = { keys: [makeSigner().jwk] };

/** A configuration with one probe, of a path that wants a token, through a gateway at a port. */
const probing = (port: number, http = 0) =>
  settings({
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: `127.0.0.1:${http}` },
    probes: [
      {
        name: 'shop',
        url: 'http://orders.example.com/orders/1',
        connect: `127.0.0.1:${port}`,
        every: '1s',
      },
    ],
  });

/** A Watchword that probes through a gateway at a port. */
async function start(
  stack: AsyncDisposableStack,
  config: object,
): Promise<{ readonly watchword: Running; readonly path: string }> {
  const files = { 'watchword.yaml': config, 'jwks.json': KEYS };
  const folder: Folder = stack.use(await folderWith(files));
  const path = folder.at('watchword.yaml');
  return { watchword: stack.use(await run(path)), path };
}

const success = (watchword: Running, value: number) =>
  until(`watchword_probe_success is ${value}`, async () => {
    const series = await watchword.metrics();
    return series.get('watchword_probe_success{probe="shop"}') === value ? true : undefined;
  });

/** Starts a gateway before a backend, which asks over HTTP at a port. Gives the gateway's port. */
type Start = (stack: AsyncDisposableStack, backend: string, http: number) => Promise<number>;

const GATEWAYS: Readonly<Record<string, Start>> = Object.fromEntries(
  GATEWAY_NAMES.map((name): [string, Start] => [
    `${name}, HTTP`,
    async (stack, backend, http) => {
      const routes = [{ prefix: '/', pipeline: '-' }];
      const watchword = `127.0.0.1:${http}`;
      const recipe = { watchword, backend, identityHeaders: [], routes };
      return stack.use(await startGateway(name, recipe)).port;
    },
  ]),
);

/** A guarded route is proven, no backend hears of it, and the command finds the same. */
async function isProven(asks: Running, backend: Backend, path: string): Promise<void> {
  await success(asks, 1);
  assert.deepEqual(
    backend.received.filter(({ path }) => path !== '/'),
    [],
    'no probe reaches a backend',
  );
  const series = await asks.metrics();
  const last = series.get('watchword_probe_last_success_timestamp_seconds{probe="shop"}') ?? 0;
  assert.ok(last > 1_700_000_000);
  const { code, stdout, stderr } = await runProgram(['probe', '--config', path]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^shop http:\S+: protected; 401 token_missing by Watchword$/m);
}

for (const [name, startAsking] of Object.entries(GATEWAYS)) {
  test(`${name}: a guarded route is proven by whichever replica is asked`, async () => {
    await using stack = new AsyncDisposableStack();
    const http = await freePort();
    const backend = stack.use(await startBackend('shop'));
    const port = await startAsking(stack, backend.address, http);
    await start(stack, probing(port, http));
    const { watchword, path } = await start(stack, probing(port));
    await isProven(watchword, backend, path);
  });
}

test('Envoy, gRPC: a guarded route is proven by whichever replica is asked', async () => {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const backend = stack.use(await startBackend('shop'));
  const asked = await start(stack, probing(port));
  const authz = `127.0.0.1:${asked.watchword.grpcPort}`;
  stack.use(
    await startEnvoy({ port, authz, pipelines: [{ name: 'shop', address: backend.address }] }),
  );
  const { watchword, path } = await start(stack, probing(port));
  await isProven(watchword, backend, path);
});

describe('real Envoy, which lets requests pass when there is no answer', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  let path: string;
  before(async () => {
    const port = await freePort();
    const backend = stack.use(await startBackend('shop'));
    const pipelines = [{ name: 'shop', address: backend.address }];
    const authz = `127.0.0.1:${await freePort()}`;
    stack.use(await startEnvoy({ port, authz, pipelines, failOpen: true }));
    ({ watchword, path } = await start(stack, probing(port)));
  });
  after(() => stack.disposeAsync());

  test('is found: the metric is 0, a line says so, and the replica stays ready', async () => {
    await success(watchword, 0);
    const line = await watchword.said('the probe is not answered by Watchword');
    assert.deepEqual(
      [line['level'], line['probe'], line['result'], line['says']],
      [
        50,
        'shop',
        'not protected',
        '200 without a token: Watchword was not asked, or lets everybody in',
      ],
    );
    const { status, body } = await watchword.get('/readyz');
    assert.equal(status, 200);
    assert.match(body, /"probe shop",\s+"ready": true,\s+"detail": "not protected; 200/);
  });

  test('is found by the command', async () => {
    const { code, stderr } = await runProgram(['probe', '--config', path]);
    assert.equal(code, 1);
    assert.match(stderr, /^shop http:\S+: not protected; 200 without a token/m);
  });
});

test('a gateway that asks a Watchword of another configuration is not proven', async () => {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const { watchword, path } = await start(stack, probing(port));
  const issuers = [{ name: 'main', issuer: 'https://other.example/', keys: { file: 'jwks.json' } }];
  const { watchword: stranger } = await start(stack, settings({ issuers }));
  const backend = stack.use(await startBackend('shop'));
  const authz = `127.0.0.1:${stranger.grpcPort}`;
  const pipelines = [{ name: 'shop', address: backend.address }];
  stack.use(await startEnvoy({ port, authz, pipelines }));
  await success(watchword, 0);
  const { says } = await watchword.said('the probe is not answered by Watchword');
  assert.match(String(says), /a 401 as Watchword writes it, but not by one of this configuration/);
  // Without a configuration there is no proof to ask for, and the form of the answer counts.
  const url = `http://orders.example.com/orders/1`;
  const args = ['probe', url, '--connect', `127.0.0.1:${port}`];
  assert.equal((await runProgram(args)).code, 0);
  const strict = [...args, '--config', path];
  assert.match((await runProgram(strict)).stderr, /: unproven; /);
});

test('a configuration without probes proves to the command what it asks', async () => {
  await using stack = new AsyncDisposableStack();
  const { watchword, path } = await start(stack, settings());
  const backend = stack.use(await startBackend('shop'));
  const authz = `127.0.0.1:${watchword.grpcPort}`;
  const pipelines = [{ name: 'shop', address: backend.address }];
  const { port } = stack.use(await startEnvoy({ authz, pipelines }));
  const ask = (more: readonly string[]) =>
    runProgram([
      'probe',
      'http://orders.example.com/orders/1?page=2',
      '--connect',
      `127.0.0.1:${port}`,
      ...more,
    ]);
  assert.equal((await ask(['--config', path])).code, 0);
  const { code, stderr } = await ask(['--config', path, '--method', 'HEAD']);
  assert.equal(code, 0, stderr);
});

test('nginx that asks nobody is found by the metric and by the command', async () => {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await startBackend('shop'));
  const http = await freePort();
  const recipe = {
    watchword: `127.0.0.1:${http}`,
    backend: backend.address,
    identityHeaders: [],
    routes: [{ prefix: '/', pipeline: '-' }],
  };
  /** The recipe as somebody leaves it who takes the one line out that asks. */
  const unguarded = (files: readonly RecipeFile[]) =>
    files.map((file) => ({ ...file, text: file.text.replace(/^\s*auth_request [^;]*;$/gm, '') }));
  const { port } = stack.use(await startGateway('nginx', recipe, unguarded));
  const { watchword, path } = await start(stack, probing(port, http));
  await success(watchword, 0);
  assert.ok(
    backend.received.some((one) => one.path.startsWith('/orders/1')),
    'a request without a token reaches the backend',
  );
  const url = 'http://orders.example.com/orders/1';
  for (const args of [
    ['--config', path],
    [url, '--connect', `127.0.0.1:${port}`],
    [url, '--connect', `127.0.0.1:${port}`, '--config', path],
  ]) {
    const { code, stderr } = await runProgram(['probe', ...args]);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, /: not protected; 200 without a token: Watchword was not asked/);
  }
});
