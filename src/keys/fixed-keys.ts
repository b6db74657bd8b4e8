import { type KeySet, shownUnused } from './key-set.ts';
import {
  foundAmong,
  type KeyQuery,
  type KeyStatus,
  type KeyStore,
  newGeneration,
} from './key-store.ts';
import { secretKeysOf, type VerificationKey } from './verification-key.ts';

/**
 * Keys that never change: they were read from a file. A changed file is a new store (see live/compile.ts). `unused` are the
 * entries of the file that are not among them.
 */
export function fixedKeys(
  set: KeySet,
  readAt: number,
  notAfter: KeyStatus['notAfter'],
  unused: readonly string[] = [],
): KeyStore {
  const { size: keys, kids } = set;
  const read = { lastSuccess: readAt, changed: readAt };
  const status = { ...NOTHING_SAID, ...read, keys, kids, notAfter, unused };
  const what = `in the file${whatElse(set.kids, unused)}`;
  return fixed(status, what, (query) => set.candidates(query));
}

const NOTHING_SAID = {
  retired: 0,
  fault: null,
  stale: null,
  notAfter: null,
  kids: [],
  nextRefresh: null,
  unused: [],
} as const;

/** An HMAC secret. Used with symmetric algorithms only, so a public key can never serve as one. */
export function secretKey(secret: Uint8Array, readAt: number): KeyStore {
  const status = { ...NOTHING_SAID, keys: 1, lastSuccess: readAt, changed: readAt };
  const keys = secretKeysOf(secret);
  return fixed(status, 'in the file', ({ algorithm }) =>
    keys.filter((key) => key.algorithm === algorithm),
  );
}

/** For a refusal: the names that there are, and what is there and not used. */
export function whatElse(kids: readonly string[], unused: readonly string[]): string {
  const names = kids.slice(0, 8).map((kid) => JSON.stringify(kid.slice(0, 64)));
  const more = kids.length > 8 ? ` and ${kids.length - 8} more` : '';
  const has = kids.length === 0 ? '' : `; kids there: ${names.join(', ')}${more}`;
  return `${has}${unused.length === 0 ? '' : `; not used: ${shownUnused(unused)}`}`;
}

/** A token's key as a refusal names it. */
export function shownQuery({ algorithm, kid }: KeyQuery): string {
  return kid === null
    ? `no ${algorithm} key for a token without kid`
    : `no ${algorithm} key with kid ${JSON.stringify(kid.slice(0, 64))}`;
}

function fixed(
  status: KeyStatus,
  where: string,
  candidates: (query: KeyQuery) => readonly VerificationKey[],
): KeyStore {
  return {
    generation: newGeneration(),
    find(query) {
      const found = candidates(query);
      return found.length > 0
        ? foundAmong(found)
        : { ok: false, reason: 'key_unknown', detail: `${shownQuery(query)} ${where}` };
    },
    status: () => status,
    signatureFailed: () => undefined,
    start: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
