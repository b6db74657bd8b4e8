import type { Logger } from 'pino';
import { whenReady } from '../base/deferred.ts';
import { startWithoutTokens } from '../base/redact.ts';
import type { Wrap } from '../check/check.ts';
import { type Decision, isRefusal } from '../check/decision.ts';
import { REASONS } from '../decision/reason.ts';
import { withoutQuery } from '../policy/path.ts';
import type { Request } from '../request/request.ts';

/** Refusals logged at once; a flood beyond it is counted and summed up. */
const BURST = 50;
/** Refusals logged a second in a lasting flood. */
const PER_SECOND = 10;
const MAX_FIELD_LENGTH = 512;

/** A bucket of log lines that fills with time. */
class Allowance {
  readonly #now: () => number;
  #left = BURST;
  #at: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/**
 * Logs decisions: each at debug, and each refusal at info unless too many come. No line has a token or a signature in it: what
 * is logged of a request is its method, host, path without query, and id, and what looks like a token is cut out.
 */
export function logged(log: Logger, onSuppressed: () => void, now: () => number = Date.now): Wrap {
  const allowance = new Allowance(now);
  let suppressed = 0;
  const writeSampled = (request: Request | null, decision: Decision): void => {
    if (!allowance.take()) {
      suppressed += 1;
      onSuppressed();
      return;
    }
    const before = suppressed > 0 ? { suppressedBefore: suppressed } : {};
    suppressed = 0;
    log.info({ ...fieldsOf(request, decision), ...before }, wordFor(decision));
  };
  const write = (request: Request | null, decision: Decision): void => {
    if (log.isLevelEnabled('debug')) {
      log.debug(fieldsOf(request, decision), wordFor(decision));
    } else if (isRefusal(decision) && log.isLevelEnabled('info')) {
      writeSampled(request, decision);
    }
  };
  return (next) => (request, budget) =>
    whenReady(next(request, budget), (decision) => {
      write(request, decision);
      return decision;
    });
}

function wordFor(decision: Decision): string {
  if (decision.outcome === 'answer') return 'answered';
  if (decision.outcome === 'allow') return 'allowed';
  return decision.pipeline?.mode === 'shadow' ? 'would be refused' : 'refused';
}

function fieldsOf(request: Request | null, decision: Decision): Record<string, string> {
  const { reason, pipeline, principal } = decision;
  const refusal = isRefusal(decision) ? decision : null;
  const fields = {
    outcome: REASONS[reason].outcome,
    reason,
    pipeline: pipeline?.name,
    mode: pipeline?.mode,
    issuer: refusal === null ? principal?.issuer : refusal.issuer,
    subject: principal?.subject,
    detail: refusal?.detail,
    method: request?.method,
    host: request?.host,
    path: request === null ? undefined : withoutQuery(request.path),
    request: request?.id,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined || value === null || value === ''
        ? []
        : [[name, startWithoutTokens(value, MAX_FIELD_LENGTH)]],
    ),
  );
}
