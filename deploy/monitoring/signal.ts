/**
 * One thing that can be wrong: the query that tells, when it is an alert, and what the first row of the dashboard shows of it.
 * `SEL` in a query stands for the matchers of the dashboard's variables; an alert has none.
 */
export interface Signal {
  /** The alert's name, and the heading of its runbook. */
  readonly alert: string;
  /** PromQL. */
  readonly value: string;
  /** What is compared with the value, and what else must hold. */
  readonly fires: string;
  /** How long that must last. */
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  readonly description: string;
  /** The dashboard's first row shows how many there are, under this title. Absent where another signal shows the same. */
  readonly counted?: string;
}

/** A query with the matchers of a selection (`namespace=~"a"`), or with none. */
export function select(query: string, matchers: string): string {
  const inner = matchers === '' ? '' : `${matchers},`;
  return query.replaceAll('SEL,', inner).replaceAll('SEL', matchers).replaceAll('{}', '');
}

/** The expression of an alert. */
export function expressionOf({ value, fires }: Signal, matchers = ''): string {
  return select(`${value} ${fires}`, matchers);
}
