/** What the load process is told, as JSON in its first argument. */
export interface LoadJob {
  /** Port of the gateway on 127.0.0.1. */
  readonly port: number;
  /** The file of `writeRequests`. */
  readonly requests: string;
  readonly connections: number;
  /** When the load begins, in milliseconds since the epoch. */
  readonly beginAt: number;
  /** Start of each phase in seconds since then. */
  readonly phases: readonly number[];
}

/** What became of the requests that were due in one phase. */
export interface PhaseResult {
  readonly valid: Outcome;
  /** Of tokens with a `kid` that nobody has. */
  readonly unknown: Outcome;
  /** Latency of valid requests in milliseconds since they were due. */
  readonly p50: number;
  readonly p99: number;
}

export interface Outcome {
  readonly sent: number;
  readonly allowed: number;
  /** By the reason in the answer's body; `HTTP …` where it has none, `no answer` where the connection ended. */
  readonly refused: Readonly<Record<string, number>>;
}
