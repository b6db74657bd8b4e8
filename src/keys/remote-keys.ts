import type { Eventually } from '../base/deferred.ts';
import {
  type DocumentFetcher,
  type Fetched,
  type FetchSettings,
  openFetcher,
} from './fetch-document.ts';
import { FetchGate, type Suppression } from './fetch-gate.ts';
import { type KeySet, type KeySetWanted, readKeySet } from './key-set.ts';
import {
  type KeyQuery,
  type KeyStatus,
  type KeyStore,
  type KeysFound,
  newGeneration,
} from './key-store.ts';

export interface RemoteSettings extends FetchSettings, KeySetWanted {
  readonly url: string;
  /** Bounds of the interval between two background refreshes, in milliseconds. */
  readonly refreshAtLeast: number;
  readonly refreshAtMost: number;
  /** How long good keys outlive the issuer, in milliseconds. */
  readonly maxStale: number;
}

export type FetchTrigger = 'start' | 'schedule' | 'unknown_kid';

/** What happens between us and an issuer, for metrics and logs. */
export interface KeyEvents {
  fetched(result: 'success' | 'unchanged' | 'failure', trigger: FetchTrigger, detail: string): void;
  suppressed(cause: Suppression | 'negative_cache' | 'waiters'): void;
}

/** Longest that a check waits for a fetch (promise 2 of the product), in milliseconds. */
const LONGEST_WAIT = 150;
const MOST_WAITERS = 256;
/** `key_unknown` is said only if a fetch succeeded this recently, in milliseconds. */
const RECENT = 30_000;
/** `kid`s that a good key set lacked: how many, and for how long in milliseconds. */
const MOST_MISSES = 1_000;
const MISS_LIFETIME = 10_000;
const LIMITS = { coolDown: 1_000, longestCoolDown: 60_000, budget: 10 } as const;

/**
 * The keys of an issuer that publishes a JWK Set at a URL. They are refreshed in the background; a check waits, for one
 * shared fetch and a bounded time, only where its token names a key that was never seen. An issuer that is down costs
 * nothing until `maxStale` is over.
 */
export class RemoteKeys implements KeyStore {
  readonly #settings: RemoteSettings;
  readonly #events: KeyEvents;
  readonly #now: () => number;
  readonly #gate = new FetchGate(LIMITS);
  readonly #misses = new Map<string, number>();
  #fetcher: Promise<DocumentFetcher> | null = null;
  #set: KeySet | null = null;
  #etag: string | null = null;
  #generation = newGeneration();
  #lastSuccess: number | null = null;
  #fault: string | null = 'not fetched yet';
  #inFlight: Promise<boolean> | null = null;
  #waiters = 0;
  #timer: NodeJS.Timeout | null = null;
  #nextAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(settings: RemoteSettings, events: KeyEvents, now: () => number = Date.now) {
    this.#settings = settings;
    this.#events = events;
    this.#now = now;
  }

  get generation(): number {
    return this.#generation;
  }

  status(): KeyStatus {
    const usable = this.#usable();
    return {
      keys: usable?.size ?? 0,
      fault: usable === null ? this.#fault : null,
      lastSuccess: this.#lastSuccess,
      stale: usable !== null && this.#fault !== null,
      devKeys: usable?.devKeys ?? false,
    };
  }

  async start(): Promise<void> {
    await this.#fetch('start');
  }

  find(query: KeyQuery): Eventually<KeysFound> {
    const known = this.#known(query);
    if (known !== null) return known;
    const { kid } = query;
    if (kid === null) return this.#absent('no key fits a token without kid');
    if (this.#missed(kid)) {
      this.#events.suppressed('negative_cache');
      return this.#absent('the kid was not in the key set a moment ago');
    }
    this.#hurry();
    if (this.#inFlight === null) {
      const cause = this.#gate.suppresses(this.#now());
      if (cause !== null) {
        this.#events.suppressed(cause);
        return this.#absent(`no fetch for an unknown kid: ${cause}`);
      }
    }
    if (this.#waiters >= MOST_WAITERS) {
      this.#events.suppressed('waiters');
      return unavailable('too many checks wait for the key set');
    }
    return this.#fetchedThenFind(query, kid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const fetcher = await this.#fetcher?.catch(() => null);
    await fetcher?.[Symbol.asyncDispose]();
  }

  /** The last good set, unless it is older than the limit. */
  #usable(): KeySet | null {
    const age =
      this.#lastSuccess === null ? Number.POSITIVE_INFINITY : this.#now() - this.#lastSuccess;
    return age <= this.#settings.maxStale ? this.#set : null;
  }

  #known(query: KeyQuery): KeysFound | null {
    const keys = this.#usable()?.candidates(query) ?? [];
    return keys.length > 0 ? { ok: true, keys } : null;
  }

  /** `key_unknown` is the caller's fault, so it needs a recent key set that is known to lack the key. */
  #absent(detail: string): KeysFound {
    const recent = this.#lastSuccess !== null && this.#now() - this.#lastSuccess <= RECENT;
    return recent && this.#fault === null
      ? { ok: false, reason: 'key_unknown', detail }
      : unavailable(detail);
  }

  async #fetchedThenFind(query: KeyQuery, kid: string): Promise<KeysFound> {
    this.#waiters += 1;
    try {
      const succeeded = await within(LONGEST_WAIT, this.#fetch('unknown_kid'));
      if (!succeeded) return unavailable(`the key set did not come within ${LONGEST_WAIT} ms`);
    } finally {
      this.#waiters -= 1;
    }
    const known = this.#known(query);
    if (known !== null) return known;
    this.#remember(kid);
    return this.#absent('the key set, just fetched, has no such kid');
  }

  #missed(kid: string): boolean {
    const at = this.#misses.get(kid);
    return at !== undefined && this.#now() - at < MISS_LIFETIME;
  }

  #remember(kid: string): void {
    if (this.#misses.size >= MOST_MISSES) this.#misses.clear();
    this.#misses.set(kid, this.#now());
  }

  /** One fetch at a time; whoever asks meanwhile gets the same one. */
  #fetch(trigger: FetchTrigger): Promise<boolean> {
    this.#inFlight ??= this.#fetchOnce(trigger).finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #fetchOnce(trigger: FetchTrigger): Promise<boolean> {
    this.#gate.begin(this.#now());
    const fetched = await this.#ask();
    const fault = fetched.ok ? await this.#take(fetched, trigger) : fetched.fault;
    this.#fault = fault;
    this.#gate.end(this.#now(), fault === null);
    if (fault !== null) this.#events.fetched('failure', trigger, fault);
    this.#schedule(
      fault === null ? this.#interval(fetched.ok ? fetched.maxAge : null) : this.#gate.backoff(),
    );
    return fault === null;
  }

  async #ask(): Promise<Fetched> {
    try {
      this.#fetcher ??= openFetcher(this.#settings);
      return await (await this.#fetcher).fetch(this.#settings.url, this.#etag);
    } catch (error) {
      this.#fetcher = null;
      return { ok: false, fault: error instanceof Error ? error.message : 'failed' };
    }
  }

  /** Takes a fetched document over, or says why not; the old set stays then. */
  async #take(
    fetched: Extract<Fetched, { ok: true }>,
    trigger: FetchTrigger,
  ): Promise<string | null> {
    const read =
      'notModified' in fetched ? null : await readKeySet(fetched.document, this.#settings);
    if (read?.ok === false) return `${this.#settings.url}: ${read.fault}`;
    const changed = read !== null && read.set.identity !== this.#set?.identity;
    if (changed) {
      this.#set = read.set;
      this.#generation = newGeneration();
      this.#misses.clear();
    }
    if ('etag' in fetched) this.#etag = fetched.etag;
    this.#lastSuccess = this.#now();
    this.#events.fetched(
      changed ? 'success' : 'unchanged',
      trigger,
      read?.skipped.join('; ') ?? '',
    );
    return null;
  }

  /** Refreshes before the answer's own lifetime ends, a little early so that replicas spread out. */
  #interval(maxAge: number | null): number {
    const { refreshAtLeast, refreshAtMost } = this.#settings;
    const wished = Math.min(refreshAtMost, Math.max(refreshAtLeast, maxAge ?? refreshAtMost));
    return Math.round(wished * (0.8 + 0.2 * Math.random()));
  }

  /** An unknown `kid` may be a rotation: the next refresh comes at the lower bound. */
  #hurry(): void {
    const soonest = this.#now() + this.#settings.refreshAtLeast;
    if (this.#nextAt > soonest) this.#schedule(this.#settings.refreshAtLeast);
  }

  #schedule(delay: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#nextAt = this.#now() + delay;
    this.#timer = setTimeout(() => void this.#fetch('schedule'), delay).unref();
  }
}

function unavailable(detail: string): KeysFound {
  return { ok: false, reason: 'keys_unavailable', detail };
}

async function within(ms: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
