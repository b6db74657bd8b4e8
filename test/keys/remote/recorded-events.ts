import assert from 'node:assert/strict';
import { until } from '../../../deploy/support/until.ts';
import type { Running } from '../../server/running.ts';
import { samplesOf } from '../../server/series.ts';

/** What is told of the keys of `main` at a moment. */
export interface Told {
  readonly ready: boolean;
  /** What readiness says of the issuer. */
  readonly detail: string;
  readonly keys: number;
  readonly stale: number;
  readonly lastSuccess: number;
  /** By `trigger result`. */
  readonly fetches: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
}

/** Reads what is told now. */
export async function tell(server: Running): Promise<Told> {
  const [series, readiness] = [await server.metrics(), await server.get('/readyz')];
  const { ready, checks } = JSON.parse(readiness.body) as {
    ready: boolean;
    checks: readonly { name: string; detail?: string }[];
  };
  assert.equal(readiness.status, ready ? 200 : 503);
  const gauge = (name: string): number => series.get(`watchword_${name}{issuer="main"}`) ?? -1;
  const counter = (name: string, pattern: RegExp, label: (...found: string[]) => string) =>
    Object.fromEntries(
      Object.entries(samplesOf(series, `watchword_${name}`)).map(([labels, value]) => {
        const [, ...found] = pattern.exec(labels) ?? [];
        return [label(...found), value];
      }),
    );
  return {
    ready,
    detail: checks.find(({ name }) => name === 'issuer main')?.detail ?? '',
    keys: gauge('jwks_keys'),
    stale: gauge('jwks_stale'),
    lastSuccess: gauge('jwks_last_success_timestamp_seconds'),
    fetches: counter(
      'jwks_fetches_total',
      /result="(\w+)",trigger="(\w+)"/,
      (result, trigger) => `${trigger} ${result}`,
    ),
    suppressed: counter('jwks_fetches_suppressed_total', /cause="(\w+)"/, (cause) => `${cause}`),
  };
}

/** Waits until what is told is like this; before each look it does something. */
export function told(
  server: Running,
  what: string,
  like: (told: Told) => boolean,
  first: () => Promise<unknown> = async () => undefined,
): Promise<Told> {
  return until(what, async () => {
    await first();
    const now = await tell(server);
    // Asked anew, so that all of it is later than what was waited for.
    return like(now) ? tell(server) : undefined;
  });
}
