import { type Logger, pino } from 'pino';

/** What was decided about one request, as the decision log has it. Texts are cut at 512 characters there. */
export interface LoggedDecision {
  readonly outcome: string;
  readonly reason: string;
  readonly pipeline?: string;
  readonly method?: string;
  readonly host?: string;
  /** Without the query. */
  readonly path?: string;
}

/** A logger that keeps the decisions, where the world's log level is `debug`. */
export function decisionLog(): { readonly log: Logger; readonly decisions: LoggedDecision[] } {
  const decisions: LoggedDecision[] = [];
  const write = (line: string): void => {
    const entry = JSON.parse(line) as LoggedDecision;
    if (entry.outcome !== undefined) decisions.push(entry);
  };
  return { log: pino({ level: 'debug' }, { write }), decisions };
}
