import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricConfiguration,
  Registry,
} from 'prom-client';
import { CANDIDATE_METRICS } from './candidate-metrics.ts';

/**
 * Every metric of the program. Label values come from the configuration or from closed lists, never from a request: a
 * registry that clients can grow would slow down every decision, since a scrape runs in the same thread.
 */
interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

const METRIC_TABLE = {
  watchword_decisions_total: {
    type: 'counter',
    labels: ['pipeline', 'outcome', 'reason', 'mode'],
    help: 'Decisions. In shadow mode (refusals are counted, requests pass) what enforcement would have said. pipeline is "-" where none was found.',
  },
  watchword_tokens_total: {
    type: 'counter',
    labels: ['issuer', 'result'],
    help: 'Tokens that were verified, not counting those found in the cache. issuer is "-" where the token names none that is configured.',
  },
  watchword_decision_duration_seconds: {
    type: 'histogram',
    labels: ['outcome'],
    help: 'Time from the parsed question to the decision.',
  },
  watchword_jwks_fetches_total: {
    type: 'counter',
    labels: ['issuer', 'result', 'trigger'],
    help: 'Key sets fetched from issuers.',
  },
  watchword_jwks_fetches_suppressed_total: {
    type: 'counter',
    labels: ['issuer', 'cause'],
    help: 'Key set fetches that a request asked for and that were not made.',
  },
  watchword_jwks_keys: { type: 'gauge', labels: ['issuer'], help: 'Usable keys of an issuer.' },
  watchword_jwks_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: ['issuer'],
    help: 'When the keys of an issuer were last read with success.',
  },
  watchword_key_not_after_timestamp_seconds: {
    type: 'gauge',
    labels: ['issuer'],
    help: 'When the first certificate among the keys of an issuer ends. Only for issuers whose keys are certificates.',
  },
  watchword_jwks_max_stale_seconds: {
    type: 'gauge',
    labels: ['issuer'],
    help: 'How long the keys of an issuer are used after they were last read with success. Only for remote keys.',
  },
  watchword_jwks_stale: {
    type: 'gauge',
    labels: ['issuer'],
    help: '1 while keys outlive a failed refresh.',
  },
  watchword_dev_issuers: {
    type: 'gauge',
    labels: [],
    help: 'Issuers that accept keys of watchword dev-issuer. Not for production.',
  },
  watchword_token_cache_lookups_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Look-ups in the verified-token cache.',
  },
  watchword_token_cache_entries: {
    type: 'gauge',
    labels: [],
    help: 'Tokens in the verified-token cache.',
  },
  watchword_config_reloads_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Reloads of the configuration.',
  },
  watchword_config_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the running configuration was read.',
  },
  watchword_config_last_reload_successful: {
    type: 'gauge',
    labels: [],
    help: '1 while the files are what runs; 0 while they are wrong and the configuration before them is served.',
  },
  watchword_config_info: {
    type: 'gauge',
    labels: ['hash'],
    help: 'Always 1. hash is the same on every replica that runs the same configuration; `watchword validate` prints it.',
  },
  ...CANDIDATE_METRICS,
  watchword_consumers: {
    type: 'gauge',
    labels: [],
    help: 'Consumers in the list that is served. Only where `consumers` names one.',
  },
  watchword_probe_success: {
    type: 'gauge',
    labels: ['probe'],
    help: '1 where a request without a token through the gateway was answered with the 401 of Watchword, else 0. Only for probes that have asked.',
  },
  watchword_probe_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: ['probe'],
    help: 'When a probe was last answered so. 0 where it never was.',
  },
  watchword_certificate_reloads_total: {
    type: 'counter',
    labels: ['listener', 'result'],
    help: 'Reloads of the certificate of a listener. Only for listeners with TLS.',
  },
  watchword_certificate_last_reload_successful: {
    type: 'gauge',
    labels: ['listener'],
    help: '1 while the files of the certificate are what is served; 0 while they are wrong and the certificate before them is.',
  },
  watchword_certificate_not_after_timestamp_seconds: {
    type: 'gauge',
    labels: ['listener'],
    help: 'When the certificate of a listener ends, or the first one of its chain. Only for listeners with TLS.',
  },
  watchword_ready: {
    type: 'gauge',
    labels: [],
    help: '1 while /readyz answers 200.',
  },
  watchword_routes: {
    type: 'gauge',
    labels: ['kind', 'state'],
    help: 'Route objects that a gateway uses: used; invalid, refused for what their annotations say; bypassed, served without a check.',
  },
  watchword_gateways: {
    type: 'gauge',
    labels: ['state'],
    help: 'Gateways of `routes.gateways` by whether something makes them ask: guarded, or unguarded. Those of which that cannot be told are in neither.',
  },
  watchword_routes_last_sync_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the view of the route objects was last known to be current.',
  },
  watchword_routes_max_stale_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How long the view of the route objects may be out of date before the replica stops being ready.',
  },
  watchword_route_watch_failures_total: {
    type: 'counter',
    labels: ['kind'],
    help: 'Times that the view of a kind of route objects was lost.',
  },
  watchword_route_decisions_total: {
    type: 'counter',
    labels: ['kind', 'route_namespace', 'route', 'outcome', 'reason', 'mode'],
    help: 'Decisions by route object, with metrics.routes. The first three labels are "-" beyond the first 5000 series.',
  },
  watchword_log_lines_suppressed_total: {
    type: 'counter',
    labels: ['pipeline'],
    help: 'Decisions that were counted but not logged, because the lines of their pipeline were used up.',
  },
  watchword_log_lines_dropped_total: {
    type: 'counter',
    labels: ['sink'],
    help: 'Log lines that were dropped, because nobody read them.',
  },
  watchword_grpc_refused_total: {
    type: 'counter',
    labels: ['cause'],
    help: 'Calls and connections over gRPC that were refused without a decision: too many, not whole, or no call of ours.',
  },
  watchword_http_refused_total: {
    type: 'counter',
    labels: ['cause'],
    help: 'Requests over HTTP that were refused without a decision: not our gateway, or no check.',
  },
  watchword_build_info: { type: 'gauge', labels: ['version', 'node'], help: 'Always 1.' },
  grpc_server_handled_total: {
    type: 'counter',
    labels: ['grpc_type', 'grpc_service', 'grpc_method', 'grpc_code'],
    help: 'RPCs completed on the server, regardless of success or failure.',
  },
  grpc_server_started_total: {
    type: 'counter',
    labels: ['grpc_type', 'grpc_service', 'grpc_method'],
    help: 'RPCs started on the server.',
  },
} as const satisfies Record<`watchword_${string}` | `grpc_${string}`, MetricRow>;

export type MetricName = keyof typeof METRIC_TABLE;
export const METRICS: Readonly<Record<MetricName, MetricRow>> = METRIC_TABLE;

/** Every label of a metric; `labels.ts` says where its values come from. */
export type LabelName = (typeof METRIC_TABLE)[MetricName]['labels'][number];

type LabelsOf<Name extends MetricName> = (typeof METRIC_TABLE)[Name]['labels'][number];
type NamesOf<Type> = {
  [N in MetricName]: (typeof METRIC_TABLE)[N]['type'] extends Type ? N : never;
}[MetricName];

/** From 50 µs: a decision of a token seen before takes less. */
const DECISION_BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.15, 0.5, 1,
];

/** prom-client takes exemplars in a registry that writes OpenMetrics alone; `openMetrics` writes them of any. */
const TRACED = { enableExemplars: true, registers: [] };

/** Gauges of prom-client whose names are those of counters; the ones by type say the same. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The metrics of one server, in a registry of their own. */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** A counter; `collect` sets it when a scrape comes, where something else counts. */
  counter<Name extends NamesOf<'counter'>>(
    name: Name,
    collect?: (counter: Counter<LabelsOf<Name>>) => void,
  ): Counter<LabelsOf<Name>> {
    const configuration = this.#configuration<Name>(name);
    if (collect === undefined) return new Counter<LabelsOf<Name>>(configuration);
    return new Counter<LabelsOf<Name>>({
      ...configuration,
      collect() {
        this.reset();
        collect(this);
      },
    });
  }

  /** A counter whose `inc` may name the trace of what it counted. */
  tracedCounter<Name extends NamesOf<'counter'>>(name: Name): Counter<LabelsOf<Name> | 'trace_id'> {
    const counter = new Counter<LabelsOf<Name> | 'trace_id'>({
      ...this.#configuration<Name>(name),
      ...TRACED,
    });
    this.registry.registerMetric(counter);
    return counter;
  }

  /** A gauge; `collect` sets it when a scrape comes. */
  gauge<Name extends NamesOf<'gauge'>>(
    name: Name,
    collect?: (gauge: Gauge<LabelsOf<Name>>) => void,
  ): Gauge<LabelsOf<Name>> {
    const configuration = this.#configuration<Name>(name);
    if (collect === undefined) return new Gauge<LabelsOf<Name>>(configuration);
    return new Gauge<LabelsOf<Name>>({
      ...configuration,
      collect() {
        collect(this);
      },
    });
  }

  /** A histogram whose `observe` may name the trace of what it saw. */
  tracedHistogram<Name extends NamesOf<'histogram'>>(
    name: Name,
  ): Histogram<LabelsOf<Name> | 'trace_id'> {
    const histogram = new Histogram<LabelsOf<Name> | 'trace_id'>({
      ...this.#configuration<Name>(name),
      ...TRACED,
      buckets: DECISION_BUCKETS,
    });
    this.registry.registerMetric(histogram);
    return histogram;
  }

  #configuration<Name extends MetricName>(name: Name): MetricConfiguration<LabelsOf<Name>> {
    const { help, labels } = METRICS[name];
    return {
      name,
      help,
      labelNames: labels as readonly LabelsOf<Name>[] as LabelsOf<Name>[],
      registers: [this.registry],
    };
  }
}
