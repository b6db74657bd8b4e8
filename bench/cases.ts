import type { CacheLookups } from './cache-lookups.ts';
import type { Verdict } from './check-messages.ts';
import { type BenchIssuer, withBadSignature } from './tokens.ts';

/** One kind of load. */
export interface BenchCase {
  readonly name: CaseName;
  readonly about: string;
  /** The tokens that come in turn; null stands for a request without one. */
  readonly tokens: (issuer: BenchIssuer) => Promise<readonly (string | null)[]>;
  /** What Watchword must answer. */
  readonly verdict: Verdict;
  /** `tokenCache.entries` of Watchword; null for the default. */
  readonly cacheEntries: number | null;
  /** Calls begun a second, whatever the options say; null for those. */
  readonly rate?: number;
  /** Beside whom it is measured. `one of each` is Watchword again: the case is Watchword with many of everything. */
  readonly beside?: 'nobody' | 'one of each';
  /** The most look-ups in the token cache with a result that the case is not about; null where that does not matter. */
  readonly most: Partial<CacheLookups> | null;
}

export type CaseName =
  | 'warm'
  | 'cold'
  | 'denied'
  | 'expired'
  | 'missing'
  | 'paced'
  | 'full'
  | 'many';

const WARM_TOKENS = 200;
const COLD_TOKENS = 4_000;

/** The goal for memory is said of so many. */
const FULL_TOKENS = 100_000;

/**
 * Far fewer than there are cold tokens. They come in a circle, so that a cache that keeps the latest has forgotten each of them when
 * it comes again: as many first sights as one likes, without signing as many tokens.
 */
const COLD_CACHE_ENTRIES = 1_000;

export const CASES: readonly BenchCase[] = [
  {
    name: 'warm',
    about: `${WARM_TOKENS} RS256 tokens, again and again`,
    tokens: (issuer) => issuer.tokens(WARM_TOKENS),
    verdict: { code: 0, reason: 'verified' },
    cacheEntries: null,
    most: { misses: 2 * WARM_TOKENS },
  },
  {
    name: 'cold',
    about: 'each RS256 token as if seen for the first time',
    tokens: (issuer) => issuer.tokens(COLD_TOKENS),
    verdict: { code: 0, reason: 'verified' },
    cacheEntries: COLD_CACHE_ENTRIES,
    // The question that shows that the server is ready is asked once more.
    most: { hits: 10 },
  },
  {
    name: 'denied',
    about: `${WARM_TOKENS} tokens with a bad signature`,
    tokens: async (issuer) => (await issuer.tokens(WARM_TOKENS)).map(withBadSignature),
    verdict: { code: 16, reason: 'signature_invalid' },
    cacheEntries: null,
    most: null,
  },
  {
    name: 'expired',
    about: `${WARM_TOKENS} tokens that ended an hour ago, again and again`,
    tokens: (issuer) => issuer.tokens(WARM_TOKENS, { ends: -3_600 }),
    verdict: { code: 16, reason: 'token_expired' },
    cacheEntries: null,
    most: { misses: 2 * WARM_TOKENS },
  },
  {
    name: 'missing',
    about: 'no token',
    tokens: async () => Array.from({ length: WARM_TOKENS }, () => null),
    verdict: { code: 16, reason: 'token_missing' },
    cacheEntries: null,
    most: null,
  },
  {
    name: 'paced',
    about: `${WARM_TOKENS} RS256 tokens at 2,000 calls a second`,
    tokens: (issuer) => issuer.tokens(WARM_TOKENS),
    verdict: { code: 0, reason: 'verified' },
    cacheEntries: null,
    rate: 2_000,
    most: { misses: 2 * WARM_TOKENS },
  },
  {
    name: 'full',
    about: `${FULL_TOKENS} ES256 tokens, in a cache for as many`,
    tokens: (issuer) => issuer.tokens(FULL_TOKENS, { alg: 'ES256' }),
    verdict: { code: 0, reason: 'verified' },
    cacheEntries: FULL_TOKENS,
    beside: 'nobody',
    most: null,
  },
  {
    name: 'many',
    about: '10,000 paths of 1,000 pipelines and 1,000 issuers',
    tokens: (issuer) => issuer.tokens(WARM_TOKENS),
    verdict: { code: 0, reason: 'verified' },
    cacheEntries: null,
    beside: 'one of each',
    most: { misses: 2 * WARM_TOKENS },
  },
];
