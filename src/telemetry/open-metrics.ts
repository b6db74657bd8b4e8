import {
  type Counter,
  type Gauge,
  type Histogram,
  type OpenMetricsContentType,
  Registry,
  type Summary,
} from 'prom-client';

type Metric = Counter | Gauge | Histogram | Summary;

export const OPEN_METRICS_TYPE: string = Registry.OPENMETRICS_CONTENT_TYPE;

/**
 * The metrics of a registry as OpenMetrics 1.0, with exemplars. prom-client takes `_total` off the names of a registry's counters
 * when it writes OpenMetrics, for good, and `/metrics` is asked for in both formats: so it is given views of them.
 */
export function openMetrics(registry: Registry): Promise<string> {
  const open = new Registry<OpenMetricsContentType>();
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray() as unknown as readonly Metric[])
    open.registerMetric(viewOf(metric));
  return open.metrics();
}

function viewOf(metric: Metric): Metric {
  const { name, type } = metric as unknown as { readonly name: string; readonly type: string };
  if (type !== 'counter') return metric;
  const family = name.replace(/_total$/, '');
  const get = async () => ({ ...(await metric.get()), name: family });
  return { name, type, get } as unknown as Metric;
}

/** RFC 9110 section 12.5.1: a type that is named with a weight above 0. A browser's `*` is no wish for OpenMetrics. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map(weightOf);
  const weightFor = (type: string): number =>
    Math.max(0, ...ranges.map(([named, weight]) => (named === type ? weight : 0)));
  const open = weightFor('application/openmetrics-text');
  return open > 0 && open >= weightFor('text/plain');
}

function weightOf(range: string): readonly [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((one) => one.startsWith('q='))?.slice(2) ?? '1';
  return [type, Number(weight) || 0];
}
