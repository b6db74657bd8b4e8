import { isDeepStrictEqual } from 'node:util';
import { Live } from '../base/live.ts';
import { describeProblem, ProblemsError } from '../base/problem.ts';
import { consumerFiles } from '../config/consumer-files.ts';
import { configHash } from '../config/hash.ts';
import { type ConfigRead, fragmentFiles, readConfig } from '../config/read.ts';
import { templateFiles } from '../config/refusal-files.ts';
import type { Config } from '../config/shape.ts';
import type { Policy } from '../policy/policy.ts';
import { type Compiled, compile } from './compile.ts';
import { ConsumerLists } from './consumer-lists.ts';
import type { IssuerPool } from './issuer-pool.ts';
import { stateOf, watchFiles } from './watch-files.ts';

/** Sections that are read at the start and not again: sockets, caches, watches and series are made from them. */
export const AT_START = [
  'listen',
  'limits',
  'tokenCache',
  'shutdown',
  'routes',
  'metrics',
] as const;

/** What happens to the configuration, for metrics and logs. */
export interface ConfigEvents {
  reloaded(
    config: Config,
    policy: Policy,
    waiting: readonly string[],
    warnings: readonly string[],
  ): void;
  /** The running configuration stays. One line a problem. */
  refused(problems: readonly string[]): void;
}

/** The configuration that is served, replaced as a whole when its files change. */
export class LiveConfig implements AsyncDisposable {
  readonly policy: Live<Policy>;
  readonly first: Config;
  readonly #path: string;
  readonly #pool: IssuerPool;
  readonly #lists: ConsumerLists;
  #read: ConfigRead;
  #hash: string;
  #lastSuccess = Date.now();
  #problems: readonly string[] = [];
  #warnings: readonly string[];
  readonly #listeners = new Set<() => void>();
  readonly #watches = new DisposableStack();

  private constructor(
    path: string,
    pool: IssuerPool,
    lists: ConsumerLists,
    read: ConfigRead,
    compiled: Compiled,
  ) {
    this.#path = path;
    this.#pool = pool;
    this.#lists = lists;
    this.#read = read;
    this.first = read.config;
    this.#hash = configHash(read.config);
    this.#warnings = compiled.warnings.map(describeProblem);
    this.policy = new Live(compiled.policy);
  }

  /** Reads and compiles for the first time. Throws `ProblemsError`; nothing is started then. */
  static async open(path: string, pool: IssuerPool, events: ConfigEvents): Promise<LiveConfig> {
    const { read, state } = await readWhole(path);
    const lists = new ConsumerLists();
    const compiled = await compile(read, pool, lists);
    const live = new LiveConfig(path, pool, lists, read, compiled);
    // Not awaited: an issuer that does not answer keeps the server unready, not from starting.
    void pool.use(compiled.issuers);
    const files = () => watchedFiles(path, live.#read);
    live.#watches.use(watchFiles(files, state, () => live.#reload(events)));
    return live;
  }

  /** The configuration that runs. */
  get config(): Config {
    return this.#read.config;
  }

  /** Where a setting of the configuration that runs was written: see `ConfigRead`. */
  get placeOf(): ConfigRead['placeOf'] {
    return this.#read.placeOf;
  }

  /** The file or folder that it is read from. */
  get path(): string {
    return this.#path;
  }

  /** What is valid and probably a mistake in the configuration that runs. One line each. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Calls a listener after each reload, when everything here is of the new configuration. */
  onReload(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Milliseconds since the epoch when the running configuration was read. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** Settings that have changed since the start and that only a start reads. */
  get waiting(): readonly string[] {
    return AT_START.filter((name) => !isDeepStrictEqual(this.#read.config[name], this.first[name]));
  }

  /** A digest of the settings that run: the same on every replica that runs the same ones. */
  get hash(): string {
    return this.#hash;
  }

  /** What is wrong with the files as they are now; empty while they are what runs. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** What needs a restart has not changed in this process, whatever the files say. */
  #hashOf(config: Config): string {
    const started = Object.fromEntries(AT_START.map((name) => [name, this.first[name]]));
    return configHash({ ...config, ...started });
  }

  async #reload(events: ConfigEvents): Promise<string | null> {
    try {
      const { read, state } = await readWhole(this.#path);
      const compiled = await compile(read, this.#pool, this.#lists);
      this.#read = read;
      this.#hash = this.#hashOf(read.config);
      this.policy.replace(compiled.policy);
      void this.#pool.use(compiled.issuers);
      this.#lastSuccess = Date.now();
      this.#problems = [];
      this.#warnings = compiled.warnings.map(describeProblem);
      for (const listener of this.#listeners) listener();
      events.reloaded(read.config, compiled.policy, this.waiting, this.#warnings);
      return state;
    } catch (error) {
      this.#problems = problemsOf(error);
      events.refused(this.#problems);
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watches.dispose();
    await this.#pool[Symbol.asyncDispose]();
  }
}

/** What stopped a reload. One line a problem. */
export function problemsOf(error: unknown): readonly string[] {
  return error instanceof ProblemsError ? error.problems.map(describeProblem) : [String(error)];
}

/**
 * Reads the configuration together with the state of everything it depends on. The state of key files is taken before they
 * are opened, and the configuration is read again where it changed meanwhile, so that no later change can be missed.
 */
export async function readWhole(path: string): Promise<{ read: ConfigRead; state: string }> {
  for (;;) {
    const before = await stateOf(await watchedFiles(path, null));
    const read = await readConfig(path);
    const state = await stateOf(await watchedFiles(path, read));
    if ((await stateOf(await watchedFiles(path, null))) === before) return { read, state };
  }
}

/** The configuration's files, and the keys, bodies and lists of consumers that it names. */
export async function watchedFiles(
  path: string,
  read: ConfigRead | null,
): Promise<readonly string[]> {
  const fragments = await fragmentFiles(path).catch(() => [path]);
  const keyFiles = (read?.config.issuers ?? []).flatMap(({ keys }) => [
    keys.file,
    keys.secretFile,
    keys.caFile,
    keys.fallbackFile,
  ]);
  const list = read?.config.consumers?.file;
  const lists = list === undefined ? [] : await consumerFiles(list).catch(() => [list]);
  const named = keyFiles.filter((file) => file !== undefined);
  const bodies = read === null ? [] : templateFiles(read.config);
  return [...new Set([...fragments, ...named, ...lists, ...bodies])];
}
