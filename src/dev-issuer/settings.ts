/** What a dev-issuer is told at its start. */
export interface DevIssuerSettings {
  /** `HOST:PORT`, `[IPV6]:PORT`; port 0 takes a free one. */
  readonly listen: string;
  /** The `iss` of its tokens and the base of its endpoints, ending with a slash; null: where it listens. */
  readonly issuer: string | null;
  /** Secrets by client identifier. */
  readonly clients: ReadonlyMap<string, string>;
  /** The APIs: the scopes that every client gets, by audience. */
  readonly audiences: ReadonlyMap<string, readonly string[]>;
  /** In seconds. */
  readonly tokenLifetime: number;
  /** Whether `POST /rotate` makes a new key. */
  readonly allowRotate: boolean;
}
