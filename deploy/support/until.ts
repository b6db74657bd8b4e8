import { setTimeout as delay } from 'node:timers/promises';

/** How long parts of the demo and of the tests may take to come up, in milliseconds. */
export const PATIENCE = 60_000;

/**
 * Tries until the attempt gives something other than `undefined`. Throws after `patience` milliseconds, with `what` was
 * waited for; an attempt that throws ends the wait at once.
 */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined> | T | undefined,
  patience = PATIENCE,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`waited ${patience / 1000} s for ${what}`);
    await delay(10);
  }
}
