/** Look-ups in Watchword's token cache by their result. */
export interface CacheLookups {
  readonly hits: number;
  readonly misses: number;
}

/** Reads the look-ups from Watchword's metrics. */
export async function cacheLookups(metricsPort: number): Promise<CacheLookups> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const metrics = await answer.text();
  return { hits: lookups(metrics, 'hit'), misses: lookups(metrics, 'miss') };
}

function lookups(metrics: string, result: 'hit' | 'miss'): number {
  const series = new RegExp(
    `^watchword_token_cache_lookups_total\\{result="${result}"\\} (\\d+)$`,
    'm',
  );
  return Number(series.exec(metrics)?.[1] ?? 0);
}
