import type { Eventually } from '../base/deferred.ts';
import { systemCode } from '../base/system-code.ts';
import { within } from '../base/within.ts';
import type { Fetched } from './fetch-document.ts';
import { FetchGate, type Suppression } from './fetch-gate.ts';
import type { KeptSet } from './kept-set.ts';
import type { FetchTrigger, KeyEvents, KeyState } from './key-events.ts';
import { KeyRing } from './key-ring.ts';
import { readKeySet } from './key-set.ts';
import { KeySource } from './key-source.ts';
import type { KeyQuery, KeyStatus, KeyStore, KeysFound } from './key-store.ts';
import { MissingKids } from './missing-kids.ts';
import type { RemoteMeans, RemoteSettings } from './remote-settings.ts';

/** Longest that a check waits for a fetch (promise 2 of the product), in milliseconds. */
const LONGEST_WAIT = 150;
const MOST_WAITERS = 256;
/** `key_unknown` is said only if a fetch succeeded this recently, in milliseconds. */
const RECENT = 30_000;
const MINUTE = 60_000;
const ON_DEMAND = 6;

/**
 * The keys of an issuer that publishes a JWK Set at a URL. They are refreshed in the background; a check waits, for one
 * shared fetch and a bounded time, only where its token names a key that was never seen. An issuer that is down costs
 * nothing until `maxStale` is over.
 */
export class RemoteKeys implements KeyStore {
  readonly #settings: RemoteSettings;
  readonly #means: RemoteMeans;
  readonly #events: KeyEvents;
  readonly #source: KeySource;
  readonly #ring: KeyRing;
  readonly #gate: FetchGate;
  readonly #missing = new MissingKids();
  /** What the issuer answered last, and when that was last found good; also where it is too old by now. */
  #taken: KeptSet | null = null;
  #lastSuccess: number | null = null;
  /** Of the last fetch; null where it succeeded. */
  #fault: string | null = 'not fetched yet';
  #state: KeyState | null = null;
  #inFlight: Promise<boolean> | null = null;
  #waiters = 0;
  #timer: NodeJS.Timeout | null = null;
  #nextAt = Number.POSITIVE_INFINITY;
  #closed = false;

  private constructor(settings: RemoteSettings, means: RemoteMeans, events: KeyEvents) {
    this.#settings = settings;
    this.#means = means;
    this.#events = events;
    this.#source = new KeySource(settings.location);
    this.#ring = new KeyRing(settings, means.now);
    const reserved = Math.ceil(MINUTE / settings.refreshAtLeast);
    this.#gate = new FetchGate({
      coolDown: 1_000,
      longestCoolDown: MINUTE,
      budget: ON_DEMAND + reserved,
      reserved,
    });
  }

  /** Opens a store with the keys that are at hand without asking the issuer. Tells nothing and fetches nothing yet. */
  static async open(
    settings: RemoteSettings,
    means: RemoteMeans,
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
      notAfter: null,
    };
  }

  async start(): Promise<void> {
    if (this.#ring.current !== null) this.#turn();
    await this.#means.queue.run(this.#source.origin, () => this.#fetch('start'));
  }

  find(query: KeyQuery): Eventually<KeysFound> {
    const keys = this.#ring.candidates(query);
    if (keys.length > 0) return { ok: true, keys };
    const { kid } = query;
    if (kid === null && this.#ring.current !== null) {
      return this.#absent('no key fits a token without kid');
    }
    const cause = this.#whyNoFetch(kid);
    if (cause !== null) {
      this.#events.suppressed(cause);
      if (cause === 'waiters') return unavailable(cause);
      const failed = this.#fault === null ? '' : `; the last one failed: ${this.#fault}`;
      return this.#absent(`no fetch: ${cause}${failed}`);
    }
    return this.#fetchedThenFind(query);
  }

  /** A signature that does not verify may be a key that was replaced under its name. */
  doubt(): void {
    this.#hurry(this.#means.now());
  }

  /** What the issuer answered last, for a store with other settings that takes this one's place. */
  handOver(): KeptSet | null {
    return this.#taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    // A fetch under way is not waited for: whoever owns the fetcher aborts it.
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** The fallback is for an issuer that has never answered: an answer that is too old or of no use still was one. */
  async #prepare(): Promise<void> {
    const { kept, before, now } = this.#means;
    const stored = before ?? (await kept?.read(this.#settings.issuer));
    if (stored === undefined || typeof stored === 'string') {
      if (this.#settings.fallback !== null) await this.#load(this.#settings.fallback, now());
      return;
    }
    this.#taken = stored;
    // A clock that was put back must not make old keys young.
    if (stored.fetchedAt <= now()) await this.#load(stored.document, stored.fetchedAt);
  }

  async #load(document: unknown, fetchedAt: number): Promise<void> {
    const read = await readKeySet(document, this.#settings);
    if (read.ok) this.#ring.take(read.set, fetchedAt);
  }

  #whyNoFetch(kid: string | null): Suppression | 'negative_cache' | 'waiters' | null {
    const now = this.#means.now();
    this.#hurry(now);
    if (kid !== null && this.#missing.has(kid, now)) return 'negative_cache';
    if (this.#waiters >= MOST_WAITERS) return 'waiters';
    return this.#inFlight === null ? this.#gate.suppresses(now) : null;
  }

  /** `key_unknown` is the caller's fault, so it needs a recent key set that is known to lack the key. */
  #absent(detail: string): KeysFound {
    const recent = this.#lastSuccess !== null && this.#means.now() - this.#lastSuccess <= RECENT;
    return recent && this.#fault === null
      ? { ok: false, reason: 'key_unknown', detail }
      : unavailable(detail);
  }

  async #fetchedThenFind(query: KeyQuery): Promise<KeysFound> {
    this.#waiters += 1;
    try {
      const succeeded = await within(LONGEST_WAIT, this.#fetch('unknown_kid'), false);
      const keys = this.#ring.candidates(query);
      if (keys.length > 0) return { ok: true, keys };
      if (!succeeded) return unavailable(`no key set within ${LONGEST_WAIT} ms`);
    } finally {
      this.#waiters -= 1;
    }
    if (query.kid !== null) this.#missing.add(query.kid, this.#means.now());
    return this.#absent('the key set, just fetched, has no such key');
  }

  /** One fetch at a time; whoever asks meanwhile gets the same one. */
  #fetch(trigger: FetchTrigger): Promise<boolean> {
    this.#inFlight ??= this.#fetchOnce(trigger).finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #fetchOnce(trigger: FetchTrigger): Promise<boolean> {
    this.#gate.begin(this.#means.now());
    // A set that may no longer be used must come whole again, not as "unchanged".
    if (this.#ring.current === null) this.#source.forget();
    const { fetcher } = this.#means;
    const fetched = await this.#source.fetch(fetcher, this.#means.now());
    const result = fetched.ok ? await this.#take(fetched) : failure(fetched.fault);
    const now = this.#means.now();
    this.#gate.end(now, result.ok);
    this.#fault = result.ok ? null : result.detail;
    if (result.ok) this.#lastSuccess = now;
    this.#events.fetched(result.ok ? 'success' : 'failure', trigger);
    this.#turn();
    this.#schedule(fetched.ok && result.ok ? this.#interval(fetched.maxAge) : this.#pause(fetched));
    return result.ok;
  }

  /** Takes a fetched set over. One that cannot be used counts as a failed fetch, and the set before it stays. */
  async #take(fetched: Extract<Fetched, { ok: true }>): Promise<Taken> {
    const now = this.#means.now();
    if (fetched.unchanged) {
      if (this.#ring.current === null) return failure('it said that nothing had changed, unasked');
      this.#ring.confirm(now);
      if (this.#taken !== null) {
        this.#taken = { ...this.#taken, fetchedAt: now };
        await this.#keep(this.#taken);
      }
      return TAKEN;
    }
    const read = await readKeySet(fetched.document, this.#settings);
    if (!read.ok) {
      this.#source.forget();
      return failure(`the key set cannot be used: ${read.fault}`);
    }
    const changed = this.#ring.take(read.set, now);
    this.#taken = { document: fetched.document, fetchedAt: now };
    if (changed) {
      this.#missing.clear();
      this.#events.changed(read.set.size, read.skipped.join('; '));
    }
    await this.#keep(this.#taken);
    return TAKEN;
  }

  async #keep(taken: KeptSet): Promise<void> {
    try {
      await this.#means.kept?.write(this.#settings.issuer, taken);
    } catch (error) {
      this.#events.turned(this.#stateNow(), `the key set could not be kept: ${systemCode(error)}`);
    }
  }

  #stateNow(): KeyState {
    if (this.#ring.current === null) return 'expired';
    return this.#fault === null ? 'fresh' : 'stale';
  }

  #turn(): void {
    const state = this.#stateNow();
    if (state !== this.#state) this.#events.turned(state, this.#fault ?? '');
    this.#state = state;
  }

  /** Refreshes before the answer's own lifetime ends, a little early so that replicas spread out. */
  #interval(maxAge: number | null): number {
    const { refreshAtLeast, refreshAtMost } = this.#settings;
    const wished = Math.min(refreshAtMost, Math.max(refreshAtLeast, maxAge ?? refreshAtMost));
    return Math.max(refreshAtLeast, Math.round(wished * (0.8 + 0.2 * Math.random())));
  }

  #pause(fetched: Fetched): number {
    const asked = fetched.ok ? null : fetched.retryAfter;
    return Math.max(asked ?? 0, this.#gate.backoff());
  }

  /** An unknown `kid` may be a rotation: the next refresh comes at the lower bound. */
  #hurry(now: number): void {
    const { refreshAtLeast } = this.#settings;
    const soonest = Math.max(now, (this.#lastSuccess ?? now) + refreshAtLeast);
    if (this.#fault === null && this.#nextAt > soonest) this.#schedule(soonest - now);
  }

  #schedule(delay: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#nextAt = this.#means.now() + delay;
    const refresh = () =>
      void this.#means.queue.run(this.#source.origin, () => this.#fetch('schedule'));
    this.#timer = setTimeout(refresh, delay).unref();
  }
}

type Taken = { readonly ok: true } | { readonly ok: false; readonly detail: string };

const TAKEN: Taken = { ok: true };

function failure(detail: string): Taken {
  return { ok: false, detail };
}

function unavailable(detail: string): KeysFound {
  return { ok: false, reason: 'keys_unavailable', detail };
}
