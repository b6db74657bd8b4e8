import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../deploy/support/child.ts';

/** The built program: `npm run build` makes it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; without a name, Watchword with the Node of the tests. */
export async function runProgram(args: readonly string[], command?: string): Promise<Ended> {
  const whole = command === undefined ? [process.execPath, PROGRAM, ...args] : [command, ...args];
  const [file = '', ...rest] = whole;
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** `watchword serve`, and the ports that it says it listens on. */
export interface Serving extends AsyncDisposable {
  readonly child: Child;
  readonly grpcPort: number;
  readonly adminPort: number;
}

/** Starts `watchword serve`, with flags of Node, and waits until it serves. */
export async function serve(config: string, flags: readonly string[] = []): Promise<Serving> {
  const child = await startChild({
    name: 'watchword serve',
    command: process.execPath,
    args: [...flags, PROGRAM, 'serve', '--config', config],
  });
  const [line] = await child.line(/.*"msg":"serving".*/);
  const { grpcPort, adminPort } = JSON.parse(line) as { grpcPort: number; adminPort: number };
  return { child, grpcPort, adminPort, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}
