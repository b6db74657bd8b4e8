import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../decision/principal.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { Policy } from '../policy/policy.ts';
import { bytesOfScopes } from './scopes.ts';

/** A token that verified: who holds it, and which keys and settings said so. */
export interface Verified {
  readonly principal: Principal;
  readonly issuer: Issuer;
  /** `issuer.keys.generation` when the token verified. */
  readonly generation: number;
}

export interface TokenCacheLimits {
  readonly entries: number;
  /** Estimated bytes of what is kept. */
  readonly bytes: number;
}

/** Digest, entry object and the cache's own bookkeeping, measured at 100,000 entries. */
const BYTES_PER_ENTRY = 320;

/**
 * Remembers verifications, never verdicts: policy and time are judged anew on every use. The key is a digest, so the
 * cache holds no token; an entry counts only while the issuer's settings and keys are those that verified it.
 */
export class TokenCache {
  readonly #entries: LRUCache<string, Verified>;

  constructor(limits: TokenCacheLimits) {
    this.#entries = new LRUCache({
      max: limits.entries,
      maxSize: limits.bytes,
      sizeCalculation: (verified) => BYTES_PER_ENTRY + sizeOf(verified.principal),
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The verification under a key, if it still counts under the policy. */
  find(key: string, policy: Policy): Verified | null {
    const verified = this.#entries.get(key);
    if (verified === undefined) return null;
    const { issuer, generation } = verified;
    return policy.issuers.get(issuer.iss) === issuer && generation === issuer.keys.generation
      ? verified
      : null;
  }

  remember(key: string, verified: Verified): void {
    this.#entries.set(key, verified);
  }
}

/**
 * The key of exactly one token text and set of extra claims: the token's digest, then the names of the claims that are kept for one route. Behind the digest and not within: a caller
 * chooses the token's text, and must not be able to write another entry's key.
 */
export function keyOf(token: string, extraClaims: readonly string[]): string {
  const digest = hash('sha256', token, 'binary');
  return extraClaims.length === 0 ? digest : `${digest}${JSON.stringify(extraClaims)}`;
}

function sizeOf(principal: Principal): number {
  const claims = JSON.stringify(principal.claims).length;
  const audiences = principal.audiences.reduce((sum, audience) => sum + audience.length + 24, 0);
  const scopes = bytesOfScopes(principal.scopes);
  return 2 * (claims + audiences + (principal.subject?.length ?? 0)) + scopes;
}
