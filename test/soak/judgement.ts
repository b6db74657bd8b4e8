import type { Outcome } from './load-job.ts';
import type { SoakOptions } from './options.ts';
import type { Written } from './requests.ts';

/** What a soak came to. */
export interface SoakResult {
  /** Requests that were made ahead. */
  readonly written: Written;
  readonly valid: Outcome;
  readonly unknown: Outcome;
  /** The most fetches that one process made in all. */
  readonly mostFetches: number;
  /** Fetches that an issuer gets in a minute and from an instance at most. */
  readonly budget: number;
  /** Seconds after the load until both instances had fresh keys; null where that took too long. */
  readonly recovered: number | null;
}

/** What is wrong with a soak; a control must have refused valid tokens. */
export function judge(options: SoakOptions, result: SoakResult): readonly string[] {
  const { written, valid, unknown, mostFetches, budget } = result;
  const refused = valid.sent - valid.allowed;
  // The first process of an instance lives longer than the load.
  const most = budget * Math.ceil(options.seconds / 60);
  return [
    ...(valid.sent === written.valid && unknown.sent === written.unknown
      ? []
      : [
          `of ${written.valid} + ${written.unknown} requests ${valid.sent} + ${unknown.sent} were sent`,
        ]),
    ...(unknown.allowed === 0 ? [] : [`${unknown.allowed} tokens with an unknown kid passed`]),
    ...(mostFetches <= most ? [] : [`a process made ${mostFetches} fetches, more than ${most}`]),
    ...(options.control ? controlFaults(refused) : soakFaults(refused, result)),
  ];
}

function controlFaults(refused: number): readonly string[] {
  return refused > 0 ? [] : ['the control refused no valid token, so the soak could not fail'];
}

function soakFaults(refused: number, { recovered }: SoakResult): readonly string[] {
  return [
    ...(refused === 0 ? [] : [`${refused} valid tokens were refused`]),
    ...(recovered === null ? ['the keys stayed stale after the issuer was back'] : []),
  ];
}
