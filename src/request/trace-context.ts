/** The trace that a request belongs to (W3C Trace Context, section 3.2). */
export interface TraceContext {
  /** 32 digits, lower case. */
  readonly traceId: string;
  /** The span of whoever asked: 16 digits, lower case. */
  readonly parentId: string;
  /** Whether the caller records its span. */
  readonly sampled: boolean;
}

/** version, trace-id, parent-id, trace-flags. A later version may have more behind them (section 3.2.4). */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ONLY_ZEROS = /^0+$/;

/**
 * Reads a `traceparent` header. Null where it is none: it comes from clients where the gateway does not trace, so nothing of it may be
 * logged or exported that is not of this form.
 */
export function traceContextOf(header: string | undefined): TraceContext | null {
  if (header === undefined) return null;
  const [, version, traceId = '', parentId = '', flags = '', more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return null;
  if (ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
