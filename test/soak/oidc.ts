import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PROGRAM } from '../../deploy/demo/stack.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { freePorts } from '../demo/free-ports.ts';
import { ask } from '../support/http-client.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { startGateway } from './gateway.ts';
import { Instance } from './instance.ts';

/**
 * `node test/soak/oidc.ts`: the soak's rotations with the certified `oidc-provider`, found by discovery. It signs with a new key from one
 * token to the next and publishes it at that moment; the second time it withdraws the old one. Tokens are used as they are issued, and
 * once more a little later. Exit code 0 where every one of them passed.
 */

const SECONDS = 24;
/** Between two tokens, in milliseconds. */
const PAUSE = 40;
/** After which a token is used again, so that tokens of the key before outlive a rotation, in milliseconds. */
const AGE = 3_000;

const KEYS = { discovery: true, allowHttp: true, rotationGrace: '30s' };

interface Count {
  sent: number;
  /** Refused ones, by what was answered. */
  readonly refused: Record<string, number>;
}

async function use(port: number, token: string, count: Count): Promise<void> {
  const { status, body } = await ask({
    port,
    method: 'GET',
    host: 'orders.example.com',
    path: '/orders/1',
    headers: [['authorization', `Bearer ${token}`]],
  });
  count.sent += 1;
  if (status === 200) return;
  const reason = /"reason":"(\w+)"/.exec(body)?.[1] ?? `HTTP ${status}`;
  count.refused[reason] = (count.refused[reason] ?? 0) + 1;
}

/** Uses fresh tokens until a moment; each once more later. */
async function useUntil(
  end: number,
  provider: OidcProvider,
  port: number,
  count: Count,
): Promise<void> {
  const later: Promise<void>[] = [];
  while (performance.now() < end) {
    const token = await provider.token();
    await use(port, token, count);
    later.push(delay(AGE).then(() => use(port, token, count)));
    await delay(PAUSE);
  }
  await Promise.all(later);
}

async function rotate(provider: OidcProvider): Promise<void> {
  await delay((SECONDS / 3) * 1000);
  provider.rotate();
  process.stdout.write('a new key signs; the old one stays in the set\n');
  await delay((SECONDS / 3) * 1000);
  provider.rotate({ dropOld: true });
  process.stdout.write('a new key signs; the old ones are gone from the set\n');
}

async function run(): Promise<Count> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-soak-'));
  const provider = stack.use(await startOidcProvider());
  const ports = await freePorts();
  const start = async (name: string, grpc: number, admin: number): Promise<Instance> =>
    stack.use(
      await Instance.start({ name, folder, iss: provider.issuer, keys: KEYS, grpc, admin }),
    );
  const one = await start('one', ports.watchword, ports.metrics);
  const two = await start('two', ports.billings, ports.invoices);
  const gateway = stack.use(await startGateway(folder, ports.gateway, [one.grpc, two.grpc]));
  const count: Count = { sent: 0, refused: {} };
  const end = performance.now() + SECONDS * 1000;
  await Promise.all([useUntil(end, provider, gateway.port, count), rotate(provider)]);
  return count;
}

try {
  if (!existsSync(PROGRAM)) throw new Error('the program is not built; run: npm run build');
  const { sent, refused } = await run();
  process.stdout.write(`${sent} sent, refused: ${JSON.stringify(refused)}\n`);
  process.exitCode = sent > 0 && Object.keys(refused).length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
