import type { Eventually } from '../base/deferred.ts';
import { systemCode } from '../base/system-code.ts';
import { withTimeout } from '../base/timeout.ts';
import {
  MAX_WAITERS,
  type NoFetch,
  notAnswered,
  notAsked,
  ON_DEMAND,
  unknownKey,
} from './absent-key.ts';
import type { Fetched } from './fetch-document.ts';
import { FetchGate, type Suppression } from './fetch-gate.ts';
import type { CachedJwks } from './jwks-disk-cache.ts';
import type { FetchTrigger, KeyEvents, KeyState } from './key-events.ts';
import { KeyRing } from './key-ring.ts';
import { readKeySet, shownUnused } from './key-set.ts';
import { KeySource } from './key-source.ts';
import {
  foundAmong,
  type KeyQuery,
  type KeyStatus,
  type KeyStore,
  type KeysFound,
} from './key-store.ts';
import { type Fetch, MissingKids } from './missing-kids.ts';
import { RefreshTimer } from './refresh-timer.ts';
import type { RemoteKeysDependencies, RemoteSettings } from './remote-settings.ts';

/** Longest that a check waits for a fetch (promise 2 of the product), in milliseconds. */
const MAX_WAIT = 150;
const MINUTE = 60_000;

/**
 * The keys of an issuer that publishes a JWK Set at a URL. They are refreshed in the background; a check waits, for one
 * shared fetch and a bounded time, only where its token names a key that was never seen. An issuer that is down costs
 * nothing until `maxStale` is over.
 */
export class RemoteKeys implements KeyStore {
  readonly #settings: RemoteSettings;
  readonly #means: RemoteKeysDependencies;
  readonly #events: KeyEvents;
  readonly #source: KeySource;
  readonly #ring: KeyRing;
  readonly #gate: FetchGate;
  readonly #missing = new MissingKids();
  /** What the issuer answered last, and when that was last found good; also where it is too old by now. */
  #taken: CachedJwks | null = null;
  #lastSuccess: number | null = null;
  /** How many fetches have begun, and the last of them that brought a set. */
  #begun = 0;
  #lastGood: Fetch | null = null;
  /** Keys of the set that are not used, and why the kept set was not. */
  #skipped: readonly string[] = [];
  #keptFault: string | null = null;
  /** Of the last fetch; null where it succeeded. */
  #fault: string | null = 'not fetched yet';
  #state: KeyState | null = null;
  #inFlight: Promise<boolean> | null = null;
  #waiters = 0;
  readonly #timer: RefreshTimer;

  private constructor(settings: RemoteSettings, means: RemoteKeysDependencies, events: KeyEvents) {
    this.#settings = settings;
    this.#means = means;
    this.#events = events;
    this.#source = new KeySource(settings.location);
    this.#ring = new KeyRing(settings, means.now);
    this.#timer = new RefreshTimer(
      settings,
      means.now,
      () => void means.queue.run(this.#source.origin, () => this.#fetch('schedule')),
    );
    this.#gate = new FetchGate({ coolDown: 1_000, longestCoolDown: MINUTE, budget: ON_DEMAND });
  }

  /** Opens a store with the keys that are at hand without asking the issuer. Tells nothing and fetches nothing yet. */
  static async open(
    settings: RemoteSettings,
    means: RemoteKeysDependencies,
    events: KeyEvents,
  ): Promise<RemoteKeys> {
    const keys = new RemoteKeys(settings, means, events);
    await keys.#prepare();
    return keys;
  }

  get generation(): number {
    return this.#ring.generation;
  }

  status(): KeyStatus {
    const set = this.#ring.current;
    return {
      keys: (set?.size ?? 0) + this.#ring.retired,
      retired: this.#ring.retired,
      fault: set === null ? this.#fault : null,
      lastSuccess: this.#lastSuccess,
      stale: set === null ? null : this.#fault,
      notAfter: set?.notAfter ?? null,
      kids: set?.kids ?? [],
      changed: this.#ring.since,
      nextRefresh: this.#timer.nextAt,
      unused: [...(this.#keptFault === null ? [] : [this.#keptFault]), ...this.#skipped],
    };
  }

  async start(): Promise<void> {
    if (this.#ring.current !== null) this.#reportState();
    await this.#means.queue.run(this.#source.origin, () => this.#fetch('start'));
  }

  find(query: KeyQuery): Eventually<KeysFound> {
    const keys = this.#ring.candidates(query);
    if (keys.length > 0) return foundAmong(keys);
    const now = this.#means.now();
    this.#advanceRefresh();
    const seenBefore = this.#missing.seen(query, now, this.#begun, this.#lastGood);
    const cause = this.#whyNoFetch(query, now);
    if (cause === null) return this.#fetchedThenFind(query, seenBefore);
    this.#events.suppressed(cause);
    return cause === 'negative_cache' ? this.#unknown(query) : notAsked(query, cause, this.#fault);
  }

  /** A signature that does not verify may be a key that was replaced under its name. */
  signatureFailed(): void {
    this.#advanceRefresh();
  }

  /** What the issuer answered last, for a store with other settings that takes this one's place. */
  handOver(): CachedJwks | null {
    return this.#taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A fetch under way is not waited for: whoever owns the fetcher aborts it.
    this.#timer[Symbol.dispose]();
  }

  /** The fallback is for an issuer that has never answered: an answer that is too old or of no use still was one. */
  async #prepare(): Promise<void> {
    const { kept, before, now } = this.#means;
    const stored = before ?? (await kept?.read(this.#settings.issuer));
    if (typeof stored === 'string') this.#keptFault = `${stored}; it is not used`;
    if (stored === undefined || stored === null || typeof stored === 'string') {
      if (this.#settings.fallback !== null) await this.#load(this.#settings.fallback, now());
      return;
    }
    this.#taken = stored;
    // A clock that was put back must not make old keys young.
    if (stored.fetchedAt <= now()) await this.#load(stored.document, stored.fetchedAt);
  }

  async #load(document: unknown, fetchedAt: number): Promise<void> {
    const read = await readKeySet(document, this.#settings, this.#means.now());
    if (!read.ok) return;
    this.#skipped = read.skipped;
    this.#ring.take(read.set, fetchedAt);
  }

  #whyNoFetch(query: KeyQuery, now: number): NoFetch | 'negative_cache' | null {
    if (this.#isLacking(query, now)) return 'negative_cache';
    if (this.#waiters >= MAX_WAITERS) return 'waiters';
    return this.#inFlight === null ? this.#gate.suppresses(now) : null;
  }

  /**
   * `key_unknown` is the caller's fault, so it needs a good set that was asked for after the key was first named, and nothing
   * worse since.
   */
  #isLacking(query: KeyQuery, now: number): boolean {
    if (this.#ring.current === null || this.#fault !== null) return false;
    return this.#missing.isLacking(query, now, this.#lastGood);
  }

  #unknown(query: KeyQuery): KeysFound {
    return unknownKey(query, this.#ring.current?.kids ?? [], this.#skipped);
  }

  async #fetchedThenFind(query: KeyQuery, seenBefore: number): Promise<KeysFound> {
    this.#waiters += 1;
    let cause: Suppression | null = null;
    try {
      cause = await withTimeout(MAX_WAIT, this.#fetchedAfter(query, seenBefore), null);
    } finally {
      this.#waiters -= 1;
    }
    const keys = this.#ring.candidates(query);
    if (keys.length > 0) return foundAmong(keys);
    if (this.#isLacking(query, this.#means.now())) return this.#unknown(query);
    if (cause === null) return notAnswered(query, MAX_WAIT, this.#fault);
    this.#events.suppressed(cause);
    return notAsked(query, cause, this.#fault);
  }

  /**
   * Waits for a fetch that began after a key was named, or says why there is none. The one that is under way may have
   * begun before the key was published; it may bring it all the same.
   */
  async #fetchedAfter(query: KeyQuery, seenBefore: number): Promise<Suppression | null> {
    if (this.#inFlight !== null) {
      const isLater = this.#begun > seenBefore;
      await this.#inFlight;
      if (isLater || this.#ring.candidates(query).length > 0) return null;
    }
    const cause = this.#inFlight === null ? this.#gate.suppresses(this.#means.now()) : null;
    if (cause === null) await this.#fetch('unknown_kid');
    return cause;
  }

  /** One fetch at a time; whoever asks meanwhile gets the same one. */
  #fetch(trigger: FetchTrigger): Promise<boolean> {
    this.#inFlight ??= this.#fetchOnce(trigger).finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #fetchOnce(trigger: FetchTrigger): Promise<boolean> {
    const fetch = { number: this.#begun + 1, beganAt: this.#means.now() };
    this.#begun = fetch.number;
    const onDemand = trigger === 'unknown_kid';
    if (onDemand) this.#gate.beginOnDemand(fetch.beganAt);
    // A set that may no longer be used must come whole again, not as "unchanged".
    if (this.#ring.current === null) this.#source.forget();
    const { fetcher } = this.#means;
    const fetched = await this.#source.fetch(fetcher, this.#means.now());
    this.#fault = fetched.ok ? await this.#take(fetched, fetch) : fetched.fault;
    const now = this.#means.now();
    const isGood = this.#fault === null;
    this.#gate.end(now, isGood, onDemand);
    if (isGood) {
      this.#lastSuccess = now;
      this.#lastGood = fetch;
    }
    this.#events.fetched(isGood ? 'success' : 'failure', trigger);
    this.#reportState();
    const delay =
      fetched.ok && isGood ? this.#timer.interval(fetched.maxAge) : this.#pause(fetched);
    this.#timer.schedule(delay);
    return isGood;
  }

  /** Takes a fetched set over, or gives what is wrong with it: a failed fetch, and the set before it stays. */
  async #take(fetched: Extract<Fetched, { ok: true }>, fetch: Fetch): Promise<string | null> {
    const now = this.#means.now();
    if (fetched.unchanged) {
      if (this.#ring.current === null) return 'it said that nothing had changed, unasked';
      this.#ring.confirm(now);
      if (this.#taken !== null) {
        this.#taken = { ...this.#taken, fetchedAt: now };
        await this.#keep(this.#taken);
      }
      return null;
    }
    const read = await readKeySet(fetched.document, this.#settings, now);
    if (!read.ok) {
      this.#source.forget();
      return `the key set cannot be used: ${read.fault}`;
    }
    const gone = this.#ring.current?.without(read.set) ?? null;
    if (gone !== null) this.#missing.gone(gone, fetch);
    const changed = this.#ring.take(read.set, now) || read.skipped.join() !== this.#skipped.join();
    this.#skipped = read.skipped;
    this.#taken = { document: fetched.document, fetchedAt: now };
    if (changed) this.#events.changed(read.set.size, shownUnused(read.skipped));
    await this.#keep(this.#taken);
    return null;
  }

  async #keep(taken: CachedJwks): Promise<void> {
    try {
      await this.#means.kept?.write(this.#settings.issuer, taken);
      this.#keptFault = null;
    } catch (error) {
      this.#events.turned(this.#stateNow(), `the key set could not be kept: ${systemCode(error)}`);
    }
  }

  #stateNow(): KeyState {
    if (this.#ring.current === null) return 'expired';
    return this.#fault === null ? 'fresh' : 'stale';
  }

  #reportState(): void {
    const state = this.#stateNow();
    if (state !== this.#state) this.#events.turned(state, this.#fault ?? '');
    this.#state = state;
  }

  #pause(fetched: Fetched): number {
    const asked = fetched.ok ? null : fetched.retryAfter;
    return Math.max(asked ?? 0, this.#gate.backoff());
  }

  /** While the last fetch failed, its back-off decides. */
  #advanceRefresh(): void {
    if (this.#fault === null) this.#timer.advance(this.#lastSuccess);
  }
}
