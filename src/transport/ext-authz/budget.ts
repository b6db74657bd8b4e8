/** Kept back from the caller's deadline, which began before we saw the call, for both ways of the journey. */
const TRAVEL = { atLeast: 10, share: 0.1 } as const;

/** How long a decision may take, in milliseconds. `left` is the time to the caller's deadline, infinite where it has none. */
export function budgetOf(left: number, longest: number): number {
  // A caller without a deadline waits as long as it takes.
  if (!Number.isFinite(left)) return longest;
  const usable = left - Math.max(TRAVEL.atLeast, TRAVEL.share * left);
  return Math.max(1, Math.min(longest, usable));
}
