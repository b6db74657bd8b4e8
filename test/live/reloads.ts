import assert from 'node:assert/strict';
import { until } from '../../deploy/support/until.ts';
import type { Running } from '../server/running.ts';
import { samplesOf } from '../server/series.ts';

/** How many reloads have ended so. */
export const reloads = async (watchword: Running, result: 'success' | 'failure'): Promise<number> =>
  samplesOf(await watchword.metrics(), 'watchword_config_reloads_total')[`{result="${result}"}`] ??
  0;

/** Waits until so many reloads have ended so. */
export const reloaded = (
  watchword: Running,
  result: 'success' | 'failure',
  times = 1,
): Promise<true> =>
  until(`reload ${times} (${result})`, async () => {
    const seen = await reloads(watchword, result);
    assert.ok(seen <= times, `${seen} reloads`);
    return seen === times || undefined;
  });
