/**
 * What a verified token says about its holder. Immutable and compact: it is what the verified-token
 * cache keeps, so it holds only the claims that the configuration reads.
 */
export interface Principal {
  /** The configured name of the issuer, as in metrics and logs. */
  readonly issuer: string;
  /** `sub`, or null where the token has none. */
  readonly subject: string | null;
  /** `aud` as a list; empty where the token has none. */
  readonly audiences: readonly string[];
  /** `scope`, `scp` and `permissions` in one set. */
  readonly scopes: ReadonlySet<string>;
  /** `exp` in seconds since the epoch. */
  readonly expiresAt: number;
  /** The later of `nbf` and `iat` in seconds since the epoch; -Infinity where the token has neither. */
  readonly notBefore: number;
  /** `iat` in seconds since the epoch, or null where the token has none. */
  readonly issuedAt: number | null;
  /** The top-level claims that some pipeline reads. */
  readonly claims: Readonly<Record<string, unknown>>;
}
