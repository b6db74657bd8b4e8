import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Live } from '../../src/base/live.ts';
import { KubeApi } from '../../src/kube/api.ts';
import { RouteWatch } from '../../src/live/route-watch.ts';
import { type RouteIndex, UNKNOWN_ROUTES } from '../../src/routes/match/route-index.ts';
import { rulesOf } from '../../src/routes/read/rules.ts';
import { type ApiServer, startApiServer, until } from '../support/api-server.ts';
import {
  BINDING,
  BINDINGS,
  DEFINITIONS,
  definitionOf,
  INGRESSES,
  ingress,
  ROLE,
} from '../support/kube-objects.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const RULES = rulesOf({
  ingressClasses: ['ours'],
  ingressWithoutClass: false,
  gateways: ['default/gate'],
  shareHosts: [],
});
/** Short watches, so that a dead connection is found within a test. */
const TIMES = { watch: 1, grace: 300, absent: 200, retry: 200 };

/** A watch over a wire that can be cut, and the objects that it sees. */
class Watched implements AsyncDisposable {
  readonly live = new Live<RouteIndex | null>(UNKNOWN_ROUTES);
  readonly faults: string[] = [];
  readonly recovered: string[] = [];
  readonly watch: RouteWatch;
  readonly #stack = new AsyncDisposableStack();

  constructor(server: ApiServer, port: number, tokenFile: string) {
    const access = { server: `https://127.0.0.1:${port}`, tokenFile, caFile: server.caFile };
    const api = this.#stack.use(new KubeApi(access));
    this.watch = this.#stack.use(
      new RouteWatch(
        api,
        this.live,
        { namespaces: '*', rules: RULES, times: TIMES },
        {
          compiled: () => undefined,
          failed: ({ kind }, fault) => this.faults.push(`${kind} ${fault}`),
          recovered: ({ kind }) => this.recovered.push(kind),
        },
      ),
    );
    this.watch.start();
  }

  /** The names of the objects that are known. */
  get names(): readonly string[] {
    return (this.live.current?.objects ?? []).map(({ name }) => name);
  }

  sees(name: string, within?: number): Promise<void> {
    return until(() => assert.ok(this.names.includes(name), `${name} is not seen`), within);
  }

  misses(name: string, within?: number): Promise<void> {
    return until(() => assert.ok(!this.names.includes(name), `${name} is seen`), within);
  }

  fault(kind: string): string | null {
    return this.watch.status().find(({ resource }) => resource.kind === kind)?.fault ?? null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

describe('the watch of a real API server', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack();
  let server: ApiServer;
  let wire: TcpProxy;
  let watched: Watched;
  let tokenFile: string;
  const add = (name: string) => server.request('POST', INGRESSES, ingress(name, `${name}.example`));
  const remove = (name: string) => server.request('DELETE', `${INGRESSES}/${name}`);

  before(async () => {
    server = stack.use(await startApiServer());
    const folder = await mkdtemp(join(tmpdir(), 'watchword-watch-'));
    stack.defer(() => rm(folder, { recursive: true }));
    tokenFile = join(folder, 'token');
    await writeFile(tokenFile, server.tokens.watchword);
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    await server.request('POST', roles, ROLE);
    await server.request('POST', BINDINGS, BINDING);
    wire = stack.use(await startTcpProxy(server.port));
    await until(() => add('first'));
    watched = stack.use(new Watched(server, wire.port, tokenFile));
    await watched.sees('first');
  });
  after(() => stack.disposeAsync());

  test('an object is seen within a second of its creation, and gone within one of its deletion', async () => {
    await add('quick');
    await watched.sees('quick', 1_000);
    await remove('quick');
    await watched.misses('quick', 1_000);
  });

  test('a connection that is dead without a sign is found and replaced', async () => {
    wire.set('frozen');
    await add('behind-a-dead-wire');
    wire.set('open');
    await watched.sees('behind-a-dead-wire');
    await remove('behind-a-dead-wire');
    await watched.misses('behind-a-dead-wire');
  });

  test('while the API server is away the last known objects stay, and what changed is seen after', async () => {
    await add('before-the-restart');
    await watched.sees('before-the-restart');
    const restart = await server.stop();
    await until(() => assert.notEqual(watched.fault('Ingress'), null));
    assert.ok(watched.names.includes('before-the-restart'));
    const seen = watched.watch.lastSync;
    assert.ok(seen < Date.now());
    await restart();
    await until(() => assert.equal(watched.fault('Ingress'), null));
    assert.ok(watched.watch.lastSync > seen);
    await add('after-the-restart');
    await watched.sees('after-the-restart', 2_000);
    await remove('before-the-restart');
    await watched.misses('before-the-restart', 1_000);
  });

  test('a version that the server has forgotten (410) leads to a new list', async () => {
    await add('forgotten');
    await watched.sees('forgotten');
    wire.set('cut');
    await until(() => assert.notEqual(watched.fault('Ingress'), null));
    // A new server knows no changes from before its start, so the watch cannot go on from where it was.
    await remove('forgotten');
    await add('unheard-of');
    const restart = await server.stop();
    await restart();
    wire.set('open');
    await watched.sees('unheard-of');
    await watched.misses('forgotten');
  });

  test('rights that are taken away leave the last known objects, and come back', async () => {
    await add('kept');
    await watched.sees('kept');
    await server.request('DELETE', `${BINDINGS}/watchword`);
    await until(() => assert.equal(watched.fault('Ingress'), 'is forbidden (RBAC)'));
    assert.ok(watched.names.includes('kept'));
    await add('while-blind');
    await server.request('POST', BINDINGS, BINDING);
    await watched.sees('while-blind');
    await until(() => assert.equal(watched.fault('Ingress'), null));
    assert.ok(watched.faults.includes('Ingress is forbidden (RBAC)'));
    assert.ok(watched.recovered.includes('Ingress'));
  });

  test('a new token is used as soon as it is in the file', async () => {
    await writeFile(tokenFile, 'taken-back');
    await until(() => assert.equal(watched.fault('Ingress'), 'is refused the token'));
    await writeFile(tokenFile, server.tokens.watchwordNext);
    await until(() => assert.equal(watched.fault('Ingress'), null));
    await add('under-the-new-token');
    await watched.sees('under-the-new-token', 1_000);
  });

  test('a kind that the cluster gets later is seen, and its objects go with it', async () => {
    const { name, body } = definitionOf('HTTPProxy');
    await server.request('POST', DEFINITIONS, body);
    const proxy = {
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: { name: 'late', namespace: 'default' },
      spec: { virtualhost: { fqdn: 'late.example' }, routes: [{}] },
      status: { currentStatus: 'valid' },
    };
    const path = '/apis/projectcontour.io/v1/namespaces/default/httpproxies';
    await until(() => server.request('POST', path, proxy));
    await watched.sees('late');
    const found = watched.live.current?.find('late.example', '/x', 'GET');
    assert.ok(found !== undefined && found !== 'too many');
    assert.equal(found[0]?.name, 'late');
    await server.request('DELETE', `${DEFINITIONS}/${name}`);
    await watched.misses('late');
  });

  test('more objects than fit into one page are all listed', async () => {
    const names = Array.from({ length: 620 }, (_, index) => `many-${index}`);
    for (let at = 0; at < names.length; at += 20)
      await Promise.all(names.slice(at, at + 20).map(add));
    await using another = new Watched(server, wire.port, tokenFile);
    await until(() =>
      assert.equal(another.names.filter((name) => name.startsWith('many-')).length, 620),
    );
  });
});
