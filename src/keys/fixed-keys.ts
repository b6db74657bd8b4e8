import { isSymmetric } from './algorithm.ts';
import type { KeySet } from './key-set.ts';
import {
  type KeyQuery,
  type KeyStatus,
  type KeyStore,
  newGeneration,
  type VerificationKey,
} from './key-store.ts';

/** Keys that never change: they were read from a file. A changed file is a new store (see config/compile.ts). */
export function fixedKeys(set: KeySet, readAt: number, notAfter: KeyStatus['notAfter']): KeyStore {
  return fixed({ ...NOTHING_SAID, keys: set.size, lastSuccess: readAt, notAfter }, (query) =>
    set.candidates(query),
  );
}

const NOTHING_SAID = {
  retired: 0,
  fault: null,
  stale: null,
  notAfter: null,
} as const;

/** An HMAC secret. Used with symmetric algorithms only, so a public key can never serve as one. */
export function secretKey(secret: Uint8Array, readAt: number): KeyStore {
  return fixed({ ...NOTHING_SAID, keys: 1, lastSuccess: readAt }, ({ algorithm }) =>
    isSymmetric(algorithm) ? [secret] : [],
  );
}

function fixed(
  status: KeyStatus,
  candidates: (query: KeyQuery) => readonly VerificationKey[],
): KeyStore {
  return {
    generation: newGeneration(),
    find(query) {
      const found = candidates(query);
      return found.length > 0
        ? { ok: true, keys: found }
        : {
            ok: false,
            reason: 'key_unknown',
            detail: `no ${query.algorithm} key with this kid in the file`,
          };
    },
    status: () => status,
    doubt: () => undefined,
    start: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
