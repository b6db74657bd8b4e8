import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '../deploy/support/child.ts';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import type { Pipeline } from '../src/policy/pipeline.ts';
import type { Request } from '../src/request/request.ts';
import type { RouteIndex } from '../src/routes/match/route-index.ts';
import { RouteCompiler } from '../src/routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../src/routes/read/rules.ts';
import { selectRouted } from '../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../test/policy/samples.ts';
import { type ApiServer, startApiServer, until } from '../test/support/api-server.ts';
import { BINDING, BINDINGS, INGRESSES, ROLE } from '../test/support/kube-objects.ts';

/**
 * `node bench/routes.ts [ROUTES]`: what watching many routes costs, in CPU time. First the index alone, for several numbers of routes, then a
 * whole server that watches a real API server with that many Ingresses (10,000 unless said).
 */

const RULES = rulesOf({
  ingressClasses: ['ours'],
  ingressWithoutClass: false,
  gateways: [],
  shareHosts: [],
});
const LOOKUPS = 500_000;
const DIST = fileURLToPath(new URL('../dist/main.js', import.meta.url));

type Spread = 'a host each' | 'one host';

/** An Ingress with two paths; every fourth has annotations. */
function ingress(index: number, spread: Spread): object {
  const [host, path] =
    spread === 'one host' ? ['all.example', `/app-${index}`] : [`app-${index}.example`, '/'];
  const annotations =
    index % 4 === 0 ? { 'watchword.dev/pipeline': 'orders', 'watchword.dev/scopes': 'read' } : {};
  const backend = { service: { name: 'backend', port: { number: 80 } } };
  const paths = [path, `${path}/admin`.replace('//', '/')].map((one) => ({
    path: one,
    pathType: 'Prefix',
    backend,
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: `app-${index}`, namespace: 'default', annotations },
    spec: { ingressClassName: 'ours', rules: [{ host, http: { paths } }] },
  };
}

const ORDERS: Pipeline = samplePipeline('orders', { selectableByNamespaces: 'any' });
const POLICY = samplePolicy({ named: [ORDERS], fallback: ORDERS });

function requestTo(index: number, spread: Spread): Request {
  return spread === 'one host'
    ? sampleRequest({ host: 'all.example', path: `/app-${index}/admin/x?y=1` })
    : sampleRequest({ host: `app-${index}.example`, path: '/admin/x?y=1' });
}

/** Nanoseconds of one selection, the best of five rounds. */
function selectionCost(index: RouteIndex | null, requests: readonly Request[]): number {
  const round = (): void => {
    for (let at = 0; at < LOOKUPS; at += 1) {
      const request = requests[at % requests.length];
      if (request === undefined || !selectRouted(POLICY, request, index).ok)
        throw new Error('a request was refused');
    }
  };
  return Math.min(...Array.from({ length: 5 }, () => (timed(round) * 1e6) / LOOKUPS));
}

function measureIndex(count: number, spread: Spread): void {
  const items = Array.from({ length: count }, (_, index) => ingress(index, spread));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const objects = objectsFrom(items);
  const compiler = new RouteCompiler(RULES);
  const first = timed(() => compiler.compile(objects));
  const changes = Array.from({ length: 20 }, (_, at) => {
    const ingresses = new Map(objects.Ingress);
    const [changed] = objectsFrom([ingress(at, spread)]).Ingress;
    if (changed !== undefined) ingresses.set(...changed);
    return timed(() => compiler.compile({ ...objects, Ingress: ingresses }));
  });
  const index = compiler.compile(objects);
  globalThis.gc?.();
  const bytes = process.memoryUsage().heapUsed - before;
  const requests = Array.from({ length: 64 }, (_, at) =>
    requestTo(Math.floor((at * count) / 64), spread),
  );
  const cost = selectionCost(index, requests);
  const memory = globalThis.gc === undefined ? '-' : `${(bytes / 1e6).toFixed(1)} MB`;
  const median = changes.sort((a, b) => a - b)[10] ?? 0;
  const cells = [
    String(count),
    spread,
    `${first.toFixed(1)} ms`,
    `${median.toFixed(2)} ms`,
    memory,
    `${Math.round(cost)} ns`,
  ];
  print(`| ${cells.join(' | ')} |`);
}

/** Milliseconds of CPU: what else the machine does is not counted, garbage collection is. */
function timed(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e3;
}

async function fill(server: ApiServer, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => index);
  const work = async (): Promise<void> => {
    for (let next = names.pop(); next !== undefined; next = names.pop())
      await server.request('POST', INGRESSES, ingress(next, 'a host each'));
  };
  await Promise.all(Array.from({ length: 32 }, work));
}

/** Time to ready and resident memory of the built program, with and without routes. */
async function measureServer(server: ApiServer, watch: boolean): Promise<void> {
  await using folder = await temporaryFolder('watchword-bench-routes-');
  await writeFile(`${folder.path}/token`, server.tokens.watchword);
  await writeFile(
    `${folder.path}/watchword.json`,
    JSON.stringify({
      listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0' },
      log: { level: 'info' },
      shutdown: { grace: '1s' },
      pipelines: [{ name: 'orders', selectableBy: { namespaces: ['default'] }, require: 'none' }],
      routes: {
        watch,
        ingressClasses: ['ours'],
        events: false,
        apiServer: server.url,
        caFile: server.caFile,
        tokenFile: 'token',
      },
    }),
  );
  const began = performance.now();
  await using child = await startChild({
    name: 'watchword serve',
    command: process.execPath,
    args: [DIST, 'serve', '--config', `${folder.path}/watchword.json`],
  });
  const [line] = await child.line(/.*"msg":"serving".*/);
  const { adminPort } = JSON.parse(line) as { adminPort: number };
  await until(async () => {
    const { status } = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
    if (status !== 200) throw new Error('not ready');
  });
  const took = performance.now() - began;
  const { pid } = child;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const resident = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1e3;
  print(
    `${watch ? 'watching' : 'not watching'}: ready after ${Math.round(took)} ms, resident ${resident('VmRSS').toFixed(0)} MB, at most ${resident('VmHWM').toFixed(0)} MB`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const count = Number(process.argv[2] ?? 10_000);
print('| routes | spread | first index | after one change | heap | selection |');
print('|---|---|---|---|---|---|');
const plain = [sampleRequest({ host: 'a.example', path: '/admin/x?y=1' })];
print(`| no watch | | | | | ${Math.round(selectionCost(null, plain))} ns |`);
for (const spread of ['a host each', 'one host'] as const) {
  for (const routes of [10, 100, 1_000, count]) measureIndex(routes, spread);
}
await using server = await startApiServer();
await server.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', ROLE);
await server.request('POST', BINDINGS, BINDING);
await until(() => server.request('GET', '/api/v1/namespaces/default'));
const filling = performance.now();
await fill(server, count);
print(`\n${count} Ingresses made in ${Math.round((performance.now() - filling) / 1000)} s`);
await measureServer(server, false);
await measureServer(server, true);
