import type { Eventually } from '../base/deferred.ts';
import type { Algorithm } from './algorithm.ts';
import type { VerificationKey } from './verification-key.ts';

/** What a token's header says of its key. */
export interface KeyQuery {
  readonly algorithm: Algorithm;
  /** RFC 7515 section 4.1.4; null where the header has none. */
  readonly kid: string | null;
}

/** Keys that are tried for one token: a forged one costs so many verifications at most. */
export const MAX_CANDIDATES = 32;

/**
 * Keys that fit, or why there are none: `key_unknown` only where a key set that was asked for after the token was first seen
 * lacks the key; `keys_unavailable` where we could not tell.
 */
export type KeysFound =
  | {
      readonly ok: true;
      readonly keys: readonly VerificationKey[];
      /** How many more would fit and are not tried: see `MAX_CANDIDATES`. */
      readonly untried?: number;
    }
  | {
      readonly ok: false;
      readonly reason: 'key_unknown' | 'keys_unavailable';
      readonly detail: string;
    };

/** The candidates of a token as `find` gives them. */
export function foundAmong(candidates: readonly VerificationKey[]): KeysFound {
  if (candidates.length <= MAX_CANDIDATES) return { ok: true, keys: candidates };
  const keys = candidates.slice(0, MAX_CANDIDATES);
  return { ok: true, keys, untried: candidates.length - keys.length };
}

/** What an operator is told about an issuer's keys. */
export interface KeyStatus {
  /** Usable keys. */
  readonly keys: number;
  /** Those of them that have left the issuer's set and are in their grace. */
  readonly retired: number;
  /** What is wrong, or null where the store can verify tokens. */
  readonly fault: string | null;
  /** Milliseconds since the epoch of the last success, or null where there was none. */
  readonly lastSuccess: number | null;
  /** Why the last refresh failed, where the keys outlive it; else null. */
  readonly stale: string | null;
  /** When the first of its certificates ends, in milliseconds since the epoch; null where its keys have no certificates. */
  readonly notAfter: number | null;
  /** The names of the keys of the current set, each once. */
  readonly kids: readonly string[];
  /** Milliseconds since the epoch when the current set came in place of another one, or null where there is none. */
  readonly changed: number | null;
  /** Milliseconds since the epoch of the next background refresh; null where none is planned, as for a file, which is watched. */
  readonly nextRefresh: number | null;
  /** What of the keys' sources is not used, each with why: keys by their place and `kid`, files by their path. */
  readonly unused: readonly string[];
}

/** Where an issuer's keys are kept. Holds timers and sockets where they come from the network. */
export interface KeyStore extends AsyncDisposable {
  /** Changes, to a number never used before in this process, whenever the keys change. */
  readonly generation: number;
  /** The keys that fit a token. Waits only where the contract says that a check may wait. */
  find(query: KeyQuery): Eventually<KeysFound>;
  status(): KeyStatus;
  /** A token named a key of this store and did not verify by it. */
  signatureFailed(): void;
  /** Starts to fetch, where there is something to fetch; resolves after the first attempt. */
  start(): Promise<void>;
}

let lastGeneration = 0;

/** A number that no key store of this process has had: cached verifications are compared with it. */
export function newGeneration(): number {
  lastGeneration += 1;
  return lastGeneration;
}
