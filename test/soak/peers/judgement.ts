import type { Seen } from './run.ts';

/** What is promised whatever one peer does. */
export const BUDGET = { mebibytes: 256, p99: 100 } as const;

/** What is wrong with what was seen. */
export function faultsOf({ peak, sent, allowed, p99, alive, recovered }: Seen): readonly string[] {
  return [
    ...(peak === null
      ? ['the process ended']
      : peak > BUDGET.mebibytes
        ? [`${peak.toFixed(0)} MiB`]
        : []),
    ...(allowed === sent && sent > 0 ? [] : [`${sent - allowed} of ${sent} honest calls failed`]),
    ...(p99 <= BUDGET.p99 ? [] : [`p99 ${p99.toFixed(0)} ms`]),
    ...(alive[0] === alive[1] ? [] : [`${alive[1] - alive[0]} of ${alive[1]} /healthz failed`]),
    ...(recovered === null ? ['not over after 10 s'] : []),
  ];
}

/** A line of the table that is printed. */
export function lineOf(seen: Seen): string {
  const { peer, port, peak, sent, allowed, p99, alive, recovered } = seen;
  const faults = faultsOf(seen);
  return [
    String(peer.point).padStart(2),
    peer.attack.padEnd(50),
    port.padEnd(8),
    `${peak?.toFixed(0) ?? '-'}`.padStart(5),
    `${allowed}/${sent}`.padStart(9),
    p99.toFixed(0).padStart(6),
    `${alive[0]}/${alive[1]}`.padStart(7),
    (recovered?.toFixed(1) ?? '-').padStart(5),
    faults.length === 0 ? ' ok' : ` FAILED: ${faults.join(', ')}`,
  ].join(' ');
}

export const HEAD = ` # ${'peer'.padEnd(50)} ${'port'.padEnd(8)}   MiB    honest    p99 healthz  over`;
