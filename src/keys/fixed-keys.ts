import type { CryptoKey } from 'jose';
import type { Algorithm } from './algorithm.ts';
import { isSymmetric } from './algorithm.ts';
import type { KeySet } from './key-set.ts';
import { type KeyStatus, type KeyStore, newGeneration, type VerificationKey } from './key-store.ts';

/** Keys that never change: they were read from a file. A changed file is a new store (see config/compile.ts). */
export function fixedKeys(set: KeySet, readAt: number, devKeys: boolean): KeyStore {
  return fixed(readAt, set.size, devKeys || set.devKeys, (query): readonly CryptoKey[] =>
    set.candidates(query),
  );
}

/** An HMAC secret. Used with symmetric algorithms only, so a public key can never serve as one. */
export function secretKey(secret: Uint8Array, readAt: number): KeyStore {
  return fixed(readAt, 1, false, ({ algorithm }) => (isSymmetric(algorithm) ? [secret] : []));
}

function fixed(
  lastSuccess: number,
  keys: number,
  devKeys: boolean,
  candidates: (query: { algorithm: Algorithm; kid: string | null }) => readonly VerificationKey[],
): KeyStore {
  const status: KeyStatus = { keys, retired: 0, fault: null, lastSuccess, stale: false, devKeys };
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
