import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import type { Asked } from '../conformance/cases.ts';
import { decisionLog } from '../conformance/decision-log.ts';
import { type Engine, openEngine } from '../conformance/engine.ts';
import { makeFixture } from '../conformance/fixtures.ts';
import { type Group, groups, IDENTITY, Rig, run } from '../conformance/gateway-rig.ts';
import type { Tally } from '../conformance/gateway-table.ts';
import type { Gateway } from './ask.ts';
import { apply, kubectl, until } from './commands.ts';
import { type Forward, HERE, HERE_NAME, startForward } from './forward.ts';
import { ingressOf, NGINX } from './nginx-ingresses.ts';

const BACKEND = { namespace: NGINX, service: 'conformance', port: 80 };

/** What stands between the controller and this process, where Watchword and the backend run. */
interface Ends {
  readonly watchword: Forward;
  readonly controller: Forward;
  readonly backend: Backend;
}

/** Runs the conformance cases through the controller, one configuration after the other. Says how they ended. */
export async function nginxConformance({ address, port }: Gateway): Promise<string> {
  if (process.env['E2E_USE_KUBECONFIG'] === '1')
    return 'needs a cluster whose pods reach this machine';
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await startBackend('echo'));
  const behind = stack.use(await startForward(HERE));
  behind.to('127.0.0.1', backend.port);
  await apply(backendAt(behind.port));
  const controller = stack.use(await startForward('127.0.0.1'));
  controller.to(address, port);
  const ends = { watchword: stack.use(await startForward(HERE)), controller, backend };
  const tally: Tally = { same: 0, rewritten: 0, itself: 0 };
  for (const group of groups()) await runGroup(group, ends, tally);
  // They are for all hosts, and lead nowhere from here on.
  await kubectl(['delete', 'ingress', '--namespace', NGINX, '--selector', `app=${NGINX}`]);
  const { same, rewritten, itself } = tally;
  return `${same + rewritten + itself} cases: ${same} as over gRPC, ${rewritten} after it normalized the path, ${itself} refused by itself`;
}

async function runGroup(
  { fixture, pipeline, cases }: Group,
  ends: Ends,
  tally: Tally,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await makeFixture(fixture, { http: '127.0.0.1:0' }, 'debug'));
  const { log, decisions } = decisionLog();
  const { httpPort } = stack.use(await startWatchword(path, log));
  if (httpPort === null) throw new Error('no HTTP listener');
  ends.watchword.to('127.0.0.1', httpPort);
  const engine = await openEngine(fixture, stack);
  const rig = new Rig(
    { name: 'ingress-nginx', port: ends.controller.port },
    [ends.backend],
    decisions,
  );
  for (const object of ingresses(pipeline, ends.watchword.port)) await apply(object);
  await until(`the controller to ask about ${pipeline}`, 60, () =>
    asksAlways(pipeline, rig, engine),
  );
  for (const one of cases) {
    // The override headers are the ConfigMap's, for all Ingresses.
    if (one.path?.startsWith('/keep/')) continue;
    try {
      tally[await run(one, rig, engine)] += 1;
    } catch (cause) {
      throw new Error(`${one.title}: ${cause}`, { cause });
    }
  }
}

/** A second of right answers: workers with the configuration before take connections for a moment yet. */
async function asksAlways(pipeline: string, rig: Rig, engine: Engine): Promise<true | undefined> {
  const asked: Asked = {
    method: 'GET',
    host: 'orders.example.com',
    path: '/',
    headers: [],
    context: pipeline === '-' ? {} : { 'watchword.dev/pipeline': pipeline },
    token: null,
  };
  const expected = await engine(asked);
  const end = Date.now() + 1_000;
  while (Date.now() < end) {
    const { decision } = await rig.ask(asked);
    if (decision?.reason !== expected.reason) return undefined;
  }
  return true;
}

/** For all hosts; what an answer lacks is removed, so a list with `Authorization` strips the token. */
function ingresses(pipeline: string, port: number): readonly string[] {
  const url = `http://${HERE_NAME}:${port}/auth/ingress-nginx/${pipeline}`;
  const asking = (...headers: readonly string[]) => ({
    'auth-url': url,
    'auth-response-headers': headers.join(','),
  });
  // In this order: the controller reads changes of Ingresses one after the other, and that of `all` is waited for.
  return [
    ingressOf({
      name: 'strip',
      path: '/strip',
      annotations: asking(...IDENTITY, 'Authorization'),
      backend: BACKEND,
    }),
    ingressOf({ name: 'all', annotations: asking(...IDENTITY), backend: BACKEND }),
  ];
}

/** A Service whose only endpoint is a port of this machine. */
function backendAt(port: number): string {
  const { namespace, service: name } = BACKEND;
  const metadata = { name, namespace, labels: { 'kubernetes.io/service-name': name } };
  const items = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'http', port: BACKEND.port, targetPort: port }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      endpoints: [{ addresses: [HERE], conditions: { ready: true } }],
      ports: [{ name: 'http', port }],
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
