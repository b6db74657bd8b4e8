import type { Consumers } from './consumer.ts';
import type { HostTable } from './host.ts';
import type { Issuer } from './issuer.ts';
import type { PathTable } from './path-table.ts';
import type { Pipeline, Rule } from './pipeline.ts';

/** Everything that a configuration decides about requests, compiled once. Immutable: a reload makes another one. */
export interface Policy {
  /** Issuers by their exact `iss`. */
  readonly issuers: ReadonlyMap<string, Issuer>;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly matches: HostTable<PathTable<Rule>>;
  /** Whether backends ignore the letter case of paths: `caseSensitivePaths: false`. */
  readonly ignoresPathCase: boolean;
  /** What judges a request that nothing else selects; null denies. */
  readonly fallback: Pipeline | null;
  /** The pipelines that have a `resource`, by host and path of its metadata: `orders.example.com/.well-known/…`. */
  readonly resources: ReadonlyMap<string, Pipeline>;
  /** Every request header that an answer may set: lower case, closed. */
  readonly identityHeaders: readonly string[];
  /** Request headers that some pipeline reads beside those that every check reads, lower case. */
  readonly readHeaders: readonly string[];
  /** Whether some condition reads the other end of the connection. */
  readonly readsSource: boolean;
  /** The list of `consumers`; empty where there is none. */
  readonly consumers: Consumers;
}
