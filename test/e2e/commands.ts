import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { clusterHome, findHelm, kubectlPath } from '../cluster/programs.ts';

/** What a command is given besides its arguments. */
export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the command's own messages are shown while it runs. */
  readonly isLoud?: boolean;
}

/** A command that ended with another code than 0; the message has the end of what it said. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly said: string;

  constructor(command: string, said: string) {
    super(`${command}\n${said.split('\n').slice(-25).join('\n')}`);
    this.said = said;
  }
}

/** Runs a command and gives its standard output. Rejects with `CommandError`. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', 'pipe', options.isLoud ? 'inherit' : 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A command may end before it has read everything.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  const out = text(child.stdout ?? process.stdin);
  const err = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const [stdout, stderr, code] = await Promise.all([out, err, ended]);
  if (code !== 0)
    throw new CommandError(
      `${command} ${args.join(' ').slice(0, 300)}: ${code}`,
      `${stdout}${stderr}`,
    );
  return stdout;
}

/** Whether the cluster is that of `test/cluster/up`, and nothing on it a user's. */
export const OWN_CLUSTER = process.env['E2E_USE_KUBECONFIG'] !== '1';

/** The cluster that the tests talk to: `KUBECONFIG` of the user where `E2E_USE_KUBECONFIG=1`, else that of `test/cluster/up`. */
export function kubeconfig(): string {
  if (OWN_CLUSTER) return `${clusterHome()}/state/kubeconfig`;
  const given = process.env['KUBECONFIG'] ?? '';
  if (given === '') throw new Error('E2E_USE_KUBECONFIG=1 needs KUBECONFIG');
  return given;
}

export function kubectl(args: readonly string[], input?: string): Promise<string> {
  const environment = { KUBECONFIG: kubeconfig() };
  return run(kubectlPath(), args, { environment, ...(input !== undefined && { input }) });
}

export async function helm(args: readonly string[]): Promise<string> {
  return run(await findHelm(), args, { environment: { KUBECONFIG: kubeconfig() } });
}

/** Applies objects, from YAML or JSON. */
export function apply(objects: string): Promise<string> {
  return kubectl(['apply', '--filename', '-'], objects);
}

/** Asks until `ask` gives something else than undefined. Rejects with the last error after `seconds`. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const got = await ask();
      if (got !== undefined) return got;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`${what}: not within ${seconds} s${why}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
