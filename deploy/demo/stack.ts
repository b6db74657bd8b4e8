import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../support/child.ts';
import { findEnvoy } from '../support/find-envoy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type Backend, startBackend } from './backend.ts';
import { AUDIENCE, OTHER_AUDIENCE, writeConfiguration } from './configuration.ts';
import { type Envoy, startEnvoy } from './envoy.ts';
import type { Ports } from './ports.ts';

/** The program as `npm run build` makes it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Everything that the demo runs. Disposing of it stops it in the reverse order. */
export interface Stack extends AsyncDisposable {
  /** URL of the issuer, as in `iss`. */
  readonly issuer: string;
  /** Configuration file of Watchword. */
  readonly configuration: string;
  /** URL of Watchword's admin listener. */
  readonly admin: string;
  /** URL of Watchword's console. */
  readonly console: string;
  readonly billings: Backend;
  readonly invoices: Backend;
  readonly envoy: Envoy;
  /** The processes. */
  readonly children: readonly Child[];
}

/** Runs a step and tells of it; gives what the step gives. */
export type Step = <T>(
  name: string,
  start: () => Promise<T>,
  describe: (started: T) => string,
) => Promise<T>;

/** Starts issuer, Watchword, backends and Envoy, in this order. Throws where one does not come up; the others are stopped then. */
export async function startStack(ports: Ports, step: Step): Promise<Stack> {
  if (!existsSync(PROGRAM)) throw new Error('the program is not built; run: npm run build');
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-demo-'));

  await step('envoy', findEnvoy, (path) => path);
  const issuer = await step(
    'dev-issuer',
    () => startIssuer(ports.issuer),
    ({ url }) => url,
  );
  stack.use(issuer.child);
  const configuration = await step(
    'key and configuration',
    () => writeConfiguration(folder, issuer.url, ports),
    (file) => file,
  );
  const watchword = await step(
    'watchword',
    () => startWatchword(configuration, folder),
    ({ admin }) => `${admin}/metrics`,
  );
  stack.use(watchword.child);
  const billings = stack.use(
    await step('backend billings', () => startBackend('billings', ports.billings), addressOf),
  );
  const invoices = stack.use(
    await step('backend invoices', () => startBackend('invoices', ports.invoices), addressOf),
  );
  const envoy = stack.use(
    await step(
      'gateway',
      () => startGateway(ports, watchword.grpc, [billings, invoices]),
      ({ url }) => url,
    ),
  );

  const children = [issuer.child, watchword.child, envoy.child];
  const owned = stack.move();
  const dispose = (): Promise<void> => owned.disposeAsync();
  return {
    issuer: issuer.url,
    configuration,
    admin: watchword.admin,
    console: watchword.console,
    billings,
    invoices,
    envoy,
    children,
    [Symbol.asyncDispose]: dispose,
  };
}

function addressOf({ address }: Backend): string {
  return address;
}

/** Starts the issuer of the tutorial, with a second API whose tokens are for others. */
export async function startIssuer(port: number): Promise<{ child: Child; url: string }> {
  const apis = [`${AUDIENCE}=read:orders`, `${OTHER_AUDIENCE}=read:reports`];
  const audiences = apis.flatMap((api) => ['--audience', api]);
  const args = [PROGRAM, 'dev-issuer', '--listen', `127.0.0.1:${port}`, ...audiences];
  return started({ name: 'dev-issuer', args }, async (child) => {
    const [url] = await child.line(/https?:\/\/[^\s"]+/);
    return { child, url };
  });
}

/** Starts Watchword and waits until it is ready. */
export async function startWatchword(
  file: string,
  folder: string,
): Promise<{ child: Child; admin: string; console: string; grpc: string; http: string | null }> {
  const args = [PROGRAM, 'serve', '--config', file];
  const logFile = join(folder, 'watchword.log');
  return started({ name: 'watchword', args, logFile }, async (child) => {
    const { input } = await child.line(/"msg":"serving"/);
    const { grpcPort, adminPort, consolePort, httpPort } = JSON.parse(input) as {
      grpcPort: number;
      adminPort: number;
      consolePort: number;
      httpPort?: number;
    };
    const admin = `http://127.0.0.1:${adminPort}`;
    await until('Watchword and its readiness', async () => {
      if (!child.isRunning()) throw child.complaint('did not become ready');
      return (await fetch(`${admin}/readyz`)).ok ? true : undefined;
    });
    const http = httpPort === undefined ? null : `http://127.0.0.1:${httpPort}`;
    const console = `http://127.0.0.1:${consolePort}/`;
    return { child, admin, console, grpc: `127.0.0.1:${grpcPort}`, http };
  });
}

/** Starts a program of this Node and waits for it; stops it where it does not come up. */
async function started<T>(
  options: { readonly name: string; readonly args: readonly string[]; readonly logFile?: string },
  ready: (child: Child) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const child = stack.use(await startChild({ ...options, command: process.execPath }));
  const value = await ready(child);
  stack.move();
  return value;
}

function startGateway(
  ports: Ports,
  authz: string,
  [billings, invoices]: readonly [Backend, Backend],
): Promise<Envoy> {
  return startEnvoy({
    port: ports.gateway,
    adminPort: ports.envoyAdmin,
    authz,
    healthCheck: true,
    pipelines: [
      { name: billings.name, address: billings.address, prefix: '/orders' },
      { name: invoices.name, address: invoices.address, prefix: '/invoices' },
    ],
  });
}
