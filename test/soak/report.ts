import type { Outcome, PhaseResult } from './load-job.ts';
import type { KeyStory, Observations } from './observations.ts';
import type { Phase } from './timeline.ts';

/** Prints what happened, a row a phase. Of two numbers with a stroke between them the first is of instance 1. */
export function timelineTable(
  phases: readonly Phase[],
  results: readonly PhaseResult[],
  instances: readonly Observations[],
): string {
  const head = [
    'second',
    'what happens',
    'valid sent',
    'valid refused',
    'unknown refused',
    'fetches',
    'suppressed',
    'stale',
    'ready',
    'p50 ms',
    'p99 ms',
  ];
  const rows = phases.map(({ at, title }, index) => {
    const result = results[index];
    const stories = instances.flatMap(({ stories: all }) => all[index] ?? []);
    const of = (tell: (story: KeyStory) => string): string => stories.map(tell).join(' / ');
    return [
      at.toFixed(1),
      title,
      String(result?.valid.sent ?? 0),
      said(result?.valid),
      said(result?.unknown),
      of(({ fetches }) => counts(fetches)),
      of(({ suppressed }) => counts(suppressed)),
      of(({ stale }) => (stale ? 'yes' : 'no')),
      of(({ ready }) => (ready ? 'yes' : 'no')),
      result?.p50.toFixed(1) ?? '',
      result?.p99.toFixed(1) ?? '',
    ];
  });
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function said(outcome: Outcome | undefined): string {
  return outcome === undefined || outcome.sent === outcome.allowed ? '0' : counts(outcome.refused);
}

function counts(named: Readonly<Record<string, number>>): string {
  const parts = Object.entries(named).map(([name, count]) => `${count} ${name}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}

/** The sum of what became of requests, over all phases. */
export function total(outcomes: readonly Outcome[]): Outcome {
  const refused: Record<string, number> = {};
  for (const outcome of outcomes)
    for (const [reason, count] of Object.entries(outcome.refused))
      refused[reason] = (refused[reason] ?? 0) + count;
  const sum = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((so, outcome) => so + pick(outcome), 0);
  return { sent: sum(({ sent }) => sent), allowed: sum(({ allowed }) => allowed), refused };
}

/** One line for a total. */
export function outcomeLine(name: string, { sent, allowed, refused }: Outcome): string {
  const reasons = sent === allowed ? '' : ` (${counts(refused)})`;
  return `${name}: ${sent} sent, ${allowed} allowed, ${sent - allowed} refused${reasons}`;
}
