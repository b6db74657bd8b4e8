import type { Suppression } from './fetch-gate.ts';

export type FetchTrigger = 'start' | 'schedule' | 'unknown_kid';

/** What happens between us and an issuer, for metrics and logs. */
export interface KeyEvents {
  fetched(result: 'success' | 'failure', trigger: FetchTrigger): void;
  /** Another key set came; `detail` names keys of it that are not used. */
  changed(keys: number, detail: string): void;
  suppressed(cause: Suppression | 'negative_cache' | 'waiters'): void;
  /** The keys went from one state into another. */
  turned(state: KeyState, detail: string): void;
}

export type KeyState = 'fresh' | 'stale' | 'expired';
