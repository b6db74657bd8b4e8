import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../../deploy/support/child.ts';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { freePorts } from '../../deploy/support/free-port.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { until } from '../../deploy/support/until.ts';
import { only, render } from './render.ts';

/** A route of `gateway.envoy.routes`, to a backend at `127.0.0.1:PORT`. */
export interface ChartRoute {
  readonly name: string;
  readonly hosts?: readonly string[];
  readonly port: number;
}

/** Envoy with the configuration that the chart renders. Disposing of it stops it. */
export interface ChartEnvoy extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
}

/** Starts the chart's own Envoy, with this machine's addresses in place of the pod's. `authz` is Watchword's gRPC port. */
export async function startChartEnvoy(
  routes: readonly ChartRoute[],
  authz: number,
): Promise<ChartEnvoy> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-chart-envoy-'));
  const [port = 0, adminPort = 0, statisticsPort = 0] = await freePorts(3);
  const file = join(folder, 'envoy.yaml');
  await writeFile(file, moved(await rendered(routes), { port, adminPort, statisticsPort, authz }));
  const child = stack.use(
    await startChild({
      name: "the chart's Envoy",
      command: await findEnvoy(),
      args: ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'warning'],
    }),
  );
  await until("the chart's Envoy to be ready", () => ready(child, statisticsPort));
  const owned = stack.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function rendered(routes: readonly ChartRoute[]): Promise<string> {
  const own = routes.map(({ port, ...route }) => ({
    ...route,
    backend: { host: '127.0.0.1', port },
  }));
  const objects = await render({ gateway: { envoy: { enabled: true, routes: own } } });
  const data = only(objects, 'ConfigMap', 'watchword-gateway')['data'] as Record<string, string>;
  return data['envoy.yaml'] ?? '';
}

/** Throws where the text has another form than the chart's now, so that nothing is left in place silently. */
function moved(
  text: string,
  ports: Readonly<Record<'port' | 'adminPort' | 'statisticsPort' | 'authz', number>>,
): string {
  const replaced: readonly (readonly [from: string, to: string])[] = [
    ['address: 0.0.0.0, port_value: 8080', `address: 127.0.0.1, port_value: ${ports.port}`],
    [
      'address: 0.0.0.0, port_value: 9902',
      `address: 127.0.0.1, port_value: ${ports.statisticsPort}`,
    ],
    ['port_value: 9901', `port_value: ${ports.adminPort}`],
    [
      'pipe: { path: /run/watchword/authz.sock }',
      `socket_address: { address: 127.0.0.1, port_value: ${ports.authz} }`,
    ],
  ];
  return replaced.reduce((so, [from, to]) => {
    if (!so.includes(from)) throw new Error(`the chart's Envoy has no '${from}'`);
    return so.replaceAll(from, to);
  }, text);
}

async function ready(child: Child, port: number): Promise<true | undefined> {
  if (!child.isRunning()) throw child.complaint('did not start');
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(`http://127.0.0.1:${port}/ready`, { signal }).catch(() => null);
  await response?.body?.cancel();
  return response?.status === 200 ? true : undefined;
}
