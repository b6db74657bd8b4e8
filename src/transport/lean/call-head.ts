import type { RequestHead } from '../../http2/request-head.ts';

/** What a call says before its message (gRPC over HTTP/2, "Requests"). */
export interface CallHead {
  readonly path: string;
  /** How long the caller waits, in milliseconds; infinite where it does not say. */
  readonly timeout: number;
  readonly isCompressed: boolean;
  /** The gateway's own span; undefined where it does not trace. */
  readonly traceparent: string | undefined;
}

/** W3C Trace Context, version 00: 55 characters. */
const MAX_TRACEPARENT = 64;

const UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;

/** Reads it, or null where the request is none of gRPC: it is answered by HTTP then. */
export function callHead({ method, path, fields }: RequestHead): CallHead | null {
  let isGrpc = false;
  let timeout = Number.POSITIVE_INFINITY;
  let isCompressed = false;
  let traceparent: string | undefined;
  for (const { name, value } of fields) {
    if (name === 'content-type') isGrpc = value.startsWith('application/grpc');
    else if (name === 'grpc-timeout') timeout = milliseconds(value);
    else if (name === 'grpc-encoding') isCompressed = value !== 'identity';
    else if (name === 'traceparent' && value.length <= MAX_TRACEPARENT) traceparent = value;
  }
  return isGrpc && method === 'POST' ? { path, timeout, isCompressed, traceparent } : null;
}

/** A value that is none counts as no time left, as in every gRPC library. */
function milliseconds(value: string): number {
  const [, digits, unit = ''] = TIMEOUT.exec(value) ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNITS[unit] ?? 0);
}
