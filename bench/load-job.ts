import type { Verdict } from './check-messages.ts';

/** What the load process is told, as JSON in its first argument. */
export interface LoadJob {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** The process id of the server, whose CPU time is read; null where it is not known. */
  readonly pid: number | null;
  /** File of CheckRequests, one after the other, each with gRPC's 5 bytes before it. */
  readonly requests: string;
  /** The request to begin with; then they come in turn, the first after the last. */
  readonly first: number;
  readonly connections: number;
  /** Calls in flight in all connections together. */
  readonly inFlight: number;
  /** Calls that are begun each second, evenly, whatever the answers do; null for as many as `inFlight` allows. */
  readonly rate: number | null;
  /** Seconds before the measurement begins. */
  readonly warmUp: number;
  readonly seconds: number;
  /** What every answer must say. */
  readonly verdict: Verdict;
}

/** What the load process prints, as JSON in one line. */
export interface LoadResult {
  /** Calls answered while it was measured. */
  readonly calls: number;
  /** How long was measured. */
  readonly seconds: number;
  /** CPU time of the server while it was measured, in microseconds. */
  readonly serverCpu: number;
  /** CPU time of the load process, in microseconds. Near `seconds`, it was the load that was slow. */
  readonly loadCpu: number;
  /** Latency in microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were decoded; all of them said what they must. */
  readonly decoded: number;
  /** The request that would have come next: begin there, and no token comes sooner than in its turn. */
  readonly next: number;
}
