/** What is done to the issuer and to the instances while the load runs. */
export type Action =
  | 'restart two'
  | 'publish B'
  | 'drop A'
  | 'publish C'
  | 'kill issuer'
  | 'restart one'
  | 'start issuer with C alone';

export type KeyName = 'A' | 'B' | 'C';

/** A span of the soak: what begins with it, and who signs until the next one. */
export interface Phase {
  /** Seconds since the load began. */
  readonly at: number;
  readonly title: string;
  readonly action: Action | null;
  /** The keys that sign, in turn. */
  readonly signedBy: readonly KeyName[];
  /** Whether tokens with unknown `kid`s are sent too. */
  readonly flood: boolean;
}

const phase = (
  at: number,
  title: string,
  signedBy: string,
  action: Action | null = null,
  flood = false,
): Phase => ({ at, title, action, signedBy: [...signedBy] as KeyName[], flood });

/** Seconds of the timeline below. */
const WRITTEN_FOR = 60;

/**
 * Both rotations publish the next key before it signs, as issuers do whose clients refresh in the background. The second one
 * is published in the flood, when the fetches that requests may cause are used up, so it must come by the background
 * refresh: 11.5 s ahead, with `refreshAtLeast` 10 s.
 */
const PHASES: readonly Phase[] = [
  phase(0, 'all is well', 'A'),
  phase(1.5, 'instance 2 restarts', 'A', 'restart two'),
  phase(8, 'the issuer publishes key B', 'A', 'publish B'),
  phase(10, 'A and B sign', 'AB'),
  phase(12, 'the issuer drops A, which still signs', 'AB', 'drop A'),
  phase(14, 'a flood of unknown kids begins', 'AB', null, true),
  phase(17, 'B alone signs', 'B', null, true),
  phase(20, 'the issuer publishes key C', 'B', 'publish C', true),
  phase(31.5, 'B and C sign', 'BC', null, true),
  phase(34, 'the flood is over', 'BC'),
  phase(36, 'the issuer is down', 'C', 'kill issuer'),
  phase(40, 'instance 1 restarts without the issuer', 'C', 'restart one'),
  phase(56, 'the issuer is back', 'C', 'start issuer with C alone'),
];

/** The phases of a soak of this many seconds. */
export function phasesOf(seconds: number): readonly Phase[] {
  return PHASES.map((one) => ({ ...one, at: (one.at * seconds) / WRITTEN_FOR }));
}

/** The shortest time between two background refreshes, which shrinks with a shorter soak, in milliseconds. */
export function refreshAtLeast(seconds: number): number {
  return Math.round((10_000 * seconds) / WRITTEN_FOR);
}

/** The index of the phase at a moment in seconds. */
export function phaseAt(starts: readonly number[], at: number): number {
  return Math.max(
    0,
    starts.findLastIndex((start) => start <= at),
  );
}
