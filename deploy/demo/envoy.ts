import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootstrapOptions, bootstrap } from '../envoy/bootstrap.ts';
import { type Child, startChild } from '../support/child.ts';
import { findEnvoy } from '../support/find-envoy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** Ports may be left out: the kernel chooses free ones. `accessLog: true` logs into a temporary file. */
export type EnvoyOptions = Omit<BootstrapOptions, 'port' | 'adminPort' | 'accessLog'> & {
  readonly port?: number;
  readonly adminPort?: number;
  readonly accessLog?: boolean;
};

/** What Envoy counts about our filter; `failureModeAllowed` are the requests that passed without an answer. */
export interface ExtAuthzCounters {
  readonly ok: number;
  readonly denied: number;
  readonly error: number;
  readonly failureModeAllowed: number;
}

/** A line of the access log. */
export interface AccessLogLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `ext_authz_denied`, `via_upstream` and the like. */
  readonly details: string;
  /** The dynamic metadata of the answer, null where there was none. */
  readonly watchword: Readonly<Record<string, unknown>> | null;
}

/** A running Envoy. Disposing of it stops it and removes its files. */
export interface Envoy extends AsyncDisposable {
  readonly child: Child;
  /** Of the gateway on 127.0.0.1. */
  readonly port: number;
  readonly adminPort: number;
  /** `http://127.0.0.1:PORT` of the gateway. */
  readonly url: string;
  counters(): Promise<ExtAuthzCounters>;
  /** The lines of the access log once there are that many. Needs `accessLog: true`. */
  accessLog(lines: number): Promise<readonly AccessLogLine[]>;
}

/** Starts Envoy before the given pipelines and waits until it takes requests. Throws with its last lines where it does not. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-envoy-'));
  const child = stack.use(await startProcess(folder, options));
  const adminPort = await adminPortOf(child, folder);
  const admin = (path: string): Promise<string> => ask(`http://127.0.0.1:${adminPort}${path}`);
  await whileRunning(child, 'its readiness', async () => {
    return (await admin('/ready')).startsWith('LIVE') ? true : undefined;
  });
  const port = gatewayPort(await admin('/listeners?format=json'));
  const owned = stack.move();
  return {
    child,
    port,
    adminPort,
    url: `http://127.0.0.1:${port}`,
    counters: async () => extAuthzCounters(await admin('/stats?filter=^http.gateway.ext_authz')),
    accessLog: (lines) => readAccessLog(join(folder, ACCESS_LOG), lines),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const ACCESS_LOG = 'access.log';
const ADMIN_ADDRESS = 'admin-address';

async function startProcess(folder: string, options: EnvoyOptions): Promise<Child> {
  const { port = 0, adminPort = 0, accessLog = false, ...rest } = options;
  const settings = bootstrap({
    ...rest,
    port,
    adminPort,
    ...(accessLog ? { accessLog: join(folder, ACCESS_LOG) } : {}),
  });
  const file = join(folder, 'bootstrap.json');
  await writeFile(file, JSON.stringify(settings));
  return startChild({
    name: 'Envoy',
    command: await findEnvoy(),
    args: [
      ...['--config-path', file, '--admin-address-path', join(folder, ADMIN_ADDRESS)],
      // Hot restart shares memory and a socket between all Envoys of a machine.
      ...['--disable-hot-restart', '--concurrency', '1'],
      ...['--log-level', 'warning', '--file-flush-interval-msec', '20'],
    ],
  });
}

async function adminPortOf(child: Child, folder: string): Promise<number> {
  return whileRunning(child, 'its admin address', async () => {
    const text = await readFile(join(folder, ADMIN_ADDRESS), 'utf8').catch(() => '');
    const port = /:(\d+)$/.exec(text.trim())?.[1];
    return port === undefined ? undefined : Number(port);
  });
}

async function whileRunning<T>(
  child: Child,
  what: string,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  return until(`Envoy and ${what}`, () => {
    if (!child.isRunning()) throw child.complaint('did not start');
    return attempt();
  });
}

async function ask(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
}

function gatewayPort(listeners: string): number {
  const { listener_statuses: statuses } = JSON.parse(listeners) as {
    listener_statuses: {
      name: string;
      local_address: { socket_address: { port_value: number } };
    }[];
  };
  const gateway = statuses.find((status) => status.name === 'gateway');
  if (gateway === undefined) throw new Error('Envoy has no listener named gateway');
  return gateway.local_address.socket_address.port_value;
}

function extAuthzCounters(stats: string): ExtAuthzCounters {
  const count = (name: string): number =>
    Number(new RegExp(`ext_authz\\.${name}: (\\d+)`).exec(stats)?.[1] ?? 0);
  return {
    ok: count('ok'),
    denied: count('denied'),
    error: count('error'),
    failureModeAllowed: count('failure_mode_allowed'),
  };
}

function readAccessLog(path: string, lines: number): Promise<readonly AccessLogLine[]> {
  return until(`${lines} lines in Envoy's access log`, async () => {
    const text = await readFile(path, 'utf8');
    const complete = text.split('\n').slice(0, -1);
    return complete.length < lines
      ? undefined
      : complete.map((line) => JSON.parse(line) as AccessLogLine);
  });
}
