import { spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findPackage } from '../support/npm-package.ts';

/** The folder of Express Gateway's package. */
export function findExpressGateway(): Promise<string> {
  return findPackage('express-gateway', '1.16.10');
}

export interface Sent {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ExpressGateway extends AsyncDisposable {
  /** Whether the backend answered. */
  readonly passes: (sent: Sent) => Promise<boolean>;
}

const SYSTEM = {
  db: { redis: { emulate: true, namespace: 'EG' } },
  crypto: { cipherKey: 'key', algorithm: 'aes256', saltRounds: 10 },
  session: { secret: 'session', resave: false, saveUninitialized: false },
  accessTokens: { timeToExpiry: 7_200_000 },
  refreshTokens: { timeToExpiry: 7_200_000 },
  authorizationCodes: { timeToExpiry: 300_000 },
};

const BACKEND = 'x-backend';

/** Starts the real gateway with a configuration, `serviceEndpoints` and ports given; its key files are in `folder`. */
export async function startExpressGateway(folder: string, config: object): Promise<ExpressGateway> {
  const home = await findExpressGateway();
  await using owned = new AsyncDisposableStack();
  const backend = createServer((_, response) => response.setHeader(BACKEND, 'yes').end());
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  owned.defer(() => void backend.close().closeAllConnections());
  const { port } = backend.address() as AddressInfo;
  const settings = join(folder, 'express-gateway');
  await mkdir(settings);
  await cp(join(home, 'lib/config/models'), join(settings, 'models'), { recursive: true });
  const whole = {
    http: { port: 0, hostname: '127.0.0.1' },
    serviceEndpoints: { app: { url: `http://127.0.0.1:${port}` } },
    ...config,
  };
  await writeFile(join(settings, 'gateway.config.yml'), stringify(whole));
  await writeFile(join(settings, 'system.config.yml'), stringify(SYSTEM));
  const gateway = spawn(process.execPath, [join(home, 'lib/index.js')], {
    cwd: folder,
    env: {
      ...process.env,
      EG_CONFIG_DIR: settings,
      EG_DISABLE_CONFIG_WATCH: 'true',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => gateway.once('close', () => resolve()));
  owned.defer(async () => {
    gateway.kill('SIGKILL');
    await ended;
  });
  const listening = await new Promise<number>((resolve, reject) => {
    let log = '';
    const read = (chunk: Buffer) => {
      log += chunk.toString();
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(log)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    gateway.stdout.on('data', read);
    gateway.stderr.on('data', read);
    gateway.once('close', () => reject(new Error(`Express Gateway ended: ${log.slice(0, 2000)}`)));
  });
  const stack = owned.move();
  return {
    passes: (sent) => ask(listening, sent),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function ask(port: number, { method, host, path, headers }: Sent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { host, ...headers } },
      (response) => {
        response.resume();
        resolve(response.headers[BACKEND] !== undefined);
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
