import { type Logger, symbols } from 'pino';
import { whenReady } from '../base/deferred.ts';
import type { Wrap } from '../check/check.ts';
import { type Decision, isRefusal } from '../check/decision.ts';
import type { DecisionLogConfig } from '../config/shape-log.ts';
import type { Request } from '../request/request.ts';
import { NO_PIPELINE } from './counted.ts';
import type { LineHead } from './decision-form.ts';
import { type DecisionRecord, recordOf } from './decision-record.ts';
import { ecsOf } from './ecs-form.ts';
import { LogBudget } from './log-budget.ts';
import { ocsfOf } from './ocsf-form.ts';

/** What the decision log needs beside the logger. */
export interface DecisionLog {
  /** As they are now: a reload replaces them. */
  readonly settings: () => DecisionLogConfig;
  /** Hears of each line that a pipeline's budget left out. */
  readonly onSuppressed: (pipeline: string) => void;
  /** Of the program. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Logs decisions: at debug each, at info the shares that the settings name, as long as a pipeline's budget lasts. No line has a token or a
 * signature in it: `decision-record.ts` sees to that.
 */
export function logged(log: Logger, given: DecisionLog): Wrap {
  const { settings, onSuppressed, version, now = Date.now, random = Math.random } = given;
  const budget = new LogBudget(now);
  const writeAt = (
    level: LineHead['level'],
    request: Request | null,
    decision: Decision,
    suppressed = 0,
  ): void => {
    const record = recordOf(request, decision, settings(), suppressed);
    const head = { time: now(), level, message: wordFor(decision), version };
    writeLine(log, settings().format, record, head);
  };
  const writeSampled = (request: Request | null, decision: Decision): void => {
    const { allow, refuse, ...limits } = settings();
    const share = isRefusal(decision) ? refuse : allow;
    if (share === 0 || (share < 1 && random() >= share)) return;
    if (!log.isLevelEnabled('info')) return;
    const pipeline = decision.pipeline?.name ?? NO_PIPELINE;
    const suppressed = budget.take(pipeline, limits);
    if (suppressed === null) onSuppressed(pipeline);
    else writeAt('info', request, decision, suppressed);
  };
  return (next) => (request, budgetMs) =>
    whenReady(next(request, budgetMs), (decision) => {
      if (log.isLevelEnabled('debug')) writeAt('debug', request, decision);
      else writeSampled(request, decision);
      return decision;
    });
}

/** pino writes our own form; the others have names of their own for time, level and message. */
function writeLine(
  log: Logger,
  format: DecisionLogConfig['format'],
  record: DecisionRecord,
  head: LineHead,
): void {
  switch (format) {
    case 'plain':
      log[head.level](record, head.message);
      return;
    case 'ecs':
      streamOf(log).write(`${JSON.stringify(ecsOf(record, head))}\n`);
      return;
    case 'ocsf':
      streamOf(log).write(`${JSON.stringify(ocsfOf(record, head))}\n`);
      return;
  }
}

function streamOf(log: Logger): { readonly write: (line: string) => void } {
  const own = log as unknown as Readonly<Record<symbol, { write: (line: string) => void }>>;
  const stream = own[symbols.streamSym];
  if (stream === undefined) throw new Error('the logger has no stream');
  return stream;
}

function wordFor(decision: Decision): string {
  if (decision.outcome === 'answer') return 'answered';
  if (decision.outcome === 'allow') return 'allowed';
  return decision.pipeline?.mode === 'shadow' ? 'would be refused' : 'refused';
}
