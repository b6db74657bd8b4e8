import { type Eventually, whenReady } from '../base/deferred.ts';
import { withTimeout } from '../base/timeout.ts';
import type { RefusalReason } from '../decision/reason.ts';
import type { Policy } from '../policy/policy.ts';
import { SignatureWork } from './signature-work.ts';
import { keyOf, TokenCache, type TokenCacheLimits } from './token-cache.ts';
import type { Trace } from './trace.ts';
import { type Verification, verify } from './verify.ts';

export interface VerifierLimits extends TokenCacheLimits {
  /** Signatures that wait for another thread or are checked there; one more is `overloaded`. */
  readonly pending: number;
}

/** What happens to tokens, for metrics. */
export interface VerifierEvents {
  lookedUp(result: 'hit' | 'miss'): void;
  /** `issuer` is a configured name, or null where the token names none of them. */
  verified(issuer: string | null, result: 'verified' | RefusalReason): void;
}

/** Verifies tokens and remembers those that verified: the only part of a decision that may take time, so the one with limits. */
export class Verifier {
  readonly #cache: TokenCache;
  readonly #signatures: SignatureWork;
  readonly #events: VerifierEvents;

  constructor(limits: VerifierLimits, events: VerifierEvents) {
    this.#cache = new TokenCache(limits);
    this.#signatures = new SignatureWork(limits.pending);
    this.#events = events;
  }

  get cached(): number {
    return this.#cache.size;
  }

  /**
   * The verification of a token: at once where it was seen before, else within `budget` milliseconds. `extraClaims` are kept
   * beyond those that the configuration reads; a token is remembered apart for each set of them, so that no route can
   * take claims away from another.
   */
  verify(
    token: string,
    policy: Policy,
    budget: number,
    extraClaims: readonly string[],
    trace?: Trace,
  ): Eventually<Verification> {
    const key = keyOf(token, extraClaims);
    const known = this.#cache.find(key, policy);
    if (known !== null) {
      this.#events.lookedUp('hit');
      trace?.remembered();
      return { ok: true, verified: known };
    }
    this.#events.lookedUp('miss');
    // Remembered also where its caller has stopped waiting: who asks again then finds it.
    const made = whenReady(verify(token, policy, extraClaims, this.#signatures, trace), (one) => {
      if (one.ok) this.#cache.remember(key, one.verified);
      return one;
    });
    return made instanceof Promise ? this.#within(budget, made) : this.#counted(made);
  }

  async #within(budget: number, work: Promise<Verification>): Promise<Verification> {
    const detail = `not verified within ${Math.round(budget)} ms`;
    const late = { ok: false, reason: 'deadline_exceeded', issuer: null, detail } as const;
    return this.#counted(await withTimeout<Verification>(budget, work, late));
  }

  #counted(verification: Verification): Verification {
    if (verification.ok) this.#events.verified(verification.verified.issuer.name, 'verified');
    else this.#events.verified(verification.issuer, verification.reason);
    return verification;
  }
}
