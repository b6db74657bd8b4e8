import type { Eventually } from '../base/deferred.ts';
import type { VerificationKey } from '../keys/verification-key.ts';
import { isSignedBy, isSignedByElsewhere, type Signed } from './signature.ts';
import { ThreadPool } from './thread-pool.ts';

/** What it costs to hand a check over to another thread and back, in microseconds: what costs no more is done at once. */
const HAND_OVER = 16;

/**
 * What one turn of the event loop may spend on dearer checks, in microseconds: three of ES256, none of ES512. The rest of a flood is for
 * other threads, so that those who come meanwhile do not wait for it.
 */
const TURN = 250;

/**
 * Checks signatures: at once where that is short, else in another thread. Only the latter is limited: a token that waits for the keys of
 * its issuer costs nothing meanwhile, and must not stand in the way of those whose keys are there.
 */
export class SignatureWork {
  readonly limit: number;
  readonly #pool: ThreadPool;
  #spent = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#pool = new ThreadPool(limit);
  }

  /** Whether one of the keys of an issuer made the signature; null where too much is under way. */
  isSignedByAny(
    keys: readonly VerificationKey[],
    signed: Signed,
    issuer: string,
  ): Eventually<boolean | null> {
    return this.#isForThisTurn(costOf(keys))
      ? keys.some((key) => isSignedBy(key, signed))
      : this.#pool.run(issuer, () => isSignedByAnyElsewhere(keys, signed));
  }

  #isForThisTurn(cost: number): boolean {
    if (cost <= HAND_OVER) return true;
    if (this.#spent + cost > TURN) return false;
    if (this.#spent === 0) {
      setImmediate(() => {
        this.#spent = 0;
      });
    }
    this.#spent += cost;
    return true;
  }
}

/** All of them are tried for a signature that is wrong. */
function costOf(keys: readonly VerificationKey[]): number {
  return keys.reduce((sum, { cost }) => sum + cost, 0);
}

async function isSignedByAnyElsewhere(
  keys: readonly VerificationKey[],
  signed: Signed,
): Promise<boolean> {
  for (const key of keys) {
    if (await isSignedByElsewhere(key, signed)) return true;
  }
  return false;
}
