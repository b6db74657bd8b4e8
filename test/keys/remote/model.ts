import assert from 'node:assert/strict';
import { type ModelWorld, REFRESH_AT_LEAST, REFRESH_AT_MOST } from './model-world.ts';

/** Fetches that requests may cause: so many in a minute, and so long after each other with the jitter, in milliseconds. */
const ON_DEMAND = 6;
const COOL_DOWN = 1_300;
/** The longest pause after failures (a minute, and a quarter of jitter), with a second to spare. */
const MAX_PAUSE = 76_000;

/** Between two answers of an issuer that is well. */
const MAX_INTERVAL = Math.max(REFRESH_AT_MOST, MAX_PAUSE) + 2_000;

/** What is known of the world without looking into it. */
export class Model {
  readonly #fixture: ModelWorld;
  /** When each key was published, by what timers know; withdrawn ones are not there. */
  readonly #publishedAt = new Map([['a', 0]]);
  /** Since when the issuer has answered well, or a store has been there. */
  #goodSince = 0;
  /** When each key was asked for without success while the last fetch was a success. */
  readonly #askedAt = new Map<string, number>();
  /** How many times the issuer had answered when each key was first asked for. */
  readonly #firstAsked = new Map<string, number>();
  /** When requests caused a fetch, by the store's clock. */
  #demanded: readonly number[] = [];
  /** The longest grace of any settings so far: keys may have been retired under them. */
  #grace: number;

  constructor(fixture: ModelWorld) {
    this.#fixture = fixture;
    this.#grace = fixture.settings.grace;
  }

  published(name: string): void {
    if (!this.#publishedAt.has(name)) this.#publishedAt.set(name, this.#fixture.passed);
  }

  withdrawn(name: string): void {
    this.#publishedAt.delete(name);
    this.#askedAt.delete(name);
  }

  /** The issuer or the store is another one from now on. */
  changed(): void {
    this.#goodSince = this.#fixture.passed;
    this.#askedAt.clear();
    this.#grace = Math.max(this.#grace, this.#fixture.settings.grace);
  }

  /** Why the key must not verify, or null. */
  mustRefuse(name: string, exp: number): string | null {
    const { now, settings, issuer } = this.#fixture;
    const { answered } = issuer;
    if (now >= exp * 1000) return 'the token has expired';
    const last = answered.at(-1);
    if (last === undefined) return 'the issuer never answered';
    if (now >= last.at + settings.maxStale) return 'the keys are too old';
    const had = answered.findLastIndex(({ kids }) => kids.has(name));
    if (had < 0) return 'the issuer never had the key';
    const without = answered[had + 1];
    return without !== undefined && now >= without.at + this.#grace
      ? 'the key has left the set'
      : null;
  }

  /** Why the key must verify, or null. Asked before the question, since a question may bring keys. */
  mustAllow(name: string, exp: number): string | null {
    const { now, passed, settings, issuer } = this.#fixture;
    if (now >= exp * 1000) return null;
    const last = issuer.answered.at(-1);
    if (last?.kids.has(name) && now < last.at + settings.maxStale) return 'the key is in the set';
    const publishedAt = this.#publishedAt.get(name);
    if (publishedAt === undefined || issuer.health !== 'up') return null;
    const since = Math.max(publishedAt, this.#goodSince);
    if (passed >= since + MAX_INTERVAL) return 'the background refresh must have brought the key';
    if (this.#mustBeAskedFor(name)) return 'it is the first token of a key that is published';
    const askedAt = this.#askedAt.get(name);
    return askedAt !== undefined && passed >= askedAt + REFRESH_AT_LEAST + 2_000
      ? 'the refresh that an unknown kid hurries must have brought the key'
      : null;
  }

  /** However recent the last fetch of the background was. */
  #mustBeAskedFor(name: string): boolean {
    const { now, healthy } = this.#fixture;
    if (!healthy || this.#firstAsked.has(name)) return false;
    const inMinute = this.#demanded.filter((at) => at > now - 60_000);
    return inMinute.length < ON_DEMAND && inMinute.every((at) => at <= now - COOL_DOWN);
  }

  /** A key is about to be asked for; the function that is given back is told when it was. */
  asks(name: string): () => void {
    const { issuer, now } = this.#fixture;
    const { asked } = issuer;
    if (!this.#firstAsked.has(name)) this.#firstAsked.set(name, issuer.answered.length);
    return () => {
      if (issuer.asked > asked) this.#demanded = [...this.#demanded, now];
    };
  }

  /** Fails where the background refresh has stopped. */
  refreshed(): void {
    const { passed, issuer } = this.#fixture;
    const last = Math.max(this.#goodSince, issuer.answered.at(-1)?.passed ?? 0);
    const isLate = issuer.health === 'up' && passed > last + MAX_INTERVAL;
    assert.ok(!isLate, `at ${passed / 1000} s no set was asked for since ${last / 1000} s`);
  }

  /** Remembers a question that found no key. */
  refused(name: string): void {
    const { issuer, passed, healthy } = this.#fixture;
    if (
      this.#publishedAt.has(name) &&
      issuer.health === 'up' &&
      healthy &&
      !this.#askedAt.has(name)
    )
      this.#askedAt.set(name, passed);
  }

  /** Why this must not be called the caller's fault, or null. */
  notUnknown(name: string): string | null {
    const { issuer, healthy } = this.#fixture;
    const last = issuer.answered.at(-1);
    const first = this.#firstAsked.get(name) ?? 0;
    const had = issuer.answered.findLastIndex(({ kids }) => kids.has(name));
    const known = Math.min(first, had < 0 ? first : had + 1);
    if (last === undefined || issuer.answered.length <= known)
      return 'no fetch has begun since it was first asked for or known';
    if (!healthy) return 'the last fetch failed';
    return last.kids.has(name) ? 'the issuer has the key' : null;
  }
}
