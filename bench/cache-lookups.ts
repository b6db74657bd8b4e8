/** Look-ups in Watchword's token cache by their result. */
export interface CacheLookups {
  readonly hits: number;
  readonly misses: number;
}

/** Reads the look-ups from Watchword's metrics. Throws where there are none. */
export async function cacheLookups(metricsPort: number): Promise<CacheLookups> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const metrics = await answer.text();
  const [hits, misses] = [lookups(metrics, 'hit'), lookups(metrics, 'miss')];
  if (hits + misses === 0) throw new Error('the metrics show no look-up in the token cache');
  return { hits, misses };
}

function lookups(metrics: string, result: 'hit' | 'miss'): number {
  const series = new RegExp(
    `^watchword_token_cache_lookups_total\\{result="${result}"\\} (\\d+)$`,
    'm',
  );
  return Number(series.exec(metrics)?.[1] ?? 0);
}
