import { Live } from '../base/live.ts';
import { configHash } from '../config/hash.ts';
import type { ConfigRead } from '../config/read.ts';
import type { Policy } from '../policy/policy.ts';
import { compile } from './compile.ts';
import { ConsumerLists } from './consumer-lists.ts';
import type { IssuerPool } from './issuer-pool.ts';
import { problemsOf, readWhole, watchedFiles } from './live-config.ts';
import { stateOf, watchFiles } from './watch-files.ts';

/** What happens to a candidate, for logs. */
export interface CandidateConfigEvents {
  /** `fetches` are the issuers whose keys the candidate fetches itself, since their settings are not those of the live one. */
  loaded(hash: string, fetches: readonly string[]): void;
  /** The candidate before it stays, or none. One line a problem. */
  refused(problems: readonly string[]): void;
}

/** A second configuration, which judges beside the one that serves. One that is wrong is no fault of the server. */
export class CandidateConfig implements AsyncDisposable {
  readonly #path: string;
  readonly #pool: IssuerPool;
  readonly #events: CandidateConfigEvents;
  readonly #lists = new ConsumerLists();
  readonly #watches = new DisposableStack();
  #read: ConfigRead | null = null;
  #policy: Live<Policy> | null = null;
  #hash: string | null = null;
  #problems: readonly string[] = [];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, pool: IssuerPool, events: CandidateConfigEvents) {
    this.#path = path;
    this.#pool = pool;
    this.#events = events;
  }

  /** Reads it for the first time, and then whenever its files change. Never throws for what is in them. */
  static async open(
    path: string,
    pool: IssuerPool,
    events: CandidateConfigEvents,
  ): Promise<CandidateConfig> {
    const candidate = new CandidateConfig(path, pool, events);
    const files = () => watchedFiles(path, candidate.#read);
    const state = (await candidate.reload()) ?? (await stateOf(await files()));
    candidate.#watches.use(watchFiles(files, state, () => candidate.reload()));
    return candidate;
  }

  /** Null until it could be compiled for the first time. */
  get policy(): Live<Policy> | null {
    return this.#policy;
  }

  /** A digest of its settings; null while there is none. */
  get hash(): string | null {
    return this.#hash;
  }

  /** What is wrong with its files as they are now. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Reads it again; one time after the other. Gives the state of its files, or null where they are wrong. */
  reload(): Promise<string | null> {
    const next = this.#last.then(() => this.#reload());
    this.#last = next;
    return next;
  }

  async #reload(): Promise<string | null> {
    try {
      const { read, state } = await readWhole(this.#path);
      // Also where it does not compile, so that a key file that comes later is seen.
      this.#read = read;
      const { policy, issuers } = await compile(read, this.#pool, this.#lists);
      void this.#pool.use(issuers);
      if (this.#policy === null) this.#policy = new Live(policy);
      else this.#policy.replace(policy);
      this.#hash = configHash(read.config);
      this.#problems = [];
      this.#events.loaded(this.#hash, this.#pool.fetched);
      return state;
    } catch (error) {
      this.#problems = problemsOf(error);
      this.#events.refused(this.#problems);
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watches.dispose();
    await this.#last;
    await this.#pool[Symbol.asyncDispose]();
  }
}
