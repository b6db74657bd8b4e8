import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { freePorts } from '../../deploy/support/free-port.ts';
import { clusterHome } from '../cluster/programs.ts';

const BIN = join(clusterHome(), 'bin');

/** A real kube-apiserver with an etcd of its own: RBAC, admission and watches as in any cluster, but no nodes. */
export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly caFile: string;
  /** Makes a user with a token of its own. Tokens are known from the start: `watchword`, `watchword-next`. */
  readonly tokens: Readonly<Record<User, string>>;
  /** Asks as administrator. Throws where the answer is no success. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Ends the API server, as a crash does, and gives what starts it again on the same port and data. */
  stop(): Promise<() => Promise<void>>;
}

type User = 'admin' | 'watchword' | 'watchwordNext';

/** Starts both. Throws with the line that builds them where they are missing. */
export async function startApiServer(): Promise<ApiServer> {
  for (const program of ['etcd', 'kube-apiserver']) {
    if (!existsSync(join(BIN, program)))
      throw new Error(
        `${join(BIN, program)} is missing; build it with: test/cluster/up --api-only`,
      );
  }
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'watchword-api-server-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const tokens = await writeIdentities(folder);
  const [etcdPort = 0, port = 0] = await freePorts(2);
  const etcd = start('etcd', [
    `--data-dir=${folder}/etcd`,
    '--unsafe-no-fsync',
    '--log-level=error',
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    '--listen-peer-urls=http://127.0.0.1:0',
  ]);
  stack.defer(() => end(etcd));
  const url = `https://127.0.0.1:${port}`;
  const agent = new Agent({ connect: { ca: await readFile(join(folder, 'ca.pem'), 'utf8') } });
  stack.defer(() => agent.destroy());
  const request = (method: string, path: string, body?: unknown) =>
    ask(agent, url, tokens.admin, method, path, body);
  const serve = async (): Promise<ChildProcess> => {
    const server = start('kube-apiserver', flags(folder, etcdPort, port));
    await until(async () => {
      if (server.exitCode !== null) throw new Error('kube-apiserver ended');
      await request('GET', '/readyz');
    });
    return server;
  };
  let server = await serve();
  stack.defer(() => end(server));
  const owned = stack.move();
  return {
    url,
    port,
    caFile: join(folder, 'ca.pem'),
    tokens,
    request,
    stop: async () => {
      await end(server);
      return async () => {
        server = await serve();
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function writeIdentities(folder: string): Promise<ApiServer['tokens']> {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '2', '-subj', '/CN=api-server', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'ca.pem')],
    ],
    { stdio: 'ignore' },
  );
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'accounts.pem'), pem, { mode: 0o600 });
  const token = () => randomBytes(24).toString('hex');
  const tokens = { admin: token(), watchword: token(), watchwordNext: token() };
  const lines = [
    `${tokens.admin},admin,admin,"system:masters"`,
    `${tokens.watchword},watchword,watchword`,
    `${tokens.watchwordNext},watchword,watchword`,
  ];
  await writeFile(join(folder, 'tokens.csv'), lines.join('\n'), { mode: 0o600 });
  return tokens;
}

function flags(folder: string, etcdPort: number, port: number): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    '--service-cluster-ip-range=10.97.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${folder}/tokens.csv`,
    `--tls-cert-file=${folder}/ca.pem`,
    `--tls-private-key-file=${folder}/key.pem`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${folder}/accounts.pem`,
    `--service-account-key-file=${folder}/accounts.pem`,
    // Without a controller there is no default service account.
    '--disable-admission-plugins=ServiceAccount',
  ];
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(join(BIN, program), args, { stdio: 'ignore' });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function ask(
  agent: Agent,
  origin: string,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const type =
    method === 'PATCH' ? 'application/merge-patch+json' : 'application/json; charset=utf-8';
  const response = await agent.request({
    origin,
    method: method as 'GET',
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  if (response.statusCode >= 300)
    throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
  return text.startsWith('{') ? (JSON.parse(text) as unknown) : text;
}

/** Tries until it does not throw, for a minute at most. */
export async function until<T>(attempt: () => Promise<T> | T, within = 60_000): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
