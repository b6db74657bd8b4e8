import { stringify } from 'yaml';
import { expressionOf } from './signal.ts';
import { SIGNALS } from './signals.ts';

const HEAD = `# Made from deploy/monitoring/signals.ts by deploy/kubernetes/generate.ts.
# Alerts for a Prometheus (2.42 or later) that scrapes Watchword's /metrics. The chart puts them into a PrometheusRule; RUNBOOKS
# becomes the address of RUNBOOKS.md there, and each alert has its section as the annotation \`runbook\`.
`;

/** The file of rules that Prometheus reads. */
export function alertRules(): string {
  const rules = SIGNALS.map((signal) => ({
    alert: signal.alert,
    expr: expressionOf(signal),
    for: signal.for,
    labels: { severity: signal.severity },
    annotations: {
      summary: signal.summary,
      description: signal.description,
      runbook_url: runbookOf(signal.alert),
    },
  }));
  return HEAD + stringify({ groups: [{ name: 'watchword', rules }] }, { lineWidth: 0 });
}

/** The section of an alert, below an address that the chart's values name. */
export function runbookOf(alert: string): string {
  return `RUNBOOKS#${alert.toLowerCase()}`;
}
