/**
 * Milliseconds since the epoch by a monotonic clock: one that is put back would make old keys young, and keep what
 * should have ended.
 */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
