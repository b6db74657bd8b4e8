import type { DocumentFetcher, Fetched } from '../../../src/keys/fetch-document.ts';
import { makeKey, type TestKey } from '../../support/keys.ts';

/** Keys that an issuer of the model may publish, by their `kid`. */
export const KEYS: Readonly<Record<string, TestKey>> = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'nobody'].map((kid) => [kid, makeKey('ES256', kid)]),
);

/** How the issuer answers. */
export type Health = 'up' | 'down' | 'garbage';

/** A key set that was answered with. */
export interface Answered {
  readonly kids: ReadonlySet<string>;
  /** By the store's clock, in milliseconds. */
  readonly at: number;
  /** By what timers know, in milliseconds. */
  readonly passed: number;
}

/** An issuer in memory, and what it has answered: the model judges by that, not by when it believes a fetch is due. */
export class ModelIssuer implements DocumentFetcher {
  readonly published = new Set<string>(['a']);
  health: Health = 'up';
  readonly answered: Answered[] = [];
  asked = 0;
  readonly #clock: () => Pick<Answered, 'at' | 'passed'>;

  constructor(clock: () => Pick<Answered, 'at' | 'passed'>) {
    this.#clock = clock;
  }

  async fetch(_: string, etag: string | null): Promise<Fetched> {
    this.asked += 1;
    if (this.health === 'down') return { ok: false, fault: 'it is down', retryAfter: null };
    if (this.health === 'garbage')
      return { ok: true, document: { keys: [{}] }, unchanged: false, maxAge: null, etag: null };
    const kids = [...this.published].sort();
    this.answered.push({ kids: new Set(kids), ...this.#clock() });
    const version = kids.join();
    if (etag === version) return { ok: true, document: null, unchanged: true, maxAge: null, etag };
    const document = { keys: kids.map((kid) => KEYS[kid]?.jwk) };
    return { ok: true, document, unchanged: false, maxAge: null, etag: version };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
