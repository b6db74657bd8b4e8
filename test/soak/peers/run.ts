import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentMemory } from '../../../bench/process-cost.ts';
import { type Child, startChild } from '../../../deploy/support/child.ts';
import { freePorts } from '../../../deploy/support/free-port.ts';
import { PROGRAM } from '../../cli/program.ts';
import { folderWith } from '../../server/folder.ts';
import { settings } from '../../server/settings.ts';
import { ISS, makeSigner } from '../../server/signer.ts';
import { ask } from '../../support/http-client.ts';
import { makeIdentity } from '../../support/identity.ts';
import { imageFlags } from '../../support/image-flags.ts';
import { type AttackName, HANGING, type Target } from './attacks.ts';
import { HonestClient } from './honest.ts';
import type { HostilePeer, Port } from './table.ts';

export interface PeerOptions {
  /** How long the peer goes on, in seconds. */
  readonly seconds: number;
  /** The part of its strength that it shows. */
  readonly scale: number;
  /** The unlimited stand-in in place of Watchword. */
  readonly control: boolean;
  /** The program, `main.js`. */
  readonly program: string;
}

export const DEFAULTS: PeerOptions = { seconds: 8, scale: 1, control: false, program: PROGRAM };

/** What was seen while one hostile peer was there, and afterwards. */
export interface Seen {
  readonly peer: HostilePeer;
  readonly port: Port;
  /** Largest resident memory, in MiB; null where the process ended. */
  readonly peak: number | null;
  readonly sent: number;
  readonly allowed: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Questions to /healthz, of them answered within its probe's second. */
  readonly alive: readonly [answered: number, asked: number];
  /** Seconds until the honest client's calls were as before; null where that took more than ten. */
  readonly recovered: number | null;
}

const MEBIBYTE = 1024 * 1024;
/** Those of the image: `deploy/Dockerfile`, and the heap that a container of 256 MiB gives it. */
export const IMAGE_FLAGS = imageFlags();
const HOSTILE = fileURLToPath(new URL('hostile.ts', import.meta.url));
const STAND_IN = fileURLToPath(new URL('stand-in.ts', import.meta.url));
const RECOVERY = 10_000;
const IN_A_ROW = 20;

const SIGNER = makeSigner();
const SERVER = makeIdentity('watchword.example');
const GATEWAY = makeIdentity('gateway.example');

/** Runs one hostile peer against one port of a process of its own, with an honest client beside it. */
export async function runPeer(
  peer: HostilePeer,
  port: Port,
  { seconds, scale, control, program }: PeerOptions,
): Promise<Seen> {
  await using stack = new AsyncDisposableStack();
  const tls = port.endsWith('+tls');
  const [grpc = 0, http = 0, admin = 0] = await freePorts(3);
  const hanging = stack.use(await hangingServer());
  const folder = stack.use(
    await folderWith({
      'watchword.yaml': configuration({ grpc, http, admin }, tls, hanging.port),
      'jwks.json': { keys: [SIGNER.jwk] },
      'cert.pem': SERVER.cert,
      'key.pem': SERVER.key,
      'clients.pem': GATEWAY.cert,
    }),
  );
  const args = control
    ? [
        STAND_IN,
        ...[grpc, http, admin].map(String),
        ...(tls ? [folder.at('cert.pem'), folder.at('key.pem')] : []),
      ]
    : [program, 'serve', '--config', folder.at('watchword.yaml')];
  const server = stack.use(
    await startChild({
      name: 'server',
      command: process.execPath,
      args: [...IMAGE_FLAGS, ...args],
    }),
  );
  await server.line(/"adminPort"/);
  const kind = port.startsWith('http') ? 'http' : 'grpc';
  const honest = new HonestClient({
    kind,
    port: kind === 'http' ? http : grpc,
    token: SIGNER.token(),
    tls: tls ? { server: SERVER, own: GATEWAY } : null,
  });
  stack.defer(() => honest.stop());
  await settled(honest);
  honest.take();
  const alive = [0, 0] as [number, number];
  const probing = setInterval(() => void probe(admin, alive), 500);
  stack.defer(() => clearInterval(probing));
  const attacked = { grpc, http, admin }[port.replace('+tls', '') as 'grpc'];
  const from = peer.throughGateway === true ? '127.0.0.1' : '127.0.0.2';
  const until = Date.now() + seconds * 1_000;
  await hostile(peer.attack, { port: attacked, tls, from, until, scale });
  const { sent, allowed, p99 } = honest.take();
  const peak = server.isRunning() ? residentMemory(server.pid).peak / MEBIBYTE : null;
  return { peer, port, peak, sent, allowed, p99, alive, recovered: await settled(honest) };
}

async function hostile(attack: AttackName, target: Target): Promise<void> {
  await using child: Child = await startChild({
    name: attack,
    command: process.execPath,
    args: ['--max-old-space-size=1024', HOSTILE, JSON.stringify({ attack, target })],
  });
  await Promise.race([child.ended, delay(target.until - Date.now() + 2_000)]);
}

/** Seconds until so many calls in a row were allowed, each within 100 ms. */
async function settled(honest: HonestClient): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < RECOVERY) {
    if (honest.inARow >= IN_A_ROW) return (performance.now() - began) / 1_000;
    await delay(50);
  }
  return null;
}

async function probe(port: number, alive: [number, number]): Promise<void> {
  const asked = ask({ port, method: 'GET', host: 'admin', path: '/healthz', headers: [] });
  const answered = await Promise.race([
    asked.then(
      ({ status }) => status === 200 || status === 404,
      () => false,
    ),
    delay(1_000, false),
  ]);
  alive[1] += 1;
  if (answered) alive[0] += 1;
}

/** Takes connections and never says a word. */
async function hangingServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly admin: number;
}

function configuration({ grpc, http, admin }: Ports, tls: boolean, hanging: number): object {
  const files = { cert: 'cert.pem', key: 'key.pem', clientCa: 'clients.pem' };
  return settings({
    listen: {
      grpc: `127.0.0.1:${grpc}`,
      http: `127.0.0.1:${http}`,
      admin: `127.0.0.1:${admin}`,
      // Whoever has no certificate of `clientCa` ends in the handshake, so one of them is without.
      ...(tls ? { tls: { cert: files.cert, key: files.key }, httpTls: files } : {}),
    },
    ...(tls ? {} : { http: { trustedPeers: ['127.0.0.1'] } }),
    issuers: [
      { name: 'main', issuer: ISS, keys: { file: 'jwks.json' } },
      ...HANGING.map((issuer, n) => ({
        name: `hanging-${n}`,
        issuer,
        audiences: ['http://orders'],
        keys: { jwks: `http://127.0.0.1:${hanging}/${n}`, allowHttp: true },
        required: false,
      })),
    ],
    pipelines: [
      {
        name: 'orders',
        match: [{ hosts: ['orders.example.com'], paths: ['/orders/**'] }],
        require: {
          issuers: ['main', ...HANGING.map((_, n) => `hanging-${n}`)],
          audiences: ['http://orders'],
        },
      },
    ],
  });
}
