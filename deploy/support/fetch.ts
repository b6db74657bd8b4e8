import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Milliseconds before the second and the third try of a download. */
const WAITS: readonly number[] = [1_000, 4_000];

/**
 * Does something, and again where it fails: registries fail now and then. A program that is missing
 * on this machine is not asked again.
 */
export async function retried<T>(action: () => Promise<T>, waits = WAITS): Promise<T> {
  for (const wait of waits) {
    try {
      return await action();
    } catch (error) {
      if (isMissingProgram(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return action();
}

function isMissingProgram(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && error.code === 'ENOENT') || isMissingProgram(error.cause))
  );
}

/** Runs a program that fetches something. Rejects with an error whose message is the cause, in one line. */
export async function fetchBy(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { ...options, maxBuffer: 64 << 20 });
    return stdout;
  } catch (cause) {
    throw new Error(causeIn(cause), { cause });
  }
}

/** What says why a registry was not reached; pip, npm and apt end with another line. */
const NETWORK =
  /name resolution|name or service not known|could not resolve|connection refused|timed? ?out|unreachable|reset by peer|certificate|proxy|\b(?:403|404|407|429|50[0234])\b|no space left/i;

/** The line of a program's complaint that names the cause. */
export function causeIn(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  const lines = (stderr?.trim() || message).split('\n').map((line) => line.trim());
  const cause = lines.find((line) => NETWORK.test(line)) ?? lines.at(-1) ?? message;
  return cause.replace(/^(?:ERROR|WARNING|npm error|E|W):?\s+/, '').slice(0, 240);
}
