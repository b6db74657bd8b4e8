import type { DocumentFetcher } from './fetch-document.ts';
import type { FetchQueue } from './fetch-queue.ts';
import type { CachedJwks, JwksDiskCache } from './jwks-disk-cache.ts';
import type { KeySetWanted } from './key-set.ts';
import type { KeyLocation } from './key-source.ts';

export interface RemoteSettings extends KeySetWanted {
  readonly location: KeyLocation;
  /** Bounds of the interval between two background refreshes, in milliseconds. */
  readonly refreshAtLeast: number;
  readonly refreshAtMost: number;
  /** How long good keys outlive the issuer, in milliseconds. */
  readonly maxStale: number;
  /** How long keys that left the set stay usable, in milliseconds. */
  readonly grace: number;
  /** What the keys are called in `kept`: the issuer. */
  readonly issuer: string;
  /** A key set from the operator, used while there is none from the issuer; null for none. */
  readonly fallback: unknown;
}

/** What the store works with. */
export interface RemoteKeysDependencies {
  readonly fetcher: DocumentFetcher;
  readonly queue: FetchQueue;
  /** Null where nothing is kept on disk. */
  readonly kept: JwksDiskCache | null;
  /** What a store that this one replaces had; null for none. */
  readonly before: CachedJwks | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
