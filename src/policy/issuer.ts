import type { Algorithm } from '../keys/algorithm.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { ClaimPath } from './requirement.ts';

/** An issuer of tokens, compiled. One object stands for its settings: a reload that changes them makes another one. */
export interface Issuer {
  /** The name in policies, metrics and logs. */
  readonly name: string;
  /** The name of its keys: `name`, and the tenant where the issuer is one of several. */
  readonly label: string;
  /** Whether readiness waits until it has keys. */
  readonly required: boolean;
  /** What `iss` must be, exactly. */
  readonly iss: string;
  /** From the configuration, never from a token (RFC 8725 section 3.1). */
  readonly algorithms: ReadonlySet<Algorithm>;
  /** Accepted `typ` values, lower case without `application/` (RFC 7515 section 4.1.9). */
  readonly types: ReadonlySet<string>;
  /** Whether a token may lack `typ`. */
  readonly typeOptional: boolean;
  /** Allowed difference between clocks, in seconds. */
  readonly leeway: number;
  /** Whether keys of `watchword dev-issuer`, which anyone can start, are accepted. */
  readonly allowDevIssuer: boolean;
  /** Where it writes the audience: `aud`, or what stands for it. */
  readonly audienceClaim: ClaimPath;
  /** Where it writes scopes; all of these count. */
  readonly scopeClaims: readonly ClaimPath[];
  /** Longest `exp` - `iat` that is accepted, in seconds. Null: no limit. */
  readonly maxLifetime: number | null;
  readonly keys: KeyStore;
  /** The top-level claims that some pipeline reads: the ones worth keeping. */
  readonly claimNames: ReadonlySet<string>;
}
