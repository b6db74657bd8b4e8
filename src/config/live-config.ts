import { describeProblem, ProblemsError } from '../base/problem.ts';
import { Live } from '../base/live.ts';
import type { Policy } from '../policy/policy.ts';
import { type Compiled, compile } from './compile.ts';
import type { IssuerPool } from './open-issuers.ts';
import { type ConfigRead, fragmentFiles, readConfig } from './read.ts';
import type { Config } from './shape.ts';
import { stateOf, watchFiles } from './watch-files.ts';

/** What happens to the configuration, for metrics and logs. */
export interface ConfigEvents {
  reloaded(config: Config, policy: Policy): void;
  /** The running configuration stays. One line a problem. */
  refused(problems: readonly string[]): void;
}

/** The configuration that is served, replaced as a whole when its files change. */
export class LiveConfig implements AsyncDisposable {
  readonly policy: Live<Policy>;
  readonly first: Config;
  readonly #path: string;
  readonly #pool: IssuerPool;
  #read: ConfigRead;
  #lastSuccess = Date.now();
  #problems: readonly string[] = [];
  #watch: Disposable | null = null;

  private constructor(path: string, pool: IssuerPool, read: ConfigRead, compiled: Compiled) {
    this.#path = path;
    this.#pool = pool;
    this.#read = read;
    this.first = read.config;
    this.policy = new Live(compiled.policy);
  }

  /** Reads and compiles for the first time. Throws `ProblemsError`; nothing is started then. */
  static async open(path: string, pool: IssuerPool, events: ConfigEvents): Promise<LiveConfig> {
    const files = await watchedFiles(path, null);
    const state = await stateOf(files);
    const read = await readConfig(path);
    const compiled = await compile(read, pool);
    const live = new LiveConfig(path, pool, read, compiled);
    // Not awaited: an issuer that does not answer keeps the server unready, not from starting.
    void pool.use(compiled.issuers);
    const whole = await watchedFiles(path, read);
    const known = new Set(files);
    const first = whole.every((file) => known.has(file)) ? state : await stateOf(whole);
    live.#watch = watchFiles(() => watchedFiles(path, live.#read), first, () => live.#reload(events));
    return live;
  }

  /** Milliseconds since the epoch when the running configuration was read. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** What is wrong with the files as they are now; empty while they are what runs. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  async #reload(events: ConfigEvents): Promise<void> {
    try {
      const read = await readConfig(this.#path);
      const compiled = await compile(read, this.#pool);
      this.#read = read;
      this.policy.replace(compiled.policy);
      void this.#pool.use(compiled.issuers);
      this.#lastSuccess = Date.now();
      this.#problems = [];
      events.reloaded(read.config, compiled.policy);
    } catch (error) {
      this.#problems = error instanceof ProblemsError ? error.problems.map(describeProblem) : ['internal error'];
      events.refused(this.#problems);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    await this.#pool[Symbol.asyncDispose]();
  }
}

/** The configuration's files, and the key files that it names. */
async function watchedFiles(path: string, read: ConfigRead | null): Promise<readonly string[]> {
  const fragments = await fragmentFiles(path).catch(() => [path]);
  const keyFiles = (read?.config.issuers ?? []).flatMap(({ keys }) => [keys.file, keys.secretFile, keys.caFile]);
  return [...new Set([...fragments, ...keyFiles.filter((file) => file !== undefined)])];
}
