import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PATIENCE } from './until.ts';

export interface ChildOptions {
  /** How errors call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** File that gets everything it prints. Default: none. */
  readonly logFile?: string;
  /** How long it may take to end by itself when it is stopped, in milliseconds. Default: 5000. */
  readonly grace?: number;
}

/** A process that ends with this one. Disposing of it sends SIGTERM, and SIGKILL where that does not help. */
export interface Child extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Fulfilled when the process is gone, with how it ended. */
  readonly ended: Promise<string>;
  /** False once it is gone. */
  isRunning(): boolean;
  /** The last lines that it printed, oldest first. */
  lastLines(): readonly string[];
  /** The first match among all lines printed since the start. Throws where the process ends without one or takes `PATIENCE`. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** An error that says what is wrong, how the process ended if it did, and what it printed last. */
  complaint(what: string): Error;
}

const GRACE = 5_000;
const LINES_KEPT = 200;
const LINES_SHOWN = 12;

/** Linux ends the child when its parent is killed; elsewhere a SIGKILL of the parent leaves it. */
const SETPRIV = '/usr/bin/setpriv';
const WITH_PARENT = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--'] : [];

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a process in this process group, so that a Ctrl-C reaches it even where nobody is left to stop it. Throws where
 * it cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const [command = options.command, ...args] = [...WITH_PARENT, options.command, ...options.args];
  const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    process.once('spawn', resolve);
    process.once('error', (cause) =>
      reject(new Error(`cannot start ${options.name}: ${cause.message}`)),
    );
  });
  return new SpawnedChild(options, process);
}

class SpawnedChild implements Child {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #grace: number;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<(line: string) => void>();
  #end: string | undefined;

  constructor(options: ChildOptions, process: ChildProcess) {
    this.name = options.name;
    this.pid = process.pid ?? 0;
    this.#process = process;
    this.#grace = options.grace ?? GRACE;
    running.add(process);
    const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile);
    for (const stream of [process.stdout, process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log?.write(`${line}\n`);
        this.#hear(line);
      });
    }
    this.ended = new Promise((resolve) => {
      process.once('close', (code, signal) => {
        running.delete(process);
        log?.end();
        this.#end = signal === null ? `exit code ${code}` : signal;
        resolve(this.#end);
      });
    });
  }

  #hear(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    for (const listener of this.#waiting) listener(line);
  }

  isRunning(): boolean {
    return this.#end === undefined;
  }

  lastLines(): readonly string[] {
    return this.#lines.slice(-LINES_SHOWN);
  }

  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const listen = (line: string): void => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    };
    this.#lines.forEach(listen);
    this.#waiting.add(listen);
    const timer = setTimeout(() => reject(this.complaint(`did not print ${pattern}`)), PATIENCE);
    void this.ended.then(() => reject(this.complaint(`did not print ${pattern}`)));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(listen);
    }
  }

  complaint(what: string): Error {
    const end = this.#end === undefined ? '' : ` and ended (${this.#end})`;
    const lines = this.lastLines().map((line) => `\n  ${line}`);
    return new Error(
      `${this.name} ${what}${end}${lines.length === 0 ? '' : '; it said last:'}${lines.join('')}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), this.#grace);
    await this.ended;
    clearTimeout(timer);
  }
}
