import type { Suppression } from './fetch-gate.ts';
import { shownQuery, whatElse } from './fixed-keys.ts';
import type { KeyQuery, KeysFound } from './key-store.ts';

/** Fetches that requests may cause in a minute. */
export const ON_DEMAND = 6;
/** Checks that wait for one fetch. */
export const MAX_WAITERS = 256;

/** Why there is no fetch for a token with an unseen key. */
export type NoFetch = Suppression | 'waiters';

const CAUSES: Readonly<Record<NoFetch, string>> = {
  cooldown: 'the last one was a moment ago (cooldown)',
  budget: `requests have caused ${ON_DEMAND} in the last minute (budget)`,
  waiters: `${MAX_WAITERS} checks wait for one already (waiters)`,
};

/** The issuer has not got the key; `kids` and `skipped` are what it has, used and unused. */
export function unknownKey(
  query: KeyQuery,
  kids: readonly string[],
  skipped: readonly string[],
): KeysFound {
  const detail = `${shownQuery(query)} in the key set of the issuer${whatElse(kids, skipped)}`;
  return { ok: false, reason: 'key_unknown', detail };
}

/** Nobody can say whether the issuer has the key, since it was not asked. `fault` is of the last fetch, or null. */
export function notAsked(query: KeyQuery, cause: NoFetch, fault: string | null): KeysFound {
  const failed = fault === null ? '' : `; the last one failed: ${fault}`;
  return unavailable(`${shownQuery(query)}, and no fetch now: ${CAUSES[cause]}${failed}`);
}

/** The issuer was asked, and has not answered `wait` milliseconds later. */
export function notAnswered(query: KeyQuery, wait: number, fault: string | null): KeysFound {
  const failed = fault === null ? '' : `: ${fault}`;
  return unavailable(`${shownQuery(query)}, and no key set within ${wait} ms${failed}`);
}

function unavailable(detail: string): KeysFound {
  return { ok: false, reason: 'keys_unavailable', detail };
}
