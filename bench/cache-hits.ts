/** The share of look-ups in Watchword's token cache that were hits, from its metrics. */
export async function cacheHits(metricsPort: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await answer.text();
  const hits = lookups(text, 'hit');
  const misses = lookups(text, 'miss');
  if (hits + misses === 0) throw new Error('the metrics have no look-ups in the token cache');
  return hits / (hits + misses);
}

function lookups(metrics: string, result: string): number {
  const line = new RegExp(
    `^watchword_token_cache_lookups_total\\{result="${result}"\\} (\\S+)$`,
    'm',
  );
  return Number(line.exec(metrics)?.[1] ?? 0);
}
